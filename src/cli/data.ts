// The pictures that a command trains or tests on: found, fitted to the model, and brought to where they are used.
import { type Plan, picturesHeld } from '../../runtime/index.ts';
import { type Loaded, loadData } from '../data/node/load.ts';
import { type DataSet, type Split, sizeOf } from '../data/types.ts';
import { classesForValues, labelShapes } from '../diagnostics/catalog/labels.ts';
import { dataTooLarge, noDataSet } from '../diagnostics/catalog/run.ts';
import { badValue } from '../diagnostics/catalog/usage.ts';
import { refuse } from '../diagnostics/index.ts';
import type { Uploaded } from '../reference/backend.ts';
import type { OptionSpec } from './args.ts';
import type { Opened } from './backend.ts';
import { type Io, report } from './io.ts';
import { type ModelFile, trainConfig } from './model.ts';
import { dataFolderFor } from './sets/home.ts';

/** The set that `--data` names, or the train section. Refuses when neither does. */
export function dataSpec(model: ModelFile, option: string | undefined, command: string): string {
  return option ?? trainConfig(model).data ?? refuse(noDataSet(model.source.file, command));
}

/** Loads a set for a model; notes are shown. */
export async function loadFor(io: Io, plan: Plan, spec: string, seed: number): Promise<Loaded> {
  const folder = await dataFolderFor(io, spec);
  const loaded = await loadData(spec, {
    seed,
    cwd: io.cwd,
    expected: plan.input.shape.slice(1),
    ...(plan.labels?.dtype === 'u32' ? { expectedClasses: plan.labels.classes } : {}),
    ...(plan.labels?.dtype === 'f32' ? { expectedValues: plan.labels.shape } : {}),
    ...(folder ? { dataFolder: folder } : {}),
  });
  report(io, loaded.notes);
  checkLabelKind(spec, loaded.split.train, plan.labels);
  return loaded;
}

/** Refuses a set whose labels are not what the model is trained on. */
function checkLabelKind(spec: string, set: DataSet, wanted: Plan['labels']): void {
  if (!wanted) return;
  if (wanted.dtype === 'f32' && !(set.labels instanceof Float32Array)) refuse(classesForValues(spec));
  const have = set.labelShape ?? [];
  const same = have.length === wanted.shape.length && have.every((n, i) => n === wanted.shape[i]);
  if (!same) refuse(labelShapes(spec, have, wanted.shape));
}

/** Both parts in one: the pictures to train on first. */
export function joined({ train, test }: Split): DataSet {
  const join = <T extends DataSet['labels'] | DataSet['pixels']['values']>(out: T, a: T, b: T): T => {
    out.set(a);
    out.set(b, a.length);
    return out;
  };
  const count = train.count + test.count;
  const length = count * sizeOf(train.shape);
  const all = train.labels.length + test.labels.length;
  const empty = train.labels instanceof Uint32Array ? new Uint32Array(all) : new Float32Array(all);
  const labels = join<DataSet['labels']>(empty, train.labels, test.labels);
  const [a, b] = [train.pixels, test.pixels];
  if (a.dtype === 'u8' && b.dtype === 'u8' && a.scale === b.scale) {
    return { ...train, count, labels, pixels: { ...a, values: join(new Uint8Array(length), a.values, b.values) } };
  }
  const scaled = ({ values, scale }: DataSet['pixels']): Float32Array => Float32Array.from(values, (v) => v * scale);
  const values = join(new Float32Array(length), scaled(a), scaled(b));
  return { ...train, count, labels, pixels: { dtype: 'f32', values, scale: 1 } };
}

/** The option of commands that bring a set to the device. */
export const memoryOption: OptionSpec & { readonly type: 'string' } = {
  type: 'string',
  value: 'N',
  doc: 'bytes that pictures may take on the device, such as 64M or 2G: a larger set comes in parts, the next while the device works. As many as it can bind unless given',
};

/** `64M`: bytes, in powers of 1024 with k, M or G; undefined when not given. */
export function memoryOf(command: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const [, digits, unit = ''] = /^(\d{1,12})([kMG]?)$/.exec(value) ?? [];
  const bytes = Number(digits ?? Number.NaN) * 1024 ** ['', 'k', 'M', 'G'].indexOf(unit);
  return bytes >= 1 && bytes <= 2 ** 50
    ? bytes
    : refuse(badValue('data-memory', value, 'a number of bytes such as 67108864, 64M or 2G', command));
}

/** Brings a set to the backend, with at most `memory` bytes at a time. Refuses one of which two batches do not fit. */
export function upload(
  { backend, limits, model }: Opened,
  set: DataSet,
  spec: string,
  memory = Number.POSITIVE_INFINITY,
): Uploaded {
  const pictures = {
    values: set.pixels.values as Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>,
    scale: set.pixels.scale,
    labels: set.labels as Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>,
  };
  if (limits) {
    const { plan } = model.compiled;
    const most = Math.min(limits.maxBufferSize ?? memory, limits.maxStorageBufferBindingSize ?? memory);
    if (picturesHeld(plan, pictures, most, memory) === 0) {
      const perPicture = (pictures.values.byteLength + (plan.labels ? pictures.labels.byteLength : 0)) / set.count;
      refuse(dataTooLarge(spec, plan.batch, perPicture, Math.min(memory, 2 * most), memory <= 2 * most));
    }
  }
  return backend.upload(pictures, memory);
}
