// `cnnc eval --weights-type`: what weights in fewer bits cost, measured with the kernels that read them.
import type { DataSet } from '../../data/types.ts';
import { badChoice } from '../../diagnostics/catalog/usage.ts';
import { refuse } from '../../diagnostics/index.ts';
import { openBackend } from '../backend.ts';
import { upload } from '../data.ts';
import { grouped, lossText, metricText, table } from '../format.ts';
import { type Io, printJson } from '../io.ts';
import type { ModelFile } from '../model.ts';
import { type Mean, meanOf } from '../train/loop.ts';
import { storedModel, type WeightsType, weightBytes, weightsTypes } from '../weights-type.ts';

/** What is tested on what. */
export interface Job {
  readonly io: Io;
  readonly device: string | undefined;
  readonly model: ModelFile;
  readonly weights: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
  /** Of the weights. */
  readonly file: string;
  readonly seed: number;
  readonly set: DataSet;
  readonly part: string;
  readonly spec: string;
  /** Bytes of pictures that lie on the device at a time. */
  readonly memory: number | undefined;
}

/** `f16,i8` as a list, f32 first; undefined when nothing is asked. */
export function typesOf(text: string | undefined): readonly WeightsType[] | undefined {
  if (text === undefined) return undefined;
  const asked = text.split(',').map((word) => {
    const found = weightsTypes.find((type) => type === word.trim());
    return found ?? refuse(badChoice('weights-type', word.trim(), weightsTypes, 'eval'));
  });
  return weightsTypes.filter((type) => type === 'f32' || asked.includes(type));
}

interface Row {
  readonly type: WeightsType;
  /** Of all parameters: biases stay 32-bit floats, i8 has scales. */
  readonly bytes: number;
  readonly mean: Mean;
}

/** Loss and metrics with weights of one type; undefined when interrupted. */
async function measure(job: Job, type: WeightsType): Promise<Row | undefined> {
  const { io, device, model, weights, file, seed, set, spec, memory } = job;
  const small = type === 'f32' ? model : storedModel(model, weights, type, file);
  const values = type === 'f32' ? weights : small.compiled.folded;
  const opened = await openBackend(io, device, small, ['evaluate']);
  try {
    opened.backend.initialise(seed);
    opened.backend.setParameters(new Map(values));
    const mean = meanOf(await upload(opened, set, spec, memory).evaluate(io.signal));
    return io.signal?.aborted ? undefined : { type, bytes: weightBytes(small.compiled.plan), mean };
  } finally {
    opened.backend.close();
  }
}

/** Tests each type and prints a table, or JSON. Returns the exit code. */
export async function compareTypes(job: Job, types: readonly WeightsType[], json: boolean): Promise<number> {
  const { io, model, set, spec, part } = job;
  const rows: Row[] = [];
  for (const type of types) {
    // What there is to say of the device is said once.
    const quiet = rows.length > 0 ? { ...job, io: { ...io, stderr: () => {} } } : job;
    const row = await measure(quiet, type);
    if (!row) return 130;
    rows.push(row);
  }
  const name = model.compiled.plan.model;
  if (json) {
    const weights = rows.map(({ type, bytes, mean }) => ({ type, bytes, ...mean }));
    printJson(io, { model: name, data: spec, split: part, count: set.count, weights });
    return 0;
  }
  const metrics = Object.keys(rows[0]?.mean ?? {});
  const shown = ({ mean }: Row): string[] =>
    metrics.map((m) => (m === 'loss' ? lossText(mean.loss) : metricText(m, mean[m] as number).slice(m.length + 1)));
  const lines = rows.map((row) => [row.type, grouped(row.bytes), ...shown(row)]);
  io.stdout(`${name} on ${grouped(set.count)} pictures (${spec}, ${part}):\n\n`);
  io.stdout(table([['weights', 'bytes', ...metrics], ...lines], [false, true, ...metrics.map(() => true)]));
  return 0;
}
