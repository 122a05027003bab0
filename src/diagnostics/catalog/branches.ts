// E0213 to E0219 and W0218: values that meet and do not fit together.
import { entry } from '../entry.ts';
import type { Label, Span } from '../types.ts';

export const nothingToMerge = entry('E0213', (span: Span, merge: string, branches: number) => ({
  message:
    branches === 0 ? `\`${merge}\` has nothing to join` : `\`${merge}\` has one branch, and nothing to join it with`,
  primary: { span, text: '' },
  help: [
    branches === 0
      ? `give it branches, \`${merge} { branch { ... } branch { } }\`, or the name of an earlier value, \`${merge} skip1\``
      : 'an empty branch, `branch { }`, is the value before the branches',
  ],
}));

/** `labels` say the shape of each value at its place; `rule` what would fit. */
export const branchesDiffer = entry(
  'E0214',
  (span: Span, merge: string, rule: string, labels: readonly Label[], help: readonly string[]) => ({
    message: `the values that \`${merge}\` joins do not fit together: ${rule}`,
    primary: { span, text: '' },
    labels,
    help,
  }),
);

export const noSuchAxis = entry('E0215', (span: Span, axis: string, shape: string, axes: readonly string[]) => ({
  message: `values of shape ${shape} have no axis \`${axis}\``,
  primary: { span, text: '' },
  help: [`theirs are ${axes.join(', ')}; without \`axis\` the last one is taken`],
}));

export const tooManyLayers = entry('E0216', (span: Span, most: number) => ({
  message: `the model has more than ${most} layers once its blocks and repetitions are written out`,
  primary: { span, text: 'here it grew too large' },
}));

export const nothingToTrain = entry('W0217', (span: Span) => ({
  message: 'all weights of the model are frozen: training changes nothing',
  primary: { span, text: '' },
  help: ['leave `freeze` or `frozen` away from the layers that should learn'],
}));
