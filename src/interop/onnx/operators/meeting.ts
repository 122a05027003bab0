// How values of several orders and shapes meet: broadcasting of both kinds, in the order in which they lie.
import { type Node, sameShape } from '../../../ir/index.ts';
import type { Convert, Converter } from '../convert.ts';
import { isPlain, type Order, plainOrder, turned, type Value } from '../value.ts';
import { axisOf, reshapeTo } from './axes.ts';
import { knownLike } from './known.ts';

/**
 * The dimensions of the second operand in the first one's rank. Before version 7 broadcasting was asked for by
 * `broadcast` and began at `axis`; since then shapes are aligned at the end.
 */
export function alignedDims(c: Convert, a: Value, b: Value): readonly number[] {
  const rank = Math.max(a.dims.length, b.dims.length);
  const axis =
    c.opset < 7 && c.number('broadcast', 0) !== 0 && c.attribute('axis')
      ? axisOf(c, c.number('axis', 0), a.dims.length)
      : rank - b.dims.length;
  const after = rank - axis - b.dims.length;
  if (after < 0) c.refuse(`${b.dims.join('x')} does not fit into ${a.dims.join('x')} from axis ${axis} on`);
  return [...new Array<number>(axis).fill(1), ...b.dims, ...new Array<number>(after).fill(1)];
}

/** A value with dimensions of 1 put in, in an order; those in front are left out where the order is ONNX' own. */
export function inOrder(c: Convert, v: Value, dims: readonly number[], order: Order): Node {
  if (sameShape(v.dims, dims)) return v.ordered(order);
  if (v.known) return knownLike(c, v, dims).ordered(order);
  const front = dims.length - v.dims.length;
  const fits = isPlain(order) && sameShape(dims.slice(front), v.dims);
  return fits ? v.plain() : turned(c.b, reshapeTo(c, v.plain(), dims, '.aligned'), order, `${c.name}.ordered`);
}

/** The order in which values meet: that of the first which is computed, has their rank, and is not as ONNX has it. */
export function meetingOrder(values: readonly Value[], rank: number): Order {
  const leading = values.find((v) => !v.known && v.dims.length === rank && !isPlain(v.order));
  return leading?.order ?? plainOrder(rank);
}

/** Operands side by side, in the order in which they meet. */
function together(c: Convert, a: Value, b: Value): { operands: [Node, Node]; order: Order } {
  const rank = Math.max(a.dims.length, b.dims.length);
  const order = meetingOrder([a, b], rank);
  const first = [...new Array<number>(rank - a.dims.length).fill(1), ...a.dims];
  return { operands: [inOrder(c, a, first, order), inOrder(c, b, alignedDims(c, a, b), order)], order };
}

/** Two operands to one result; its rank is the larger one's, as ONNX' is. */
export const two = (c: Convert, a: Value, b: Value, of: (x: Node, y: Node) => Node): Value => {
  const { operands, order } = together(c, a, b);
  return c.ordered(of(...operands), order);
};

/** One operand, in the order in which it lies. */
export const unary =
  (make: (c: Convert, x: Node) => Node): Converter =>
  (c) => {
    const x = c.input(0);
    return c.ordered(make(c, x.ordered(x.order)), x.order);
  };

/** x and a number. */
export const scalarOp = (
  c: Convert,
  op: 'add' | 'sub' | 'mul' | 'div' | 'max' | 'min',
  x: Node,
  value: number,
  suffix = '',
): Node => c.emit(op, [x, c.b.scalar(value)], {}, suffix);

type OneOperand =
  | 'neg'
  | 'sqrt'
  | 'relu'
  | 'sigmoid'
  | 'tanh'
  | 'abs'
  | 'exp'
  | 'log'
  | 'sign'
  | 'softplus'
  | 'softsign'
  | 'mish'
  | 'hard_swish'
  | 'floor'
  | 'ceil'
  | 'round'
  | 'erf';

/** An operation of one operand. */
export const one = (op: OneOperand): Converter => unary((c, x) => c.emit(op, [x], {}));
