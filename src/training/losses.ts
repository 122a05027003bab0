// Losses and their metrics, written as graph: what training minimises and what it reports.
import { type Builder, emit, type Node } from '../ir/index.ts';

export interface LossContext {
  readonly b: Builder;
  /** The model's output, N x classes. */
  readonly output: Node;
  readonly labels: Node;
  /** Pictures in this batch, a scalar; the rest of the batch is masked. */
  readonly count: Node;
}

export interface LossDef {
  readonly name: string;
  readonly doc: string;
  /** One loss a picture, and the metrics to sum: each one value a picture. */
  readonly build: (c: LossContext) => { readonly perPicture: Node; readonly metrics: ReadonlyMap<string, Node> };
}

const cross_entropy: LossDef = {
  name: 'cross_entropy',
  doc: 'Cross-entropy with integer labels: -log of the probability of the right class. After `softmax` it works on the logits before it; a model without softmax gives logits. The metric is accuracy.',
  build: ({ b, output, labels, count }) => {
    const op = output.op === 'softmax' ? 'cross_entropy' : 'softmax_cross_entropy';
    const perPicture = emit(b, op, [output, labels, count], {}, 'cross_entropy');
    const correct = emit(b, 'correct', [output, labels, count], {}, 'correct');
    return {
      perPicture,
      metrics: new Map([
        ['loss', perPicture],
        ['correct', correct],
      ]),
    };
  },
};

export const losses: Readonly<Record<string, LossDef>> = { cross_entropy };
