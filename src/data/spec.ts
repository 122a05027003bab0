// What `--data` and `data` in a train section say: names of sets, or a kind and its files.
import { badSpec, dataFolderUnset, unknownKind, unknownSet } from '../diagnostics/catalog/data.ts';
import { refuse } from '../diagnostics/index.ts';
import { drawnCounts } from './drawn.ts';
import { shapesCounts, shapesSize } from './shapes.ts';

export type Spec =
  | { readonly kind: 'mnist' | 'fashion' | 'digits' | 'cifar10' | 'csv'; readonly path: string }
  | { readonly kind: 'idx'; readonly paths: readonly string[] }
  | { readonly kind: 'fit'; readonly paths: readonly string[] }
  | { readonly kind: 'drawn'; readonly train: number; readonly test: number }
  | { readonly kind: 'shapes'; readonly train: number; readonly test: number; readonly size: number };

const kinds = ['mnist', 'fashion', 'digits', 'cifar10', 'idx', 'csv', 'drawn', 'shapes', 'fit'];

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
    case 'idx': {
      const paths = rest.split(',');
      if ((paths.length !== 2 && paths.length !== 4) || paths.includes('')) {
        refuse(badSpec(spec, 'idx:IMAGES,LABELS or idx:IMAGES,LABELS,TEST_IMAGES,TEST_LABELS'));
      }
      return { kind, paths };
    }
    case 'mnist':
    case 'fashion':
    case 'cifar10':
    case 'digits':
    case 'csv':
      if (rest === '') refuse(badSpec(spec, `${kind}:${kind === 'digits' || kind === 'csv' ? 'FILE' : 'DIR'}`));
      return { kind, path: rest };
    default:
      return refuse(unknownKind(kind, spec, kinds));
  }
}
