// Messages about what a data set says of its pictures, and what a model is trained on: E0450 to E0459.
import { entry } from '../entry.ts';

const each = (shape: readonly number[]): string =>
  shape.length === 0 ? 'one class a picture' : `a class for each of ${shape.join('x')} pixels`;

/** `have` and `want` are the shapes of the labels of a picture. */
export const labelShapes = entry('E0450', (spec: string, have: readonly number[], want: readonly number[]) => ({
  message: `the set gives ${each(have)}, and the model is trained on ${each(want)}`,
  file: spec,
  help: [
    want.length === 0
      ? 'end the model with one score a class for each pixel: `conv CLASSES 1x1 softmax`, in the size of the picture'
      : have.length === 0
        ? 'end the model with `flatten` and `dense CLASSES softmax`, or choose a set with a class for each pixel, such as shapes'
        : 'let the model end in the size of the map: `pad same` keeps sizes',
  ],
}));

export const classesForValues = entry('E0451', (spec: string) => ({
  message: 'the set gives classes, and the train section says `target values`',
  file: spec,
  help: ['remove the line `target`: classes become values of 1 and 0 where a loss needs values'],
}));

export const valuesNotAsked = entry('E0452', (spec: string) => ({
  message: 'the set gives values, and the train section does not say `target values`',
  file: spec,
  help: ['write `target values` into the train section, with a loss on values, such as mse'],
}));

export const noPictureTarget = entry('E0453', (file: string, want: readonly number[]) => ({
  message: `a picture cannot be what the model's output of ${want.join('x')} is compared with`,
  file,
  help: ['end the model in height x width x channels, with 1 or 3 channels'],
}));
