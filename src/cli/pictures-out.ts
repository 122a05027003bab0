// What a model gives that ends in a picture: its values, or a map of classes, as PNG files.
import { basename, dirname, extname, join, resolve } from 'node:path';
import type { Plan } from '../../runtime/index.ts';
import { sizeOf } from '../data/types.ts';
import { onePlaceForMany } from '../diagnostics/catalog/run.ts';
import { refuse } from '../diagnostics/index.ts';
import { encodeMap, encodePicture } from '../interop/png.ts';
import type { TrainConfig } from '../training/settings.ts';
import { argmax, probabilities } from './classes.ts';
import { makeFolders, writeAtomic, writeTrouble } from './files.ts';
import type { Io } from './io.ts';

/** How an output is shown: as the picture it is, or as a map of its largest scores. */
export interface PictureOutput {
  readonly shape: readonly [number, number, number];
  readonly as: 'picture' | 'map';
}

/** What the output is as a picture; undefined when it is none. Features are one where the model gives back its input. */
export function pictureOutput({ input, output, outputIs }: Plan, target: TrainConfig['target'] | undefined) {
  const given = output.shape.slice(1);
  const flat = given.length === 1 && target === 'input';
  const [h, w, c, more] = flat ? input.shape.slice(1) : given;
  if (h === undefined || w === undefined || c === undefined || more !== undefined) return undefined;
  const scores = outputIs === 'probabilities' || outputIs === 'logits' || target === 'classes';
  const as = scores && c > 1 ? 'map' : c === 1 || c === 3 ? 'picture' : undefined;
  return as && ({ shape: [h, w, c], as } satisfies PictureOutput);
}

const namesFile = (out: string | undefined): out is string => out?.toLowerCase().endsWith('.png') === true;

/** Refuses one file for several pictures. */
export function checkPlace(pictures: readonly string[], out: string | undefined): void {
  if (namesFile(out) && pictures.length > 1) refuse(onePlaceForMany(out, pictures.length));
}

/** Where the output of each picture goes: beside it, or where `-o` says. */
export async function placesFor(
  io: Io,
  pictures: readonly string[],
  model: string,
  out: string | undefined,
): Promise<string[]> {
  if (namesFile(out)) return [out];
  if (out !== undefined) {
    await makeFolders(resolve(io.cwd, out)).catch((error: unknown) => {
      refuse(writeTrouble(error, out, 0));
    });
  }
  const taken = new Set<string>();
  return pictures.map((picture) => {
    const stem = join(out ?? dirname(picture), `${basename(picture, extname(picture))}.${model}`);
    let place = `${stem}.png`;
    for (let i = 2; taken.has(place); i++) place = `${stem}-${i}.png`;
    taken.add(place);
    return place;
  });
}

/** Writes one output. Of a map it returns the part of the pixels that each class has. */
export async function writeOutput(
  io: Io,
  place: string,
  values: Float32Array,
  { shape: [h, w, c], as }: PictureOutput,
  outputIs: Plan['outputIs'],
): Promise<number[] | undefined> {
  const path = resolve(io.cwd, place);
  if (as === 'picture') {
    const seen =
      outputIs === 'binary_logits'
        ? values.map((v) => probabilities(Float32Array.of(v), outputIs)[1] as number)
        : values;
    await writeAtomic(path, await encodePicture(seen, [h, w, c as 1 | 3]), place);
    return undefined;
  }
  const classes = Uint32Array.from({ length: h * w }, (_, i) => argmax(values.subarray(i * c, (i + 1) * c)));
  await writeAtomic(path, await encodeMap(classes, [h, w]), place);
  const parts = new Array<number>(c).fill(0);
  for (const one of classes) parts[one] = (parts[one] as number) + 1 / sizeOf([h, w]);
  return parts;
}
