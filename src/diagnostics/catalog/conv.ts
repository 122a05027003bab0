// E023x and E024x: convolutions, and layers that slide along signals.
import { entry } from '../entry.ts';
import type { Span } from '../types.ts';

export const twoSizesOnSignal = entry(
  'E0230',
  (span: Span, layer: string, argument: string, given: string, signal: string, forgotten: string | undefined) => ({
    message: `${layer} slides along a signal here (length x channels = ${signal}), which has one direction, and its ${argument} is ${given}`,
    primary: { span, text: 'one number: positions along the signal' },
    help: [
      ...(forgotten === undefined ? [] : [`if this is a picture, its channels are missing: \`${forgotten}\``]),
      `for a signal, write one number, such as \`${argument} 3\`${argument === 'pad' ? ', or what stands before and after it: `pad [2, 0]`' : ''}`,
    ],
  }),
);

export const groupsDoNotDivide = entry(
  'E0231',
  (span: Span, layer: string, groups: number, channels: number, filters: number, possible: readonly number[]) => {
    const odd = channels % groups === 0 ? (['filters', filters] as const) : (['channels', channels] as const);
    return {
      message: `${layer} cannot share ${odd[1]} ${odd[0]} among ${groups} groups`,
      primary: { span, text: `${odd[1]} / ${groups} = ${Number((odd[1] / groups).toFixed(3))}` },
      help: [`what divides both ${channels} channels and ${filters} filters: ${possible.join(', ')}`],
    };
  },
);

export const kernelOfOtherSize = entry(
  'E0232',
  (span: Span, layer: string, found: string, wanted: string, size: Span) => ({
    message: `the kernel of ${layer} has ${found}, and its size is given as ${wanted}`,
    primary: { span, text: `${found} here` },
    labels: [{ span: size, text: `${wanted} here` }],
    help: ['leave the size out: the numbers have one'],
  }),
);

export const kernelNotMatrix = entry('E0233', (span: Span, layer: string, found: string, signal: boolean) => ({
  message: `the kernel of ${layer} must be ${signal ? 'a list of numbers' : 'rows of numbers, all equally long'}, not ${found}`,
  primary: { span, text: '' },
  help: [
    signal
      ? 'for example `kernel [1, -2, 1]`, or a list of such lists, one a filter'
      : 'for example `kernel [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]`, or a list of such matrices, one a filter',
  ],
}));

export const kernelsNotFilters = entry('E0234', (span: Span, layer: string, kernels: number, filters: number) => ({
  message: `${layer} has ${filters} filter${filters === 1 ? '' : 's'}, and ${kernels} kernels are given`,
  primary: { span, text: `${kernels} kernels` },
  help: ['write one kernel for each filter, or a single one for all of them'],
}));

export const nothingLeft = entry('E0235', (span: Span, layer: string, arithmetic: string, what: string) => ({
  message: `the padding of ${layer} leaves no ${what}`,
  primary: { span, text: arithmetic },
  help: [`padding a transposed convolution cuts ${what} off its result: use less of it`],
}));

export const outputPadTooLarge = entry('E0236', (span: Span, layer: string, added: string, stride: string) => ({
  message: `the output_pad ${added} of ${layer} must be less than its stride ${stride}`,
  primary: { span, text: `at least the stride ${stride}` },
  help: ['output_pad chooses among the sizes that a convolution with this stride would round down to the same one'],
}));

export const outputPadWithSame = entry('E0237', (span: Span, layer: string, pad: Span) => ({
  message: `\`pad same\` of ${layer} decides the size of the result (stride times the input), and so does output_pad`,
  primary: { span, text: 'adds to the result' },
  labels: [{ span: pad, text: 'the size is decided here' }],
  help: ['leave one of them out'],
}));

export const biasAndNone = entry('E0238', (span: Span, layer: string, nobias: Span) => ({
  message: `${layer} is to have a bias and none`,
  primary: { span, text: 'a bias' },
  labels: [{ span: nobias, text: 'no bias' }],
  help: ['leave one of them out'],
}));
