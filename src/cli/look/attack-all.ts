// A whole set under attack: how many pictures are still known, for several strengths, and some of them as a sheet.
import { ink, type Raster, rasterOf, wrong } from '../../graphics/raster/raster.ts';
import { drawSheet, type Tile } from '../../graphics/raster/sheet.ts';
import { argmax } from '../classes.ts';
import { attack, lossGradient } from './attack.ts';
import { type Labelled, valuesOf } from './given.ts';
import type { Classifier, Looking } from './open.ts';

/** Pictures of one piece of work. */
const PIECE = 1024;
/** Pictures a row of the sheet. */
const SHOWN = 10;

export interface Strength {
  readonly epsilon: number;
  /** Pictures whose class is still the most probable one. */
  readonly right: number;
  readonly accuracy: number;
}

/** Attacks the first `count` pictures away from their classes, with each epsilon. `plain` gives outputs alone, which is faster. */
export async function attackAll(
  looking: Looking,
  plain: Looking,
  { set }: Labelled,
  classifier: Classifier,
  epsilons: readonly number[],
  steps: number,
  count: number,
  shape: readonly [number, number, 1 | 3],
): Promise<{ readonly rows: readonly Strength[]; readonly sheet: (title: string, facts: string) => Raster }> {
  const right = epsilons.map(() => 0);
  const tiles: Tile[][] = epsilons.map(() => []);
  for (let start = 0; start < count; start += PIECE) {
    const indices = Uint32Array.from({ length: Math.min(PIECE, count - start) }, (_, i) => start + i);
    const labels = set.labels.subarray(start, start + indices.length);
    const pictures = valuesOf(set, indices);
    const size = pictures.length / indices.length;
    const gradient = await lossGradient(looking, pictures, labels);
    for (const [e, epsilon] of epsilons.entries()) {
      const moved =
        epsilon === 0
          ? pictures
          : await attack(looking, pictures, labels, { epsilon, steps, towards: false }, gradient);
      const outputs = (await plain.run(moved)).get('output') as Float32Array;
      const each = outputs.length / indices.length;
      for (let i = 0; i < indices.length; i++) {
        const said = argmax(classifier.read(outputs.subarray(i * each, (i + 1) * each)));
        const known = said === labels[i];
        if (known) right[e] = (right[e] as number) + 1;
        if (start + i >= SHOWN) continue;
        const text = classifier.nameOf(said);
        (tiles[e] as Tile[]).push({
          picture: rasterOf(moved.subarray(i * size, (i + 1) * size), shape),
          lines: [{ text: i === 0 ? `${text}  (${epsilon})` : text, colour: known ? ink : wrong }],
        });
      }
    }
  }
  const rows = epsilons.map((epsilon, e) => {
    const known = right[e] as number;
    return { epsilon, right: known, accuracy: known / count };
  });
  const columns = Math.min(SHOWN, count);
  return { rows, sheet: (title, facts) => drawSheet({ title, facts, tiles: tiles.flat(), columns, side: 84 }) };
}
