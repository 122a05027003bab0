// How right a classifier is, class by class: the confusion matrix, and what follows from it.
import { losses } from '../training/losses/index.ts';
import { argmax } from './classes.ts';
import { percent, table } from './format.ts';
import type { CompiledModel } from './model.ts';

/** Row r, column c: pictures (or pixels) of class r that were taken for class c. */
export type Confusion = readonly (readonly number[])[];

/**
 * `outputs` are rows of scores, one for each label. A row of one number tells class 1 (above `threshold`) from class 0;
 * the matrix then has two classes.
 */
export function confusionOf(
  outputs: Float32Array,
  labels: ArrayLike<number>,
  scores: number,
  threshold: number,
): Confusion {
  const classes = Math.max(2, scores);
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < labels.length; i++) {
    const row = matrix[labels[i] as number] as number[];
    const mine = outputs.subarray(i * scores, (i + 1) * scores);
    const guess = scores === 1 ? Number((mine[0] as number) > threshold) : argmax(mine);
    row[guess] = (row[guess] as number) + 1;
  }
  return matrix;
}

/** The confusion matrix of a model's outputs; undefined when the model is not trained on classes. */
export function confusionFor(
  { plan, config, forward }: CompiledModel,
  outputs: Float32Array,
  labels: ArrayLike<number>,
): Confusion | undefined {
  if (plan.labels?.dtype !== 'u32') return undefined;
  const output = forward.effects.find((e) => e.kind === 'output')?.value;
  const threshold = (output && losses[config?.loss ?? '']?.reads(output).threshold) ?? 0.5;
  return confusionOf(outputs, labels, outputs.length / labels.length, threshold);
}

/** Of one class, from 0 to 1; null where there is nothing to divide by. */
export interface ClassScores {
  readonly class: number;
  readonly name?: string;
  /** Of those that were taken for the class, the part that is. */
  readonly precision: number | null;
  /** Of those that are of the class, the part that was taken for it. */
  readonly recall: number | null;
  /** The harmonic mean of both. */
  readonly f1: number | null;
  /** Those that are and were taken for it, among those that are or were: intersection over union. */
  readonly iou: number | null;
  readonly count: number;
}

export function classScores(matrix: Confusion, names: readonly string[] | undefined): ClassScores[] {
  const part = (a: number, b: number): number | null => (b === 0 ? null : a / b);
  return matrix.map((row, c) => {
    const right = row[c] as number;
    const count = row.reduce((a, b) => a + b, 0);
    const taken = matrix.reduce((sum, other) => sum + (other[c] as number), 0);
    const name = names?.[c];
    return {
      class: c,
      ...(name === undefined ? {} : { name }),
      precision: part(right, taken),
      recall: part(right, count),
      f1: part(2 * right, taken + count),
      iou: part(right, taken + count - right),
      count,
    };
  });
}

/** The mean intersection over union of the classes that there are or that were seen; null when there are none. */
export function meanIou(scores: readonly ClassScores[]): number | null {
  const known = scores.flatMap(({ iou }) => (iou === null ? [] : [iou]));
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0) / known.length;
}

export function confusionText(matrix: Confusion, names: readonly string[] | undefined): string {
  const name = (i: number): string => names?.[i] ?? String(i);
  const short = (i: number): string => name(i).slice(0, 6);
  const head = ['', ...matrix.map((_, i) => short(i)), 'correct'];
  const rows = matrix.map((row, i) => {
    const sum = row.reduce((a, b) => a + b, 0);
    const right = sum === 0 ? '-' : percent((row[i] as number) / sum, 1);
    return [name(i), ...row.map((n) => (n === 0 ? '.' : String(n))), right];
  });
  return `rows: the class it is; columns: the class the network says\n${table([head, ...rows], [false, ...head.slice(1).map(() => true)])}`;
}

/** A line a class. `maps` shows intersection over union too, as it is usual of pixels. */
export function scoresText(scores: readonly ClassScores[], maps: boolean): string {
  const shown = (v: number | null): string => (v === null ? '-' : percent(v, 1));
  const head = ['class', 'precision', 'recall', 'F1', ...(maps ? ['IoU'] : []), maps ? 'pixels' : 'pictures'];
  const rows = scores.map((s) => [
    s.name ?? String(s.class),
    ...[s.precision, s.recall, s.f1, ...(maps ? [s.iou] : [])].map(shown),
    String(s.count),
  ]);
  return table([head, ...rows], [false, ...head.slice(1).map(() => true)]);
}
