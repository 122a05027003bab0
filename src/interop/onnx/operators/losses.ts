// Losses of ONNX: labels are known, so a loss is a product with known numbers and a sum.
import { emit, type Node, sizeOf } from '../../../ir/index.ts';
import type { Convert, Converter } from '../convert.ts';
import type { Value } from '../value.ts';
import { asRows, reshapeTo } from './axes.ts';
import { logSoftmaxRows } from './reduce.ts';

/** Rows of classes: N x C x d1 x ... as (N d1 ...) x C. */
const rowsOfClasses = (c: Convert, x: Value): Node => asRows(c, x.plain(), [1]).rows;

/** The negative log-likelihood of rows of log-probabilities. `dims` are those of the labels. */
function likelihood(c: Convert, logp: Node, labels: readonly number[], dims: readonly number[]): Node {
  const [rows, classes] = logp.type.shape as [number, number];
  const ignored = c.attribute('ignore_index') ? c.number('ignore_index', -1) : undefined;
  const given = c.has(2) ? c.numbers(2, 'the class weights') : undefined;
  const weights = labels.map((label) => (label === ignored ? 0 : given ? (given[label] as number) : 1));
  const picks = new Float32Array(rows * classes);
  labels.forEach((label, r) => {
    if (label !== ignored) picks[r * classes + label] = -(weights[r] as number);
  });
  const chosen = c.known({ dims: [rows, classes], type: 'float', values: picks }).plain();
  const parts = c.emit('sum', [c.emit('mul', [logp, chosen], {}, '.chosen')], { axes: [1] }, '.each');
  const reduction = c.text('reduction', 'mean');
  if (reduction === 'none') return reshapeTo(c, parts, dims, '.shape');
  const sum = c.emit('sum', [parts], { axes: [0] }, '.total');
  if (reduction === 'sum') return sum;
  // As a tensor: kernels cannot name the infinity that all labels ignored would give.
  const total = weights.reduce((a, b) => a + b, 0);
  return c.emit('div', [sum, c.known({ dims: [], type: 'float', values: [total] }, '.weight').plain()], {}, '.loss');
}

const nll: Converter = (c) => {
  const labels = c.input(1);
  return c.plain(likelihood(c, rowsOfClasses(c, c.input(0)), c.numbers(1, 'the labels'), labels.dims));
};

const softmaxLoss: Converter = (c) => {
  const [x, labels] = [c.input(0), c.input(1)];
  const logp = logSoftmaxRows(c, rowsOfClasses(c, x));
  const loss = likelihood(c, logp, c.numbers(1, 'the labels'), labels.dims);
  if ((c.node.outputs[1] ?? '') === '') return c.plain(loss);
  // Log-probabilities in the order of the scores.
  const [n, classes, ...rest] = x.dims as [number, number, ...number[]];
  const apart = emit(c.b, 'reshape', [logp], { shape: [n, ...rest, classes] }, `${c.name}.rows`);
  const perm = [0, rest.length + 1, ...rest.map((_, i) => i + 1)];
  const placed = perm.every((p, i) => p === i) ? apart : c.emit('transpose', [apart], { perm }, '.log_prob');
  return [c.plain(loss), sizeOf(x.dims) > 0 ? c.plain(placed) : undefined];
};

export const losses: Readonly<Record<string, Converter>> = {
  NegativeLogLikelihoodLoss: nll,
  SoftmaxCrossEntropyLoss: softmaxLoss,
};
