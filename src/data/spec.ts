// What `--data` and `data` in a train section say: names of sets, or a kind and its files.
import { badSpec, dataFolderUnset, unknownKind, unknownSet } from '../diagnostics/catalog/data.ts';
import { badOption } from '../diagnostics/catalog/data-files.ts';
import { refuse } from '../diagnostics/index.ts';
import { drawnCounts } from './drawn.ts';
import { shapesCounts, shapesSize } from './shapes.ts';

/** Sets in one piece are parted: this part of them, 0.8 unless given, is trained on. */
export interface Parted {
  readonly train?: number;
}

export type Spec =
  | { readonly kind: 'mnist' | 'fashion' | 'cifar10'; readonly path: string }
  | ({ readonly kind: 'digits'; readonly path: string } & Parted)
  | ({ readonly kind: 'idx' | 'npy'; readonly paths: readonly string[] } & Parted)
  | ({ readonly kind: 'npz'; readonly path: string; readonly x?: string; readonly y?: string } & Parted)
  | ({ readonly kind: 'csv'; readonly path: string; readonly test?: string; readonly label?: string } & Parted)
  | ({ readonly kind: 'folder'; readonly path: string; readonly size?: readonly [number, number] } & Parted)
  | { readonly kind: 'fit'; readonly paths: readonly string[] }
  | { readonly kind: 'drawn'; readonly train: number; readonly test: number }
  | { readonly kind: 'shapes'; readonly train: number; readonly test: number; readonly size: number };

const kinds = ['mnist', 'fashion', 'digits', 'cifar10', 'idx', 'npy', 'npz', 'csv', 'folder', 'drawn', 'shapes', 'fit'];

/** Options that stand at the end of a spec, and what they take. */
const trainOption = { train: 'the part to train on, between 0 and 1, such as 0.9' };
const optionsOf = {
  digits: trainOption,
  idx: trainOption,
  npy: trainOption,
  npz: { x: 'the name of the pictures', y: 'the name of the labels', ...trainOption },
  csv: { label: 'the column of the label: its name or its number from 1', ...trainOption },
  folder: { size: 'height x width, such as 64x64', ...trainOption },
} as const;

const optionAtEnd = /,([a-z]+)=([^,/\\]*)$/;

/** Takes the options off the end: `FILE,train=0.9`. Refuses those that the kind does not have. */
function takeOptions(
  kind: keyof typeof optionsOf,
  spec: string,
  text: string,
): { rest: string; given: Record<string, string> } {
  const known: Readonly<Record<string, string>> = optionsOf[kind];
  const given: Record<string, string> = {};
  let rest = text;
  for (let found = optionAtEnd.exec(rest); found; found = optionAtEnd.exec(rest)) {
    const [whole, name = '', value = ''] = found;
    if (known[name] === undefined || value === '') refuse(badOption(spec, name, value, known));
    given[name] = value;
    rest = rest.slice(0, -whole.length);
  }
  return { rest, given };
}

/** The part to train on, as an option gives it. */
function partOf(kind: keyof typeof optionsOf, spec: string, given: Readonly<Record<string, string>>): Parted {
  if (given.train === undefined) return {};
  const train = /^(\d*\.\d+|\d+)$/.test(given.train) ? Number(given.train) : 0;
  if (!(train > 0 && train < 1)) refuse(badOption(spec, 'train', given.train, optionsOf[kind]));
  return { train };
}

/** Where the sets of known names are in the folder that CNNC_DATA names. */
const places = {
  mnist: { kind: 'mnist', place: 'mnist', operand: 'DIR' },
  fashion: { kind: 'fashion', place: 'fashion-mnist', operand: 'DIR' },
  'fashion-mnist': { kind: 'fashion', place: 'fashion-mnist', operand: 'DIR' },
  fashion_mnist: { kind: 'fashion', place: 'fashion-mnist', operand: 'DIR' },
  digits: { kind: 'digits', place: 'digits/digits.csv.gz', operand: 'FILE' },
  cifar10: { kind: 'cifar10', place: 'cifar-10', operand: 'DIR' },
  'cifar-10': { kind: 'cifar10', place: 'cifar-10', operand: 'DIR' },
} as const;

/** Names that stand for a set without a path, as suggestions offer them. */
export const setNames: readonly string[] = ['drawn', 'shapes', ...Object.keys(places)];

