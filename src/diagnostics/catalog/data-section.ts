// E034x and E035x: the data section of a model file, and sets that are streamed to the device.
import { entry } from '../entry.ts';
import { listOf } from '../suggest.ts';
import type { Span } from '../types.ts';

export const unknownDataSetting = entry(
  'E0340',
  (span: Span, name: string, near: string | undefined, all: readonly string[], ofAugment: boolean) => ({
    message: `a data section has no setting \`${name}\``,
    primary: { span, text: '' },
    help: [
      ofAugment
        ? `it belongs inside \`augment\`: augment { ${name} ... }`
        : near === undefined
          ? `the settings are ${listOf(all, 'and')}`
          : `did you mean \`${near}\`?`,
    ],
  }),
);

export const unknownAugment = entry(
  'E0341',
  (span: Span, name: string, near: string | undefined, all: readonly string[]) => ({
    message: `there is no augmentation \`${name}\``,
    primary: { span, text: '' },
    help: [near === undefined ? `choose one of ${listOf(all)}` : `did you mean \`${near}\`?`],
  }),
);

export const notASetting = entry('E0342', (span: Span, where: string, found: string) => ({
  message: `${where} holds settings, and ${found} is none`,
  primary: { span, text: '' },
  help: ['conditions and layers stand in the model'],
}));

export const bodyOfSetting = entry('E0343', (span: Span, name: string, example: string) => ({
  message: `\`${name}\` has no body`,
  primary: { span, text: '' },
  help: [`for example \`${example}\``],
}));

export const augmentAlone = entry('E0344', (span: Span) => ({
  message: '`augment` needs a body that says what is done to the pictures',
  primary: { span, text: '' },
  help: ['for example\naugment {\n  flip horizontal\n  shift 4\n}'],
}));

/** `missing`: what is not given while the other is. */
export const normaliseHow = entry('E0345', (span: Span, missing: 'mean' | 'std' | undefined) => ({
  message: missing === undefined ? '`normalise` does not say with which numbers' : `\`normalise\` has no ${missing}`,
  primary: { span, text: '' },
  help: [
    'write `normalise per_channel`, which takes mean and deviation of the training set, or both numbers: `normalise mean 0.1307 std 0.3081`',
  ],
}));

export const normaliseBothWays = entry('E0346', (span: Span, first: Span) => ({
  message: '`normalise` takes its numbers from the training set and from this line, and only one can be meant',
  primary: { span, text: 'from this line' },
  labels: [{ span: first, text: 'from the training set' }],
  help: ['keep `per_channel`, or `mean` and `std`'],
}));

export const stdNotPositive = entry('E0347', (span: Span, value: number) => ({
  message: `pictures are divided by std, and ${value} is ${value === 0 ? 'no divisor' : 'below 0'}`,
  primary: { span, text: '' },
  help: ['a standard deviation is above 0'],
}));

export const channelsAndNumbers = entry(
  'E0348',
  (span: Span, what: 'mean' | 'std', numbers: number, channels: number, input: Span) => ({
    message: `${what} has ${numbers} numbers, and the input ${channels} ${channels === 1 ? 'channel' : 'channels'}`,
    primary: { span, text: `${numbers} numbers` },
    labels: [{ span: input, text: `${channels} ${channels === 1 ? 'channel' : 'channels'}` }],
    help: ['write one number for each channel, or one for all'],
  }),
);

export const tooManyChannels = entry('E0349', (span: Span, channels: number, most: number) => ({
  message: `mean and std are written for ${channels} channels, and kernels hold ${most} of them at most`,
  primary: { span, text: '' },
  help: [
    '`normalise per_channel` keeps them with the weights, for any number of channels; or write one number for all',
  ],
}));

export const augmentNeedsPictures = entry('E0350', (span: Span, name: string, input: string, at: Span) => ({
  message: `\`${name}\` moves or cuts pixels of pictures, and the input is ${input}`,
  primary: { span, text: '' },
  labels: [{ span: at, text: 'height x width x channels would be a picture' }],
  help: ['`noise`, `brightness` and `contrast` work for any input'],
}));

export const shiftTooFar = entry(
  'E0351',
  (span: Span, axis: 'rows' | 'columns', far: number, size: number, name: string) => ({
    message: `\`${name}\` by ${far} ${axis} can leave nothing of a picture of ${size} ${axis}`,
    primary: { span, text: '' },
    help: [
      size > 1 ? `at most ${size - 1} ${axis} leave something` : `there is one: \`shift\` takes a size such as 0x4`,
    ],
  }),
);

export const cropOfOtherSize = entry('E0352', (span: Span, crop: string, input: string, at: Span) => ({
  message: `the crop is ${crop}, and the input ${input}`,
  primary: { span, text: crop },
  labels: [{ span: at, text: input }],
  help: ['a crop has the size of the input: the border that `pad` adds is what is cut off again'],
}));

export const fillsDiffer = entry('E0353', (span: Span, fill: string, first: Span, before: string) => ({
  message: 'moves are one sampling of the picture, which has one kind of border',
  primary: { span, text: fill },
  labels: [{ span: first, text: before }],
  help: ['write the same `fill` for all moves, or once'],
}));

export const boxTooLarge = entry('E0354', (span: Span, box: string, input: string) => ({
  message: `a box of ${box} covers more than a picture of ${input}`,
  primary: { span, text: '' },
  help: ['make it smaller than the picture: a quarter to a half of its sides is usual'],
}));

export const labelsDoNotMove = entry('E0355', (span: Span, name: string, labels: string, input: string) => ({
  message: `\`${name}\` moves the pictures, ${input}, and cannot move their labels along, which are ${labels}`,
  primary: { span, text: '' },
  help: ['maps in the size of the input move with it; for others leave the moves out'],
}));

export const sourceTwice = entry('E0356', (span: Span, first: Span) => ({
  message: 'the data set is named by `source` and by `data` in the train section',
  primary: { span, text: 'here' },
  labels: [{ span: first, text: 'and here' }],
  help: ['keep one of the two'],
}));

export const nothingToAugment = entry('W0357', (span: Span) => ({
  message: '`augment` is empty',
  primary: { span, text: '' },
  help: ['remove it, or say what is done: `flip horizontal`, `shift 4`'],
}));

export const augmentWithoutTraining = entry('W0358', (span: Span) => ({
  message: 'pictures are augmented while training, and this file has no train section',
  primary: { span, text: '' },
  help: ['add a train section, or remove `augment`'],
}));
