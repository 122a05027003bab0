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
  help: [
    'write the number of classes: `dense 10 softmax`; one number tells two apart with `loss binary_cross_entropy`',
  ],
}));

export const endsInDropout = entry('E0307', (span: Span) => ({
  message: 'the model ends with dropout, so its loss would be taken from scores of which some are dropped',
  primary: { span, text: 'nothing is computed after this' },
  help: ['put the dropout before the last layer, or remove it'],
}));

export const unlikeInput = entry('E0310', (span: Span, output: string, input: string, last: Span) => ({
  message: `the output is compared with the input, and they differ: the output is ${output}, the input ${input}`,
  primary: { span, text: `the input is ${input}` },
  labels: [{ span: last, text: `the output is ${output}` }],
  help: ['end the model in the shape of its input, or in as many features; or leave out `target input`'],
}));

export const metricWithoutClasses = entry('E0311', (span: Span, metric: string, target: string) => ({
  message: `the metric ${metric} counts right classes, and the target is ${target === 'input' ? "the model's input" : 'values'}`,
  primary: { span, text: '' },
  help: ['choose `mae`, `mse` or `binary_accuracy`'],
}));

export const alwaysAmong = entry('E0312', (span: Span, metric: string, k: number, classes: number) => ({
  message: `${metric} would always be 100 %: of ${classes === 1 ? 'one score' : `${classes} classes`} the right one is always among the ${k} largest`,
  primary: { span, text: '' },
  help: [classes > 2 ? `top2 to top${classes - 1} say something here` : 'choose `accuracy`'],
}));

export const weightsForClasses = entry('E0313', (span: Span, weights: number, classes: number, last: Span) => ({
  message: `there are ${weights} class weights, and the model ends with ${classes} ${classes === 1 ? 'class' : 'classes'}`,
  primary: { span, text: `${weights} ${weights === 1 ? 'number' : 'numbers'}` },
  labels: [{ span: last, text: `${classes} ${classes === 1 ? 'class' : 'classes'}` }],
  help: ['write one weight for each class, in their order'],
}));

export const weightsWithoutClasses = entry('E0314', (span: Span, target: string) => ({
  message: `class weights belong to classes, and the target is ${target === 'input' ? "the model's input" : 'values'}`,
  primary: { span, text: '' },
  help: ['remove `class_weights`, or the line `target`'],
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
