// E03xx: the train section.
import { entry } from '../entry.ts';
import { listOf } from '../suggest.ts';
import type { Span } from '../types.ts';

export const unknownSetting = entry(
  'E0301',
  (span: Span, name: string, near: string | undefined, all: readonly string[]) => ({
    message: `a train section has no setting \`${name}\``,
    primary: { span, text: '' },
    help: [near === undefined ? `the settings are ${listOf(all, 'and')}` : `did you mean \`${near}\`?`],
  }),
);

export const unknownChoice = entry(
  'E0302',
  (span: Span, what: string, name: string, near: string | undefined, all: readonly string[]) => ({
    message: `there is no ${what} \`${name}\``,
    primary: { span, text: '' },
    help: [
      near === undefined
        ? all.length === 1
          ? `the only one is \`${all[0]}\``
          : `choose one of ${listOf(all)}`
        : `did you mean \`${near}\`?`,
    ],
  }),
);

export const missingSetting = entry('E0303', (span: Span, name: string, example: string) => ({
  message: `the train section does not say its ${name}`,
  primary: { span, text: '' },
  help: [`for example \`${example}\``],
}));

export const noTrainSection = entry('E0304', (span: Span) => ({
  message: 'this file has no train section, so it cannot be trained or evaluated',
  primary: { span, text: 'after the model, a train section is needed' },
  help: [
    'add one:\ntrain {\n  data      mnist\n  loss      cross_entropy\n  optimizer adam lr 0.001\n  batch     128\n  epochs    10\n}',
  ],
}));

export const oneLayerALine = entry('E0305', (span: Span, found: string) => ({
  message: `a train section holds settings, and ${found} is none`,
  primary: { span, text: '' },
  help: ['layers stand in the model'],
}));

export const tooFewClasses = entry('E0306', (span: Span, classes: number) => ({
  message: `a classifier needs at least two classes, and the last layer has ${classes}`,
  primary: { span, text: '' },
  help: ['write the number of classes: `dense 10 softmax`'],
}));

export const endsInDropout = entry('E0307', (span: Span) => ({
  message: 'the model ends with dropout, so its loss would be taken from scores of which some are dropped',
  primary: { span, text: 'nothing is computed after this' },
  help: ['put the dropout before the last layer, or remove it'],
}));

export const clippedTwice = entry('E0330', (span: Span, first: Span, all: readonly string[]) => ({
  message: 'the gradients are clipped in two ways, and only one can be meant',
  primary: { span, text: 'and here' },
  labels: [{ span: first, text: 'here' }],
  help: [`keep one of ${listOf(all, 'and')}`],
}));

export const nesterovAlone = entry('E0331', (span: Span) => ({
  message: '`nesterov` changes how momentum is used, and there is no momentum',
  primary: { span, text: '' },
  help: ['add a momentum: `momentum 0.9 nesterov`'],
}));

/** `time`: warmup, every, restart. */
export const saidTwice = entry('E0332', (span: Span, time: string, first: Span) => ({
  message: `the time of ${time} is given in epochs and in steps`,
  primary: { span, text: 'in steps' },
  labels: [{ span: first, text: 'in epochs' }],
  help: [`keep one of \`${time}_epochs\` and \`${time}_steps\``],
}));

export const boundariesAndFactors = entry(
  'E0333',
  (span: Span, boundaries: readonly number[], factors: readonly number[]) => ({
    message:
      boundaries.length !== factors.length
        ? `there are ${boundaries.length} boundaries and ${factors.length} factors`
        : `the boundaries ${boundaries.join(', ')} do not rise`,
    primary: { span, text: '' },
    help: [
      'give one factor for each boundary, and the boundaries in rising order: `boundaries [6, 9] factors [0.3, 0.1]`',
    ],
  }),
);
