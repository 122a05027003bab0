// The picture that is looked at: a file, or one of a data set; and pictures of a set as the network's input.
import { loadPicture } from '../../data/node/picture.ts';
import { pick } from '../../data/split.ts';
import type { DataSet } from '../../data/types.ts';
import { indexTooLarge } from '../../diagnostics/catalog/looking.ts';
import { refuse } from '../../diagnostics/index.ts';
import { dataSpec, joined, loadFor } from '../data.ts';
import { type Io, report } from '../io.ts';
import type { ModelFile } from '../model.ts';
import { metadataNumber, type Weights } from '../weights.ts';

export interface Given {
  readonly values: Float32Array;
  /** What it is called: the file, or `mnist, test picture 3`. */
  readonly name: string;
  /** The right class, where the data set says it. */
  readonly label?: number;
}

export interface Labelled {
  readonly set: DataSet;
  readonly spec: string;
  readonly part: string;
}

/** The values of some pictures as the network sees them. */
export function valuesOf(set: DataSet, indices: Uint32Array): Float32Array {
  const { values, scale } = pick(set, indices).pixels;
  return Float32Array.from(values, (v) => v * scale);
}

/** A part of the set that the options or the train section name, parted as in the training of the weights. */
export async function loadPart(
  io: Io,
  model: ModelFile,
  weights: Weights,
  { data, part = 'test', command }: { data: string | undefined; part?: 'test' | 'train' | 'all'; command: string },
): Promise<Labelled> {
  const spec = dataSpec(model, data, command);
  const seed = metadataNumber(weights, 'seed') ?? model.compiled.config?.seed ?? 1;
  const { split } = await loadFor(io, model.compiled.plan, spec, seed);
  return { set: part === 'all' ? joined(split) : split[part], spec, part };
}

/** The picture of this number. */
export function pictureOf({ set, spec, part }: Labelled, index: number): Given {
  if (index >= set.count) refuse(indexTooLarge(spec, part, index, set.count));
  const label = set.labels instanceof Uint32Array && !set.labelShape ? { label: set.labels[index] as number } : {};
  return { values: valuesOf(set, Uint32Array.of(index)), name: `${spec}, ${part} picture ${index}`, ...label };
}

/** A PNG or JPEG file as input. */
export async function pictureFile(io: Io, file: string, { compiled }: ModelFile): Promise<Given> {
  const { values, notes } = await loadPicture(file, compiled.plan.input.shape.slice(1), { strict: false, cwd: io.cwd });
  report(io, notes);
  return { values, name: file };
}
