// The pictures that a command trains or tests on: found, fitted to the model, and brought to where they are used.
import type { Plan } from '../../runtime/index.ts';
import { type Loaded, loadData } from '../data/node/load.ts';
import { type DataSet, type Split, sizeOf } from '../data/types.ts';
import { classesForValues, labelShapes } from '../diagnostics/catalog/labels.ts';
import { dataTooLarge, noDataSet } from '../diagnostics/catalog/run.ts';
import { refuse } from '../diagnostics/index.ts';
import type { Uploaded } from '../reference/backend.ts';
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

/** Brings a set to the backend. Refuses one that is too large for it. */
export function upload({ backend, limits }: Opened, set: DataSet, part: string, spec: string): Uploaded {
  const { values, scale } = set.pixels;
  for (const limit of ['maxBufferSize', 'maxStorageBufferBindingSize']) {
    const available = limits?.[limit] ?? Number.POSITIVE_INFINITY;
    if (values.byteLength > available) {
      refuse(dataTooLarge(spec, part, limit, values.byteLength, available, backend.name));
    }
  }
  const pixels = values as Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
  return backend.upload({
    values: pixels,
    scale,
    labels: set.labels as Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>,
  });
}
