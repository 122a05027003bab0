// Labels: their range, and the words for the classes of well-known sets.
import { labelRange } from '../diagnostics/catalog/data.ts';
import { refuse } from '../diagnostics/index.ts';
import type { DataSet } from './types.ts';

export const classNames: Readonly<Record<'digits' | 'fashion' | 'cifar10' | 'shapes', readonly string[]>> = {
  digits: [...'0123456789'],
  fashion: ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'],
  shapes: ['background', 'disc', 'square', 'triangle'],
  cifar10: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
};

/** How many classes the labels speak of: the highest and one. */
export const classesIn = (labels: DataSet['labels']): number => {
  let highest = 0;
  for (const label of labels) highest = Math.max(highest, label);
  return highest + 1;
};

/**
 * Refuses the first label that is out of range. `own` is the number of classes of the set, where it is known, and
 * `expected` that of the model.
 */
export function checkLabels(labels: DataSet['labels'], file: string, own?: number, expected?: number): void {
  const limit = Math.min(own ?? Number.POSITIVE_INFINITY, expected ?? Number.POSITIVE_INFINITY);
  const index = labels.findIndex((label: number) => label >= limit);
  if (index < 0) return;
  const label = labels[index] as number;
  const whose = own !== undefined && label >= own ? 'set' : 'model';
  refuse(labelRange(file, index, label, (whose === 'set' ? own : expected) as number, whose, classesIn(labels) - 1));
}
