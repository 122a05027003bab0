// Messages of --check-nan, and of verify: E0640 to E0659.
import { entry } from '../entry.ts';
import type { Span } from '../types.ts';

const primary = (span: Span | undefined, text: string) => (span ? { primary: { span, text } } : {});

/** `ranges`: a line for each value that the kernel read. */
export const firstNotFinite = entry(
  'E0640',
  (
    value: { readonly id: string; readonly line: string; readonly kernel: string; readonly what: string },
    at: { readonly epoch: number; readonly step: number; readonly lr: number },
    ranges: readonly string[],
    span: Span | undefined,
  ) => ({
    message: `%${value.id} is the first value that is not finite: it holds ${value.what} in step ${at.step} (epoch ${at.epoch})`,
    ...primary(span, `computed by kernel ${value.kernel}`),
    help: [
      value.line,
      ...(ranges.length > 0 ? [`what it was computed from:\n${ranges.join('\n')}`] : []),
      `large values come from steps that are too large: lower the learning rate (it is ${at.lr}; try --lr ${Number((at.lr / 10).toPrecision(2))}), clip gradients (\`global_clip_norm 1\` behind the optimizer), or hold weights back with \`l2\``,
    ],
  }),
);

export const picturesNotFinite = entry('E0641', (what: string, epoch: number, step: number, picture: number) => ({
  message: `the data holds ${what}: picture ${picture + 1} of the batch of step ${step} (epoch ${epoch})`,
  help: ['the network is not the reason: look for gaps in the data set, which are often read as NaN'],
}));

export const givenNotFinite = entry(
  'E0642',
  (id: string, what: string, index: number, shape: string, epoch: number, step: number, span: Span | undefined) => ({
    message: `%${id} holds ${what} before step ${step} (epoch ${epoch}) begins`,
    ...primary(span, `element ${index} of ${shape}`),
    help: ['training did not make it: it came with the weights that training started from'],
  }),
);

export const notSeenAgain = entry('E0643', (epoch: number, from: number, to: number) => ({
  message: `steps ${from} to ${to} (epoch ${epoch}) ran again one by one, and every value was finite`,
  help: [
    'the same steps gave something else the first time: cnnc verify tells whether the adapter computes as it should',
  ],
}));

export const verifyTakesLong = entry('W0640', (file: string, time: string, batch: number) => ({
  message: `the reference computes in double precision on one core: about ${time} for this model`,
  file,
  help: [
    batch > 1 ? 'fewer pictures take less: --batch 1' : 'fewer gradients take less: --samples 1',
    'a narrower copy shows the same mistakes: where the model has parameters for its widths, give smaller ones with --set',
  ],
}));
