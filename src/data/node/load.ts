// From `--data SPEC` to pictures to train on and pictures to test on.
import type { Diagnostic } from '../../diagnostics/index.ts';
import { drawn } from '../drawn.ts';
import { fitSet } from '../fit.ts';
import { checkLabels } from '../labels.ts';
import { shapes } from '../shapes.ts';
import { type Parted, parseSpec, type Spec } from '../spec.ts';
import { splitSet } from '../split.ts';
import type { Split } from '../types.ts';
import { fitPictures } from './fit-set.ts';
import { folderSet } from './folder-set.ts';
import { csvSet, npySet, npzSet } from './number-sets.ts';
import { cifar10Set, digitsSet, type Expected, idxSet, mnistSet, type Parts } from './sets.ts';

export interface LoadOptions extends Expected {
  /** Parts sets that come in one piece, and draws the set `drawn`. */
  readonly seed: number;
  /** The value of CNNC_DATA: where sets are looked for that are given by name alone. */
  readonly dataFolder?: string;
  /** The widest border of zeros (each side) that may be added to fit the model's input; 0 for none. */
  readonly fit?: { readonly pad?: number };
}

export interface Loaded {
  readonly split: Split;
  readonly notes: readonly Diagnostic[];
  /** Whether the set came in one piece and was parted here, by the seed. */
  readonly parted: boolean;
}

function read(spec: Spec, options: LoadOptions): Parts | Promise<Parts> {
  switch (spec.kind) {
    case 'mnist':
    case 'fashion':
      return mnistSet(spec.kind, spec.path, options);
    case 'cifar10':
      return cifar10Set(spec.path, options);
    case 'digits':
      return digitsSet(spec.path, options);
    case 'csv':
      return csvSet(spec, options);
    case 'npy':
      return npySet(spec.paths, options);
    case 'npz':
      return npzSet(spec, options);
    case 'folder':
      return folderSet(spec.path, spec.size, options);
    case 'idx':
      return idxSet(spec.paths, options);
    case 'drawn': {
      const split = drawn(options.seed, spec.train, spec.test);
      for (const part of [split.train, split.test]) checkLabels(part.labels, 'drawn', 10, options.expectedClasses);
      return { ...split, notes: [] };
    }
    case 'shapes': {
      const split = shapes(options.seed, spec.train, spec.test, spec.size);
      for (const part of [split.train, split.test]) checkLabels(part.labels, 'shapes', 4, options.expectedClasses);
      return { ...split, notes: [] };
    }
    case 'fit':
      return fitPictures(spec.paths, options.seed, options);
  }
}

/**
 * Loads a data set: `mnist:DIR`, `fashion:DIR`, `digits:FILE`, `cifar10:DIR`, `idx:IMAGES,LABELS`, `npy:IMAGES,LABELS`,
 * `npz:FILE`, `csv:FILE`, `folder:DIR`, `drawn`, `shapes`, `fit:PICTURE...`, or the name of a set in the folder
 * `dataFolder`. A set without a test part is parted by the seed, 80 to 20 unless the spec says `train=`.
 * Everything wrong with the files, and pictures or labels that do not suit the model, is thrown as a Failure.
 */
export async function loadData(spec: string, options: LoadOptions): Promise<Loaded> {
  const parsed = parseSpec(spec, options.dataFolder);
  const parts = await read(parsed, options);
  const parted = 'whole' in parts;
  const split = parted
    ? splitSet(
        parts.whole,
        options.seed,
        spec,
        'paths' in parsed || 'path' in parsed ? (parsed as Parted).train : undefined,
      )
    : parts;
  const want = options.expected;
  if (want === undefined) return { split: { train: split.train, test: split.test }, notes: parts.notes, parted };
  const [train, test] = [split.train, split.test].map((set) => fitSet(set, want, spec, options.fit?.pad));
  return {
    split: { train: train!.set, test: test!.set },
    notes: [...parts.notes, ...train!.notes],
    parted,
  };
}
