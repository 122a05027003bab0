// The set `fit:PICTURE...`: random vectors to begin with, and the pictures that a network shall make of them.
import { resolve } from 'node:path';
import { normal } from '../../../runtime/random.ts';
import { readBytes } from '../../cli/files.ts';
import { noPictureTarget, valuesNotAsked } from '../../diagnostics/catalog/labels.ts';
import { refuse } from '../../diagnostics/index.ts';
import { decodePicture } from '../../interop/pictures.ts';
import { isGrey, resize, toColour, toGrey } from '../resize.ts';
import { type DataSet, type PictureShape, sizeOf } from '../types.ts';
import type { Expected, Parts } from './sets.ts';

/** The stream of random numbers that the vectors are drawn from. */
const vectorStream = 0x70000000;

/** height x width x channels values from 0 to 1 of a picture file. */
async function picture(file: string, [h, w, c]: PictureShape, cwd: string): Promise<Float32Array> {
  const bytes = await readBytes(resolve(cwd, file), file, ['fit:PICTURE takes PNG or JPEG files']);
  const { width, height, channels, values } = await decodePicture(bytes, file);
  const grey = channels === 1 || (c === 1 && isGrey(values));
  const coloured =
    c === channels
      ? values
      : c === 3
        ? toColour(values)
        : grey && channels === 3
          ? values.filter((_, i) => i % 3 === 0)
          : toGrey(values);
  return resize(coloured, [height, width, c], [h, w]).map((v) => v / 255);
}

/**
 * For each picture a vector of normal random numbers in the shape of the model's input, the same for the same seed; and
 * the picture itself, resized to the model's output, as values from 0 to 1. All of them are trained on and tested on.
 */
export async function fitPictures(files: readonly string[], seed: number, e: Expected): Promise<Parts> {
  const { expected: input = [100], expectedValues: target } = e;
  if (target === undefined) return refuse(valuesNotAsked(`fit:${files.join(',')}`));
  const [h, w, c] = target;
  if (h === undefined || w === undefined || (c !== 1 && c !== 3))
    return refuse(noPictureTarget(files[0] ?? '', target));
  const shape = [h, w, c] as PictureShape;
  const size = sizeOf(input);
  const values = new Float32Array(files.length * size);
  for (let i = 0; i < values.length; i++) {
    const at = Math.floor(i / size);
    values[i] = normal(seed, vectorStream + at, i % size);
  }
  const labels = new Float32Array(files.length * sizeOf(shape));
  for (const [i, file] of files.entries()) labels.set(await picture(file, shape, e.cwd), i * sizeOf(shape));
  const [rows = 1, columns = 1, channels = 1] = input.length === 3 ? input : [1, 1, size];
  const set: DataSet = {
    name: 'fit',
    shape: [rows, columns, channels],
    count: files.length,
    classes: 0,
    pixels: { dtype: 'f32', values, scale: 1 },
    labels,
    labelShape: shape,
  };
  return { train: set, test: set, notes: [] };
}
