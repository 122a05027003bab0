// Messages about training and using a model: E0620 on.
import { entry } from '../entry.ts';

const number = (n: number): string => String(n).replace(/\B(?=(\d{3})+$)/g, ',');

/** `kept`: where the weights of the last good epoch are, and which one that is. */
export const lossNotFinite = entry(
  'E0620',
  (
    what: 'loss' | 'test loss',
    value: number,
    epoch: number,
    step: number,
    lr: number,
    kept: { readonly file: string; readonly epoch: number } | undefined,
    watched: boolean,
  ) => ({
    message: `the ${what} is ${Number.isNaN(value) ? 'not a number (NaN)' : 'infinite'} in epoch ${epoch}, step ${step}: the training diverged`,
    help: [
      `lower the learning rate: it is ${lr}; try --lr ${Number((lr / 10).toPrecision(2))}`,
      kept
        ? `${kept.file} holds the weights after epoch ${kept.epoch}, the last good one`
        : 'no epoch was finished, so no weights are saved',
      ...(watched ? [] : ['to see which layer, tensor and step it began with, train again with --check-nan']),
    ],
  }),
);

export const noDataSet = entry('E0621', (file: string, command: string) => ({
  message: 'it is not said which pictures to use',
  file,
  help: [
    'write a line `data SET` into the train section, for example `data drawn`',
    `or name the set here: cnnc ${command} ${file} --data drawn`,
  ],
}));

export const noClassScores = entry('E0622', (file: string, shape: string) => ({
  message: `the model ends with ${shape}, which is neither one score a class nor a picture`,
  file,
  help: [
    'end the model with `flatten` and `dense CLASSES softmax`, or with 1 or 3 channels',
    'a softmax over the channels makes a map of classes, which is shown in colours',
  ],
}));

export const noPictureToWrite = entry('E0624', (file: string, out: string) => ({
  message: `-o ${out} is for models that give pictures, and this one gives scores`,
  file,
  help: ['leave out -o; --json prints the scores for other programs'],
}));

export const onePlaceForMany = entry('E0625', (out: string, pictures: number) => ({
  message: `-o names one file, and there are ${pictures} pictures`,
  file: out,
  help: ['name a folder: -o DIR'],
}));

/** `part` is "train" or "test". */
export const dataTooLarge = entry(
  'E0623',
  (spec: string, batch: number, perPicture: number, memory: number, asked: boolean) => ({
    message: `pictures come to the device in parts, two at a time, and two batches do not fit: 2 x ${batch} x ${number(perPicture)} = ${number(2 * batch * perPicture)} bytes, where ${asked ? '--data-memory is' : 'the device binds'} ${number(memory)}`,
    file: spec,
    help: [
      asked
        ? 'give more with --data-memory, or make the batch smaller with --batch'
        : 'make the batch smaller with --batch',
    ],
  }),
);
