// The pictures that a model gets most wrong: those with the largest loss, with what they are and what was said.
import { ink, type Raster, rasterOf, wrong } from '../../graphics/raster/raster.ts';
import { drawSheet } from '../../graphics/raster/sheet.ts';
import { SCORE } from '../../passes/attribute.ts';
import { argmax } from '../classes.ts';
import { lossText, percent } from '../format.ts';
import type { Io } from '../io.ts';
import type { ModelFile } from '../model.ts';
import type { Weights } from '../weights.ts';
import { type Labelled, valuesOf } from './given.ts';
import { type Classifier, type On, openLooking, pictureShape } from './open.ts';

export interface Judged {
  readonly index: number;
  readonly label: number;
  readonly predicted: number;
  readonly probability: number;
  readonly loss: number;
}

/** Pictures of one piece of work: what is held in memory as single precision at a time. */
const PIECE = 2048;

/** Loss and choice of every picture of the part, in order. */
export async function judge(
  io: Io,
  on: On,
  model: ModelFile,
  weights: Weights,
  { set }: Labelled,
  classifier: Classifier,
): Promise<Judged[]> {
  const looking = await openLooking(io, on, model, weights, { of: 'loss' }, set.count);
  const all: Judged[] = [];
  try {
    for (let start = 0; start < set.count; start += PIECE) {
      const indices = Uint32Array.from({ length: Math.min(PIECE, set.count - start) }, (_, i) => start + i);
      const labels = set.labels.subarray(start, start + indices.length);
      const found = await looking.run(valuesOf(set, indices), { labels });
      const [outputs, losses] = [found.get('output') as Float32Array, found.get(SCORE) as Float32Array];
      const each = outputs.length / indices.length;
      for (const [i, index] of indices.entries()) {
        const row = classifier.read(outputs.subarray(i * each, (i + 1) * each));
        const predicted = argmax(row);
        const probability = row[predicted] as number;
        all.push({ index, label: labels[i] as number, predicted, probability, loss: losses[i] as number });
      }
    }
  } finally {
    looking.backend.close();
  }
  return all;
}

/** The `count` largest losses, the largest first; of equal ones the first picture. */
export const worstOf = (judged: readonly Judged[], count: number): Judged[] =>
  [...judged].sort((a, b) => b.loss - a.loss || a.index - b.index).slice(0, count);

export function worstSheet(
  { compiled, source }: ModelFile,
  { set, spec, part }: Labelled,
  classifier: Classifier,
  judged: readonly Judged[],
  count: number,
): { readonly sheet: Raster; readonly worst: readonly Judged[]; readonly right: number } {
  const worst = worstOf(judged, count);
  const size = pictureShape(compiled.plan, source.file);
  const right = judged.filter((one) => one.label === one.predicted).length;
  const sheet = drawSheet({
    title: `${compiled.plan.model}: the worst of ${judged.length} pictures`,
    facts: `${spec}, ${part}; ${judged.length - right} wrong, ${percent(right / judged.length)} right`,
    tiles: worst.map(({ index, label, predicted, probability, loss }) => ({
      picture: rasterOf(valuesOf(set, Uint32Array.of(index)), size),
      lines: [
        `is ${classifier.nameOf(label)}`,
        { text: `said ${classifier.nameOf(predicted)}`, colour: label === predicted ? ink : wrong },
        percent(probability, 1),
        `loss ${loss < 100 ? lossText(loss).slice(0, 4) : loss.toFixed(0)}`,
      ],
    })),
    side: 112,
  });
  return { sheet, worst, right };
}
