// Several nodes of the graph that ONNX has one operator for: a convolution with its bias, a normalisation with its scale.
import { isOp, type Node } from '../../../ir/index.ts';
import { channelsFirst, type Placed, plainAxes } from './axes.ts';
import { batchNormalisation, isGiven, ownNormalisation, scaledBy } from './normal.ts';
import { exportNode, operandsOf } from './operators.ts';
import { product } from './products.ts';
import { blocks } from './shaping.ts';
import { convolution, transposed } from './windows.ts';
import type { Writing } from './writing.ts';

/** How the value of a node is made, and of which others. */
export interface Match {
  readonly reads: readonly Node[];
  emit(): Placed;
}

type Pattern = (w: Writing, root: Node) => Match | undefined;

const one = (x: Node, emit: () => Placed): Match => ({ reads: [x], emit });

/** A product, and a bias of one number a filter. */
const biased: Pattern = (w, root) => {
  const [inner, bias] = root.inputs;
  if (!isOp(root, 'add') || !inner || !bias || !w.isKnown(bias) || w.only(inner) !== (root as unknown as Node))
    return undefined;
  if (bias.type.shape.length !== 1 || bias.type.shape[0] !== inner.type.shape.at(-1)) return undefined;
  const node = root as unknown as Node;
  const x = inner.inputs[0] as Node;
  if (isOp(inner, 'conv2d')) return one(x, () => convolution(w, node, inner, bias));
  if (isOp(inner, 'conv2d_dx')) return one(x, () => transposed(w, node, inner, bias));
  if (isOp(inner, 'matmul')) return one(x, () => product(w, node, inner, bias));
  return undefined;
};

const normalised: Pattern = (w, root) => {
  const chain = scaledBy(w, root);
  const x = chain?.normal.inputs[0];
  if (!chain || !x) return undefined;
  return one(x, () => (isGiven(w, chain.normal) ? batchNormalisation(w, chain) : ownNormalisation(w, chain)));
};

/** The number of a known scalar. */
const scalarOf = (w: Writing, node: Node | undefined): number | undefined =>
  node && w.isKnown(node) && node.type.shape.length === 0 ? (w.numbersOf(node).data[0] as number) : undefined;

const placesOf = (x: Node): number[] => plainAxes(x.type.shape.length).slice(1, -1);

/** One operator that leaves a picture of one pixel, then its channels as features. */
const pooled = (w: Writing, op: string, root: Node, x: Node): Match =>
  one(x, () => {
    // A signal that is one row in the graph is none in the file.
    const rowless = x.type.shape.length === 4 && !w.at(x).axes.includes(1);
    const axes = rowless ? [0, 3, 2] : channelsFirst(x.type.shape.length);
    const channels = x.type.shape.at(-1) as number;
    const dims = ['N', channels, ...axes.slice(2).map(() => 1)];
    const y = w.step(op, root, 'pool', [w.arranged(x, axes)], {}, dims);
    return w.place(root, { name: w.reshape(root, root.id, y, ['N', channels]), axes: [0, 1] });
  });

/** sum / places. */
const globalMean: Pattern = (w, root) => {
  const [total, share] = root.inputs;
  const x = total?.inputs[0];
  if (
    !isOp(root, 'mul') ||
    !total ||
    !isOp(total, 'sum') ||
    !x ||
    w.only(total as unknown as Node) !== (root as unknown as Node)
  )
    return undefined;
  const places = placesOf(x);
  if (places.length === 0 || total.attrs.axes.join() !== places.join()) return undefined;
  const count = places.reduce((n, axis) => n * (x.type.shape[axis] as number), 1);
  return scalarOf(w, share) === 1 / count ? pooled(w, 'GlobalAveragePool', root as unknown as Node, x) : undefined;
};

const globalMax: Pattern = (w, root) => {
  const [pool] = root.inputs;
  const x = pool?.inputs[0];
  if (!isOp(root, 'reshape') || root.type.shape.length !== 2 || !pool || !x || !isOp(pool, 'maxpool2d'))
    return undefined;
  const whole =
    pool.attrs.window.every((n, i) => n === x.type.shape[i + 1]) && pool.attrs.padding.every((p) => p === 0);
  if (!whole || w.only(pool as unknown as Node) !== (root as unknown as Node)) return undefined;
  return pooled(w, 'GlobalMaxPool', root as unknown as Node, x);
};

const exchanged: Pattern = (w, root) => {
  const found = blocks(w, root);
  return found && one(found.x, () => found.emit());
};

/** x / (k + alpha sum of neighbouring x^2)^beta: ONNX has it for pictures and as many neighbours on both sides. */
const responses: Pattern = (w, root) => {
  const [x, factor] = root.inputs;
  const base = factor?.inputs[0];
  if (!isOp(root, 'mul') || !x || !factor || !isOp(factor, 'pow') || !base || !isOp(base, 'add')) return undefined;
  const [weighted, k] = base.inputs;
  const [around, alpha] = weighted?.inputs ?? [];
  const squares = around?.inputs[0];
  if (
    !weighted ||
    !isOp(weighted, 'mul') ||
    !around ||
    !isOp(around, 'channel_sum') ||
    !squares ||
    !isOp(squares, 'mul')
  )
    return undefined;
  const { before, after } = around.attrs;
  const [bias, scale] = [scalarOf(w, k), scalarOf(w, alpha)];
  const own = squares.inputs.every((n) => n === x) && x.type.shape.length === 4 && before === after;
  const chain = [factor, base, weighted, around, squares] as readonly Node[];
  if (!own || bias === undefined || scale === undefined || chain.some((n) => w.only(n) === undefined)) return undefined;
  const size = before + after + 1;
  const attributes = {
    size,
    alpha: { float: scale * size },
    beta: { float: -factor.attrs.exponent },
    bias: { float: bias },
  };
  const axes = channelsFirst(4);
  return one(x, () => w.make('LRN', root as unknown as Node, [w.arranged(x, axes)], attributes, { axes }));
};

const patterns: readonly Pattern[] = [biased, normalised, globalMean, globalMax, exchanged, responses];

/** How the value of a node gets into the file: by a pattern that ends in it, or by its operation alone. */
export function matchOf(w: Writing, node: Node): Match {
  for (const pattern of patterns) {
    const match = pattern(w, node);
    if (match) return match;
  }
  return { reads: operandsOf(w, node), emit: () => exportNode(w, node) };
}
