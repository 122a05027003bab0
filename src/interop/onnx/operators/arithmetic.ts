// Arithmetic on each element, with both kinds of broadcasting.
import { type Node, sameShape, sizeOf } from '../../../ir/index.ts';
import type { Convert, Converter } from '../convert.ts';
import type { Value } from '../value.ts';
import { alignedDims, inOrder, meetingOrder, one, scalarOp, two, unary } from './meeting.ts';

type Binary = 'add' | 'sub' | 'mul' | 'div';
const binary =
  (op: Binary): Converter =>
  (c) => {
    const [a, b] = [c.input(0), c.input(1)];
    if (op === 'div' && isWhole(a.type)) {
      // Whole numbers are divided towards zero.
      return two(c, a, b, (x, y) => {
        const q = c.emit('div', [x, y], {}, '.quotient');
        return c.emit(
          'mul',
          [c.emit('floor', [c.emit('abs', [q], {}, '.size')], {}, '.whole'), c.emit('sign', [q], {}, '.sign')],
          {},
        );
      });
    }
    return two(c, a, b, (x, y) => c.emit(op, [x, y], {}));
  };
const isWhole = (type: string): boolean => /^u?int/.test(type);

/** The bounds of clip: attributes before version 11, inputs since. Bounds that bind nothing are none. */
function bound(c: Convert, i: number, name: string): number | undefined {
  const given =
    c.opset < 11 ? (c.attribute(name) ? c.number(name, 0) : undefined) : c.has(i) ? c.numbers(i, name)[0] : undefined;
  const binds = given !== undefined && Math.abs(given) < 3.4e38;
  return binds ? given : undefined;
}
const clip: Converter = (c) => {
  const [low, high] = [bound(c, 1, 'min'), bound(c, 2, 'max')];
  return unary((_, x) => {
    let y = x;
    if (low !== undefined) y = scalarOp(c, 'max', y, low, '.low');
    if (high !== undefined) y = scalarOp(c, 'min', y, high, '.high');
    return y === x ? scalarOp(c, 'mul', x, 1) : y;
  })(c);
};

/**
 * x to the power of y. A single exponent is written into the kernel. Others are known numbers: |x|^y by the logarithm,
 * with the sign of x where y is odd, and no number where x < 0 and y is not whole.
 */
const power: Converter = (c) => {
  const [base, exponent] = [c.input(0), c.input(1)];
  const values = exponent.known ? Array.from(exponent.known) : c.refuse('an exponent that is computed');
  const [first = 1] = values;
  if (values.every((v) => v === first) && (sizeOf(exponent.dims) <= 1 || sameShape(exponent.dims, base.dims))) {
    if (first === 0)
      return c.known({ dims: base.dims, type: base.type, values: new Float32Array(sizeOf(base.dims)).fill(1) });
    return unary((_, x) => truncated(c, base.type, c.emit('pow', [x], { exponent: first }, '.power')))(c);
  }
  const made = (of: (v: number) => boolean, suffix: string): Value =>
    c.known({ dims: exponent.dims, type: 'float', values: Float32Array.from(values, (v) => (of(v) ? 1 : 0)) }, suffix);
  const isOdd = (v: number): boolean => Number.isInteger(v) && v % 2 !== 0;
  const order = meetingOrder([base], Math.max(base.dims.length, exponent.dims.length));
  const at = (v: Value): Node => inOrder(c, v, alignedDims(c, base, v), order);
  const x = inOrder(c, base, [...new Array<number>(order.length - base.dims.length).fill(1), ...base.dims], order);
  const sizes = c.emit('abs', [x], {}, '.size');
  // The logarithm of x itself where the exponent is not whole; and of a number above 0 where the exponent is 0.
  const wholes = at(made(Number.isInteger, '.whole'));
  const beside = c.emit(
    'mul',
    [c.emit('sub', [x, sizes], {}, '.negative'), c.emit('sub', [c.b.scalar(1), wholes], {}, '.parts')],
    {},
    '.beside',
  );
  let size = values.every(Number.isInteger) ? sizes : c.emit('add', [sizes, beside], {}, '.base');
  if (values.includes(0)) size = c.emit('add', [size, at(made((v) => v === 0, '.zero'))], {}, '.above');
  let y = c.emit(
    'exp',
    [c.emit('mul', [c.emit('log', [size], {}, '.log'), at(exponent)], {}, '.product')],
    {},
    '.powers',
  );
  if (values.some(isOdd)) {
    // 1 - odd (1 - sign): the sign of x where the exponent is odd, else 1; 0 has power 0 anyway.
    const less = c.emit('sub', [c.b.scalar(1), c.emit('sign', [x], {}, '.sign')], {}, '.less');
    const sign = c.emit(
      'sub',
      [c.b.scalar(1), c.emit('mul', [at(made(isOdd, '.odd')), less], {}, '.flip')],
      {},
      '.signs',
    );
    y = c.emit('mul', [y, sign], {}, '.signed');
  }
  return c.ordered(truncated(c, base.type, y), order);
};
const truncated = (c: Convert, type: string, y: Node): Node =>
  isWhole(type)
    ? c.emit(
        'mul',
        [c.emit('floor', [c.emit('abs', [y], {}, '.abs')], {}, '.whole'), c.emit('sign', [y], {}, '.sign')],
        {},
      )
    : y;

const variadic =
  (op: 'add' | 'max' | 'min', mean = false): Converter =>
  (c) => {
    const [first, ...rest] = c.node.inputs.map((_, i) => c.input(i)) as [Value, ...Value[]];
    const all = rest.reduce((a, b) => two(c, a, b, (x, y) => c.emit(op, [x, y], {}, '.part')), first);
    const n = c.node.inputs.length;
    return mean ? c.ordered(scalarOp(c, 'mul', all.ordered(all.order), 1 / n), all.order) : all;
  };

/** Floats stay floats; of whole numbers those that the file or the input gives become floats as they are. */
const cast: Converter = (c) => {
  const x = c.input(0);
  const to = c.attribute('to')?.kind === 'text' ? c.text('to', '').toLowerCase() : c.number('to', 1);
  const float = to === 1 || to === 'float' || to === 11 || to === 'double';
  return float ? x : c.refuse('a cast to another type than float');
};

export const arithmetic: Readonly<Record<string, Converter>> = {
  Add: binary('add'),
  Sub: binary('sub'),
  Mul: binary('mul'),
  Div: binary('div'),
  Pow: power,
  Neg: one('neg'),
  Sqrt: one('sqrt'),
  Abs: one('abs'),
  Exp: one('exp'),
  Log: one('log'),
  Sign: one('sign'),
  Floor: one('floor'),
  Ceil: one('ceil'),
  Round: one('round'),
  Erf: one('erf'),
  Reciprocal: unary((c, x) => c.emit('div', [c.b.scalar(1), x], {})),
  Clip: clip,
  Max: variadic('max'),
  Min: variadic('min'),
  Sum: variadic('add'),
  Mean: variadic('add', true),
  Identity: (c) => c.input(0),
  Cast: cast,
  CastLike: (c) => (c.input(0).type === c.input(1).type ? c.input(0) : c.refuse('a cast')),
};
