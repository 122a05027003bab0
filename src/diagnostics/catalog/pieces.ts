// E025x and E026x: pooling, and layers that put values together, cut them, turn them and resize them.
import { entry } from '../entry.ts';
import type { Span } from '../types.ts';

export const emptyWindow = entry('E0250', (span: Span, layer: string, places: string, size: string) => ({
  message: `${layer} has a window that holds padding only`,
  primary: { span, text: `it reads ${places}, and the input has ${size}` },
  help: ['use a smaller dilation, less padding or a larger window'],
}));

export const cropTooLarge = entry('E0251', (span: Span, picture: string, arithmetic: string, largest: number) => ({
  message: `crop leaves nothing of a ${picture}`,
  primary: { span, text: arithmetic },
  help: [`at most ${largest} of both sides together can be cut off here`],
}));

/** `4 * 4 * 64 = 1024`; of one size, the size. */
const product = (shape: string): string => {
  const sizes = shape.split('x').map(Number);
  return sizes.length === 1 ? shape : `${sizes.join(' * ')} = ${sizes.reduce((a, b) => a * b, 1)}`;
};

export const wrongReshape = entry(
  'E0252',
  (span: Span, from: string, elements: number, to: string, wanted: number, help: string | undefined) => ({
    message: `${from} cannot be reshaped to ${to}: it has ${elements} elements, not ${wanted}`,
    primary: { span, text: `${product(from)}, ${product(to)}` },
    ...(help === undefined ? {} : { help: [help] }),
  }),
);

export const wrongOrder = entry('E0253', (span: Span, order: string, shape: string, rank: number, example: string) => ({
  message: `${order} is no order of the axes of ${shape}: each of ${rank === 1 ? '0' : `0 to ${rank - 1}`} must stand there once`,
  primary: { span, text: `${rank} ${rank === 1 ? 'axis' : 'axes'} here` },
  help: [`axis 0 comes first: \`transpose ${example}\` changes nothing`],
}));

export const sliceBeyond = entry('E0254', (span: Span, what: string, from: number, count: number, size: number) => ({
  message: `slice takes ${what} ${from} to ${from + count - 1}, and the last one here is ${size - 1}`,
  primary: { span, text: `${from} + ${count} = ${from + count}, and there are ${size}` },
  help: [
    from < size
      ? `from ${from} on, \`slice ${from} ${size - from}${what === 'channels' ? '' : ` axis ${what}`}\` takes all that is left`
      : 'numbers begin at 0',
  ],
}));

export const noSuchAxis = entry('E0255', (span: Span, axis: string, shape: string, known: readonly string[]) => ({
  message: `${shape} has no ${axis}`,
  primary: { span, text: `here are ${known.join(' and ')}` },
}));

export const mirrorTooLarge = entry(
  'E0256',
  (span: Span, padding: number, what: 'rows' | 'columns' | 'values', size: number) => ({
    message: `a mirrored border of ${padding} needs at least ${padding + 1} ${what}, and here ${size === 1 ? 'is 1' : `are ${size}`}: the edge itself is not repeated`,
    primary: { span, text: `at most ${size} - 1 = ${size - 1}` },
    help: ['use a smaller border, or `mode edge`, which repeats the edge as often as needed'],
  }),
);

export const notDivisible = entry(
  'E0257',
  (span: Span, layer: string, what: string, size: number, by: number, arithmetic: string) => ({
    message: `${layer} needs a number of ${what} that ${arithmetic} divides, and here are ${size}`,
    primary: { span, text: `${size}/${by} = ${Number((size / by).toFixed(3))}` },
  }),
);

export const nothingComputed = entry('E0258', (span: Span, name: string) => ({
  message: `the model \`${name}\` computes nothing: for inference, its output is its input`,
  primary: { span, text: '' },
  help: ['add layers that compute, such as `dense 10 softmax`'],
}));
