// Messages about single pictures: E0440 to E0449 and N0440.
import { entry } from '../entry.ts';

const shape = (s: readonly number[]): string => s.join('x');

export const notAPicture = entry('E0440', (file: string, start: string) => ({
  message: `this is neither a PNG nor a JPEG file: it starts with the bytes ${start}`,
  file,
  help: ['convert the picture to PNG or JPEG; the name of the file does not matter'],
}));

export const pictureDamaged = entry('E0441', (file: string, format: string, reason: string) => ({
  message: `the ${format} picture cannot be decoded: ${reason}`,
  file,
  help: ['the file is damaged, or uses a part of the format that is not read here: save it again as an 8-bit PNG'],
}));

export const pictureSize = entry('E0442', (file: string, have: readonly number[], want: readonly number[]) => ({
  message: `the picture is ${shape(have)}, but the model's input is ${shape(want)} (height x width x channels)`,
  file,
  help: ['leave out --strict to have it resized, or give a picture of that size'],
}));

export const noPictureInput = entry('E0443', (file: string, want: readonly number[]) => ({
  message: `a picture cannot be made into the model's input of ${shape(want)}`,
  file,
  help: ['pictures have 1 or 3 channels; a vector must have as many values as a square picture'],
}));

export const pictureResized = entry(
  'N0440',
  (file: string, have: readonly number[], want: readonly number[], how: 'resized' | 'padded' | 'converted') => ({
    message:
      how === 'padded'
        ? `the picture is ${shape(have)} and gets a border of zeros to fit the model's input of ${shape(want)}`
        : `the picture is ${shape(have)} and is ${how} to the model's input of ${shape(want)}`,
    file,
  }),
);