const isKnown = (name: string): name is keyof typeof places => Object.hasOwn(places, name);

/** Reads a spec; `dataFolder` is the value of CNNC_DATA. Paths stay as written. */
export function parseSpec(spec: string, dataFolder?: string): Spec {
  const colon = spec.indexOf(':');
  if (colon < 0) {
    if (spec === 'drawn') return { kind: 'drawn', ...drawnCounts };
    if (spec === 'shapes') return { kind: 'shapes', ...shapesCounts, size: shapesSize };
    if (!isKnown(spec)) refuse(unknownSet(spec, setNames));
    const { kind, place, operand } = places[spec];
    if (dataFolder === undefined || dataFolder === '') refuse(dataFolderUnset(spec, place, `${kind}:${operand}`));
    return { kind, path: `${dataFolder.replace(/\/+$/, '')}/${place}` };
  }
  const kind = spec.slice(0, colon);
  const rest = spec.slice(colon + 1);
  switch (kind) {
    case 'drawn': {
      const counts = /^(\d{1,7}),(\d{1,7})$/.exec(rest);
      const [train, test] = [Number(counts?.[1] ?? 0), Number(counts?.[2] ?? 0)];
      if (train === 0 || test === 0) refuse(badSpec(spec, 'drawn:TRAIN,TEST with two numbers of pictures from 1 on'));
      return { kind, train, test };
    }
    case 'shapes': {
      const counts = /^(\d{1,7}),(\d{1,7})(?:,(\d{1,4}))?$/.exec(rest);
      const [train, test, size] = [
        Number(counts?.[1] ?? 0),
        Number(counts?.[2] ?? 0),
        Number(counts?.[3] ?? shapesSize),
      ];
      if (train === 0 || test === 0 || size < 8)
        refuse(
          badSpec(
            spec,
            'shapes:TRAIN,TEST or shapes:TRAIN,TEST,SIZE, with numbers of pictures from 1 on, and a size from 8 on',
          ),
        );
      return { kind, train, test, size };
    }
    case 'fit': {
      const paths = rest.split(',');
      if (paths.includes('')) refuse(badSpec(spec, 'fit:PICTURE or fit:PICTURE,PICTURE...'));
      return { kind, paths };
    }
    case 'idx':
    case 'npy': {
      const { rest: files, given } = takeOptions(kind, spec, rest);
      const paths = files.split(',');
      if ((paths.length !== 2 && paths.length !== 4) || paths.includes('')) {
        refuse(badSpec(spec, `${kind}:IMAGES,LABELS or ${kind}:IMAGES,LABELS,TEST_IMAGES,TEST_LABELS`));
      }
      return { kind, paths, ...partOf(kind, spec, given) };
    }
    case 'npz':
    case 'digits': {
      const { rest: path, given } = takeOptions(kind, spec, rest);
      if (path === '') refuse(badSpec(spec, `${kind}:FILE`));
      const { train: _, ...names } = given;
      return { kind, path, ...names, ...partOf(kind, spec, given) };
    }
    case 'csv': {
      const { rest: files, given } = takeOptions(kind, spec, rest);
      const [path = '', test, more] = files.split(',');
      if (path === '' || test === '' || more !== undefined) refuse(badSpec(spec, 'csv:FILE or csv:FILE,TEST_FILE'));
      const { train: _, ...label } = given;
      return { kind, path, ...(test === undefined ? {} : { test }), ...label, ...partOf(kind, spec, given) };
    }
    case 'folder': {
      const { rest: path, given } = takeOptions(kind, spec, rest);
      if (path === '') refuse(badSpec(spec, 'folder:DIR'));
      const [, height, width] = /^([1-9]\d{0,3})x([1-9]\d{0,3})$/.exec(given.size ?? '') ?? [];
      if (given.size !== undefined && height === undefined)
        refuse(badOption(spec, 'size', given.size, optionsOf.folder));
      const size = height === undefined ? {} : { size: [Number(height), Number(width)] as const };
      return { kind, path, ...size, ...partOf(kind, spec, given) };
    }
    case 'mnist':
    case 'fashion':
    case 'cifar10':
      if (rest === '') refuse(badSpec(spec, `${kind}:DIR`));
      return { kind, path: rest };
    default:
      return refuse(unknownKind(kind, spec, kinds));
  }
}
