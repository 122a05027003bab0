// Losses of classifiers: cross-entropy over classes, for pictures and for pixels, and binary cross-entropy.
import { type CrossEntropyAttrs, emit, isOp, type Node, sameShape } from '../../ir/index.ts';
import { calculator, type LossDef, meanOfPicture, numberOption } from './loss.ts';

const smoothing = {
  kind: 'number',
  min: 0,
  below: 1,
  doc: 'the part of the target that is spread over all classes: (1 - s) target + s / classes',
} as const;

export const cross_entropy: LossDef = {
  name: 'cross_entropy',
  doc: 'Cross-entropy, -sum over classes of target log p: with classes as labels, -log of the probability of the right one. Of a picture H x W x C each pixel has a class, and the mean is taken over pixels. After `softmax` it works on the logits before it; a model without softmax gives logits. `target values` gives a probability for each class.',
  example: 'loss cross_entropy label_smoothing 0.1',
  args: {
    label_smoothing: smoothing,
    class_weights: {
      kind: 'numbers',
      min: 0,
      doc: 'a factor for each class, on the losses of its pictures or pixels; the mean divides by their number, as in Keras, not by the sum of the weights',
    },
  },
  reads: (output) => ({ outputIs: output.op === 'softmax' ? 'probabilities' : 'logits', threshold: 0.5 }),
  build: ({ b, output, labels, target, count, options }) => {
    const op = output.op === 'softmax' ? 'cross_entropy' : 'softmax_cross_entropy';
    const s = numberOption(options, 'label_smoothing', 0);
    const weights = options.class_weights;
    const attrs: CrossEntropyAttrs = {
      ...(s === 0 ? {} : { smoothing: s }),
      ...(typeof weights === 'object' ? { weights } : {}),
    };
    const rows = emit(b, op, [output, labels ?? target(), count], attrs, 'cross_entropy');
    return { perPicture: meanOfPicture(b, rows, 'cross_entropy.mean'), masked: true };
  },
};

/** The logits that the model takes the sigmoid of at its end, seen through views. */
function beforeSigmoid(output: Node): Node | undefined {
  let at = output;
  while (isOp(at, 'reshape')) at = at.inputs[0] as Node;
  return isOp(at, 'sigmoid') ? at.inputs[0] : undefined;
}

export const binary_cross_entropy: LossDef = {
  name: 'binary_cross_entropy',
  doc: '-t log p - (1 - t) log(1 - p), the mean over all numbers of the output, each of which is about a yes or no of its own (t is 1 or 0, or between). After `sigmoid` it works on the logits before it; a model without sigmoid gives logits. A single number tells class 1 from class 0.',
  example: 'loss binary_cross_entropy',
  args: { label_smoothing: { ...smoothing, doc: 'targets become (1 - s) t + s / 2' } },
  reads: (output) =>
    beforeSigmoid(output)
      ? { outputIs: 'binary_probabilities', threshold: 0.5 }
      : { outputIs: 'binary_logits', threshold: 0 },
  build: ({ b, output, target, options }) => {
    const { shape } = output.type;
    const { add, mul, crossEntropy } = calculator(b, 'binary_cross_entropy');
    const before = beforeSigmoid(output) ?? output;
    const z = sameShape(before.type.shape, shape) ? before : emit(b, 'reshape', [before], { shape }, 'logits');
    const s = numberOption(options, 'label_smoothing', 0);
    const t = s === 0 ? target() : add(mul(target(), 1 - s, 'kept'), s / 2, 'target');
    const each = crossEntropy(z, t, 'each');
    return { perPicture: meanOfPicture(b, each, 'binary_cross_entropy'), masked: false };
  },
};

/** How many numbers of a picture's output are about classes: the last dimension. */
export const classesOf = (shape: readonly number[]): number => shape[shape.length - 1] ?? 1;
