// E02xx: sizes that do not fit, with their arithmetic.
import { entry } from '../entry.ts';
import type { Label, Span } from '../types.ts';

export const wrongAssertion = entry('E0201', (span: Span, asserted: string, actual: string, how: string) => ({
  message: `the shape here is ${actual}, not ${asserted}`,
  primary: { span, text: `${actual}${how === '' ? '' : `: ${how}`}` },
  help: [`if the layer is right, write \`=> ${actual}\``],
}));

export const needsFeatures = entry('E0202', (span: Span, layer: string, shape: string, features: number) => ({
  message: `${layer} works on features, and here stands a ${shape.split('x').length === 2 ? 'signal' : 'picture'} ${shape}`,
  primary: { span, text: `the input is ${shape}` },
  help: [`put \`flatten\` on the line before: ${shape.replaceAll('x', ' * ')} = ${features} features`],
}));

export const windowTooLarge = entry(
  'E0203',
  (
    span: Span,
    layer: string,
    window: string,
    picture: string,
    arithmetic: string,
    largest: string,
    before: Label | undefined,
  ) => ({
    message: `the window does not fit: ${layer} ${window} on a ${picture}`,
    primary: { span, text: arithmetic },
    ...(before === undefined ? {} : { labels: [before] }),
    help: [
      `the largest window here is ${largest}; \`pad same\` adds zeros around the ${picture.startsWith('signal') ? 'signal' : 'picture'} until it fits`,
    ],
  }),
);

export const unreadRows = entry(
  'W0204',
  (
    span: Span,
    layer: string,
    axes: readonly ('row' | 'column' | 'value')[],
    unread: number,
    arithmetic: string,
    result: number,
  ) => ({
    message: `${layer} never reads the last ${axes.map((axis) => (unread === 1 ? axis : `${unread} ${axis}s`)).join(' and ')} of its input`,
    primary: { span, text: `${arithmetic} = ${result}, rounded down` },
    help: [
      `if they matter, pad at the ${axes[0] === 'value' ? 'end' : 'bottom and right'}, or choose a window and stride that divide the size`,
    ],
  }),
);

export const needsPicture = entry('E0205', (span: Span, layer: string, shape: string) => ({
  message: `${layer} works on pictures (height x width x channels), and here stand ${shape} features`,
  primary: { span, text: `the input is ${shape}` },
  help: ['put it before `flatten`, or begin with an input such as `input 28x28x1`'],
}));

export const inputFirst = entry('E0206', (span: Span, layer: string) => ({
  message: `a model begins with its input, not with ${layer}`,
  primary: { span, text: '' },
  help: ['write the shape of one picture first: `input 28x28x1`'],
}));

export const secondInput = entry('E0207', (span: Span, first: Span) => ({
  message: 'a model has one input',
  primary: { span, text: 'a second one' },
  labels: [{ span: first, text: 'the first one' }],
  help: ['remove one of them'],
}));

export const emptyModel = entry('E0208', (span: Span, name: string, hasInput: boolean) => ({
  message: hasInput ? `the model \`${name}\` has an input and no layers` : `the model \`${name}\` is empty`,
  primary: { span, text: '' },
  help: [
    hasInput ? 'add layers after the input, such as `flatten` and `dense 10 softmax`' : 'begin with `input 28x28x1`',
  ],
}));

export const paddingTooLarge = entry('E0210', (span: Span, layer: string, padding: number, window: number) => ({
  message: `the padding ${padding} of ${layer} reaches or exceeds its window of ${window}: some windows would hold padding only`,
  primary: { span, text: `at most ${window - 1}` },
}));

export const tooManyElements = entry('E0211', (span: Span, shape: string, elements: number) => ({
  message: `a value of shape ${shape} has ${elements} elements; at most 2147483648 (2^31) can be addressed`,
  primary: { span, text: '' },
  help: ['use a smaller batch, fewer filters or a stride'],
}));

export const needsScores = entry('E0212', (span: Span, loss: string, shape: string) => ({
  message: `the loss ${loss} needs one score a class of each picture, and the model ends with ${shape}`,
  primary: { span, text: `the last layer gives ${shape}` },
  help: [
    'end the model with `flatten` and `dense CLASSES softmax`',
    'for a class a pixel the set must have one (data shapes); a model that gives back its input takes `target input`',
  ],
}));
