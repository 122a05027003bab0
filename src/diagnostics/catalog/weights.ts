// Messages about weights that do not belong to the model: E0506 and E0507. What is wrong with the file itself is in tensors.ts.
import { entry } from '../entry.ts';
import type { Label } from '../types.ts';

/** One tensor that does not match; shapes are written as 5x5x1x32. */
export type TensorDifference =
  | { readonly kind: 'missing'; readonly name: string; readonly want: string }
  | { readonly kind: 'extra'; readonly name: string; readonly have: string }
  | { readonly kind: 'shape'; readonly name: string; readonly have: string; readonly want: string };

const most = 5;

function sayDifference(d: TensorDifference): string {
  switch (d.kind) {
    case 'missing':
      return `${d.name} (${d.want}) is not in the file`;
    case 'extra':
      return `${d.name} (${d.have}) is not in the model`;
    case 'shape':
      return `${d.name} is ${d.have} in the file and ${d.want} in the model`;
  }
}

/** `trained` is the model that the file says it belongs to. */
export const weightsDiffer = entry(
  'E0506',
  (file: string, model: string, differences: readonly TensorDifference[], trained: string | undefined) => {
    const shown = differences.slice(0, most).map(sayDifference);
    const more = differences.length - shown.length;
    const whose =
      trained === undefined || trained === model
        ? 'the model has changed since, or the file is of another one'
        : `the file says it is of the model "${trained}"`;
    return {
      message: `these are not the weights of the model "${model}": ${differences.length} ${differences.length === 1 ? 'tensor differs' : 'tensors differ'}`,
      file,
      help: [
        [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'),
        `${whose}: give the model file that these weights were trained with, or train this one again`,
      ],
    };
  },
);

/** Weights to start from, of which none is one of the model. */
export const noneTaken = entry(
  'E0507',
  (file: string, model: string, differences: readonly TensorDifference[], place: Label | undefined) => {
    const shown = differences.filter((d) => d.kind !== 'missing').slice(0, most);
    const wanted = differences.flatMap((d) => (d.kind === 'missing' ? [`${d.name} (${d.want})`] : [])).slice(0, most);
    return {
      message: `no tensor of ${file} has the name and the shape of a parameter of the model "${model}"`,
      ...(place ? { primary: place } : { file }),
      help: [
        ...(shown.length > 0 ? [shown.map(sayDifference).join('\n')] : []),
        ...(wanted.length > 0 ? [`the model has ${wanted.join(', ')}${wanted.length === most ? ' ...' : ''}`] : []),
        'the options `name` of layers and of calls of blocks give parameters their names',
      ],
    };
  },
);
