// Classes as people read them: their names where the data set is known, scores as probabilities, the largest first.
import type { Plan } from '../../runtime/index.ts';
import { classNames } from '../data/labels.ts';

const nameOf: Readonly<Record<string, keyof typeof classNames>> = {
  drawn: 'digits',
  shapes: 'shapes',
  mnist: 'digits',
  digits: 'digits',
  fashion: 'fashion',
  'fashion-mnist': 'fashion',
  fashion_mnist: 'fashion',
  cifar10: 'cifar10',
  'cifar-10': 'cifar10',
};

const ofSpec = (spec: string | undefined): readonly string[] | undefined => {
  const kind = nameOf[spec?.split(':')[0] ?? ''];
  return kind && classNames[kind];
};

/** The names that weights must keep: those of a folder or a table, which the spec does not tell. */
export const ownNames = (spec: string, names: readonly string[] | undefined): { class_names?: readonly string[] } =>
  names === undefined || ofSpec(spec) !== undefined ? {} : { class_names: names };

/**
 * Names of the classes of a data set: those that the weights kept (a list as JSON), or those of a known set. Undefined
 * when there are none, or of another number of classes.
 */
export function namesFor(spec: string | undefined, classes: number, kept?: string): readonly string[] | undefined {
  const names = kept === undefined ? ofSpec(spec) : keptNames(kept);
  return names?.length === classes ? names : undefined;
}

/** A list of names as weights have it; undefined where it is none. */
function keptNames(text: string): readonly string[] | undefined {
  try {
    const names: unknown = JSON.parse(text);
    return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : undefined;
  } catch {
    return undefined;
  }
}

/** The index of the largest value, the first of equals. */
export const argmax = (row: ArrayLike<number>): number => {
  let best = 0;
  for (let i = 1; i < row.length; i++) if ((row[i] as number) > (row[best] as number)) best = i;
  return best;
};

/** The outputs of one picture as probabilities; a single one is made into those of class 0 and class 1. Values that are neither probabilities nor logits stay as they are. */
export function probabilities(row: Float32Array, outputIs: Plan['outputIs']): number[] {
  if (outputIs === 'binary_probabilities' || outputIs === 'binary_logits') {
    const yes = Array.from(row, (v) => (outputIs === 'binary_logits' ? 1 / (1 + Math.exp(-v)) : v));
    return yes.length === 1 ? [1 - (yes[0] as number), yes[0] as number] : yes;
  }
  if (outputIs !== 'logits') return Array.from(row);
  const most = Math.max(...row);
  const powers = Array.from(row, (v) => Math.exp(v - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((p) => p / sum);
}
