// Normalisation: with given means the operator of batch normalisation, with those of the value itself the one that fits.
import { isOp, type Node } from '../../../ir/index.ts';
import { type Placed, plainAxes, solid } from './axes.ts';
import { onElements } from './elementwise.ts';
import { BATCH, dimsOf, type Writing } from './writing.ts';

/** gamma standardize(x) + beta, as far as they are there; `root` is the last of them. */
export interface Scaled {
  readonly root: Node;
  /** gamma standardize(x), or standardize(x). */
  readonly scaled: Node;
  readonly normal: Node<'standardize'>;
  readonly gamma: Node | undefined;
  readonly beta: Node | undefined;
}

const filled = (w: Writing, node: Node, what: string, count: number, value: number): string =>
  w.tensor(`${node.layer?.name ?? node.id}.${what}`, [count], new Float32Array(count).fill(value));

/** Is the normalisation that of a batch, with running means and one number a channel? */
export const isGiven = (w: Writing, { inputs: [x, mean, variance] }: Node<'standardize'>): boolean =>
  [mean, variance].every(
    (n) => n && w.isKnown(n) && n.type.shape.length === 1 && n.type.shape[0] === x?.type.shape.at(-1),
  );

export function batchNormalisation(w: Writing, { root, normal, gamma, beta }: Scaled): Placed {
  const [x, mean, variance] = normal.inputs as readonly [Node, Node, Node];
  const channels = mean.type.shape[0] as number;
  const { name, axes, merged } = w.first(x);
  const numbers = [
    gamma ? w.features(gamma, merged) : filled(w, root, 'ones', channels, 1),
    beta ? w.features(beta, merged) : filled(w, root, 'zeros', channels, 0),
    w.features(mean, merged),
    w.features(variance, merged),
  ];
  const { epsilon } = normal.attrs;
  return w.make(
    'BatchNormalization',
    root,
    [name, ...numbers],
    { epsilon: { float: epsilon } },
    { axes, ...(merged ? { merged } : {}) },
  );
}

/** Axes that are normalised, in the order of the file, when nothing stands behind them; else undefined. */
function trailing(x: Node, { axes }: Placed, over: readonly number[]): number[] | undefined {
  const order = solid(axes, x.type.shape);
  const tail = order.filter((axis) => over.includes(axis));
  return tail.length > 0 && order.slice(-tail.length).every((axis, i) => axis === tail[i]) ? tail : undefined;
}

/** Normalisation with mean and variance of the value itself, over all but the batch and some axes. */
export function ownNormalisation(w: Writing, chain: Scaled): Placed {
  const { root, scaled, normal, gamma, beta } = chain;
  const [given] = normal.inputs as readonly [Node];
  const { axes: over, epsilon } = normal.attrs;
  const rank = given.type.shape.length;
  if (w.at(given).merged) w.place(given, { name: w.arranged(given, plainAxes(rank)), axes: plainAxes(rank) });
  const x = w.at(given);
  const tail = trailing(given, x, over);
  const eps = { epsilon: { float: epsilon } };
  const last = rank - 1;
  const size = (axis: number): number => given.type.shape[axis] as number;
  const channels = size(last);
  if (tail && over.length === 1 && over[0] === last && x.axes.at(-1) === last) {
    const scale = gamma ? w.weights(gamma) : filled(w, root, 'ones', channels, 1);
    const inputs = beta ? [x.name, scale, w.weights(beta)] : [x.name, scale];
    return w.make('LayerNormalization', root, inputs, { axis: -1, ...eps }, { axes: x.axes });
  }
  const ofChannels = !over.includes(last) && over.length === rank - 2;
  if (ofChannels) {
    const first = w.first(given);
    if (first.axes.length > 2) {
      const scale = gamma ? w.weights(gamma) : filled(w, root, 'ones', channels, 1);
      const shift = beta ? w.weights(beta) : filled(w, root, 'zeros', channels, 0);
      return w.make('InstanceNormalization', root, [first.name, scale, shift], eps, { axes: first.axes });
    }
  }
  const y = decomposed(w, normal, tail);
  const z = gamma ? onElements(w, 'Mul', scaled, [normal as unknown as Node, gamma]) : y;
  return beta ? onElements(w, 'Add', root, [scaled, beta]) : z;
}

