// How often each class was taken for each.

/** Row r, column c: pictures (or pixels) of class r that were taken for class c. */
export type Confusion = readonly (readonly number[])[];

/** The class of one row of scores; a single number tells class 1 from class 0. */
export function classOf(scores: ArrayLike<number>, threshold: number): number {
  if (scores.length === 1) return Number((scores[0] as number) > threshold);
  let best = 0;
  for (let i = 1; i < scores.length; i++) if ((scores[i] as number) > (scores[best] as number)) best = i;
  return best;
}

export function confusionOf(outputs: Float32Array, labels: ArrayLike<number>, threshold: number): Confusion {
  const scores = outputs.length / labels.length;
  const classes = Math.max(2, scores);
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let i = 0; i < labels.length; i++) {
    const guess = classOf(outputs.subarray(i * scores, (i + 1) * scores), threshold);
    const row = matrix[labels[i] as number] as number[];
    row[guess] = (row[guess] as number) + 1;
  }
  return matrix;
}