/** Of groups: rows that are instances of one axis. Else mean, deviation and quotient one by one. */
function decomposed(w: Writing, normal: Node<'standardize'>, tail: readonly number[] | undefined): Placed {
  const node = normal as unknown as Node;
  const [given] = normal.inputs as readonly [Node];
  const x = w.at(given);
  const { axes: over, epsilon } = normal.attrs;
  const size = (axis: number): number => given.type.shape[axis] as number;
  const dims = dimsOf(given, x);
  if (tail && tail.length > 0) {
    const kept = solid(x.axes, given.type.shape).filter((axis) => axis !== 0 && !over.includes(axis));
    const rows = kept.reduce((n, axis) => n * size(axis), 1);
    const columns = tail.reduce((n, axis) => n * size(axis), 1);
    const flat = w.reshape(node, `${node.id}.rows`, x.name, [BATCH, rows, columns]);
    const inputs = [flat, filled(w, node, 'ones', rows, 1), filled(w, node, 'zeros', rows, 0)];
    const y = w.step('InstanceNormalization', node, 'instances', inputs, { epsilon: { float: epsilon } }, [
      BATCH,
      rows,
      columns,
    ]);
    return w.place(node, { name: w.reshape(node, node.id, y, dims), axes: x.axes });
  }
  const at = over
    .map((axis) => x.axes.indexOf(axis))
    .filter((i) => i >= 0)
    .sort((a, b) => a - b);
  // A single element is its own mean. (A mean over no axes would be one over all.)
  if (at.length === 0) return w.make('Sub', node, [x.name, x.name], {}, { axes: x.axes });
  const means = dims.map((d, i) => (at.includes(i) ? 1 : d));
  const mean = meanOver(w, node, 'mean', x.name, at, means);
  const centred = w.step('Sub', node, 'centred', [x.name, mean], {}, dims);
  const squares = w.step('Mul', node, 'squares', [centred, centred], {}, dims);
  const variance = meanOver(w, node, 'variance', squares, at, means);
  const safe = w.step('Add', node, 'safe', [variance, w.scalar(epsilon)], {}, means);
  const deviation = w.step('Sqrt', node, 'deviation', [safe], {}, means);
  return w.make('Div', node, [centred, deviation], {}, { axes: x.axes });
}

/** ReduceMean that keeps its axes, which are an attribute before operator set 18. */
function meanOver(
  w: Writing,
  node: Node,
  suffix: string,
  x: string,
  axes: readonly number[],
  dims: ReturnType<typeof dimsOf>,
): string {
  return w.opset < 18
    ? w.step('ReduceMean', node, suffix, [x], { axes, keepdims: 1 }, dims)
    : w.step('ReduceMean', node, suffix, [x, w.whole(axes)], { keepdims: 1 }, dims);
}

/** The chain that ends in `root`, when it is one whose parts nothing else reads. */
export function scaledBy(w: Writing, root: Node): Scaled | undefined {
  const perChannel = (n: Node | undefined, x: Node): n is Node =>
    n !== undefined && w.isKnown(n) && n.type.shape.length === 1 && n.type.shape[0] === x.type.shape.at(-1);
  const peel = (n: Node, op: 'add' | 'mul'): readonly [Node, Node | undefined] => {
    const [inner, other] = n.inputs;
    return isOp(n, op) && inner && perChannel(other, n as unknown as Node) && w.only(inner) === n
      ? [inner, other]
      : [n, undefined];
  };
  const [scaled, beta] = peel(root, 'add');
  const [normal, gamma] = peel(scaled, 'mul');
  return isOp(normal, 'standardize') ? { root, scaled, normal, gamma, beta } : undefined;
}
