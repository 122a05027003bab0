// Sums, products and joins: of what the network computes, or with numbers of the file.
import { type Line, newLine } from '../../network/line.ts';
import type { OnnxTensor } from '../decode.ts';
import { affine, type Beside, beside, filled, shiftElements } from './affine.ts';
import { checkBatch, type Importer, type Importing, layer, spatial } from './context.ts';
import { type Atom, dimsOf, type Flow, flowOf, laid, lying, matched, placesIn, sizeOfAtoms } from './flow.ts';

const merged = (c: Importing, x: Flow, op: string, inputs: readonly Line[], words: readonly string[] = []): Flow => ({
  ...x,
  line: newLine(op, inputs, x.line.shape, c.origin, words),
  sole: true,
});

/** The same number of dimensions, ones in front. */
function sameRank(a: Flow, b: Flow): [Flow, Flow] {
  const rank = Math.max(a.dims.length, b.dims.length);
  const padded = (x: Flow): Flow => ({
    ...x,
    dims: [...new Array<Atom[]>(rank - x.dims.length).fill([]), ...x.dims],
  });
  return [padded(a), padded(b)];
}

const sameSizes = (a: Flow, b: Flow): boolean => dimsOf(a).join() === dimsOf(b).join();

/** The second value in the order of the first. */
function beside2(c: Importing, first: Flow, second: Flow): [Flow, Line] {
  const [a, b] = matched(first, second);
  return [a, laid(c.made, b, lying(a), c.origin)];
}

/** A value of 1 x 1 positions as large as another one: what a sum of the two repeats. */
function spread(c: Importing, small: Flow, large: Flow): Flow {
  const [s, l] = [dimsOf(small), dimsOf(large)];
  const repeats = l.map((n, i) => n / (s[i] as number));
  const picture = s.length === 3 || s.length === 4;
  if (!picture || l.some((n, i) => s[i] !== n && (s[i] !== 1 || i < 2)))
    c.refuse(`values of ${s.join('x')} and ${l.join('x')}; cnnc repeats rows and columns only`);
  const line = spatial(c, small);
  const factors = repeats.slice(2);
  return layer(c, 'upsample', [line], [...l.slice(2), l[1] as number], [factors.join('x')]).flow;
}

function sum(c: Importing, values: readonly Flow[]): Flow {
  let [x, ...rest] = values as [Flow, ...Flow[]];
  const lines: Line[] = [];
  for (const value of rest) {
    let [a, b] = sameRank(x, value);
    if (!sameSizes(a, b)) {
      const larger = sizeOfAtoms(a.order) >= sizeOfAtoms(b.order);
      if (larger) b = spread(c, b, a);
      else if (lines.length === 0) a = spread(c, a, b);
      else c.refuse('a sum of values of several sizes');
    }
    const [first, line] = beside2(c, a, b);
    x = first;
    lines.push(line);
  }
  return merged(c, x, 'add', [x.line, ...lines]);
}

/** x y: of equal sizes, with one number a channel, or with one channel. */
function times(c: Importing, first: Flow, second: Flow): Flow {
  let [a, b] = sameRank(first, second);
  if (sameSizes(a, b)) {
    const [x, line] = beside2(c, a, b);
    return merged(c, x, 'multiply', [x.line, line]);
  }
  if (sizeOfAtoms(a.order) < sizeOfAtoms(b.order)) [a, b] = [b, a];
  const [l, s] = [dimsOf(a), dimsOf(b)];
  const rank = l.length;
  if (rank !== 3 && rank !== 4) c.refuse(`a product of ${l.join('x')} and ${s.join('x')}`);
  const line = spatial(c, a);
  const whole = flowOf(line, c.batch);
  const one = s.slice(2).every((n) => n === 1);
  if (one && s[1] === l[1]) {
    checkBatch(c, b);
    return merged(c, whole, 'multiply', [line, laid(c.made, b, [b.dims[1] as Atom[]], c.origin)]);
  }
  if (s[1] === 1 && s.slice(2).every((n, i) => n === l[i + 2]))
    return merged(c, whole, 'multiply', [line, spatial(c, b)]);
  return c.refuse(`a product of ${l.join('x')} and ${s.join('x')}; cnnc repeats one number a channel, or one channel`);
}

/** x times known numbers: one a channel. */
function scaledBy(c: Importing, x: Flow, t: OnnxTensor, of: (v: number) => number): Flow {
  const found = beside(c, x, t);
  return found.kind === 'channels'
    ? affine(c, x, { scale: found.values.map(of) })
    : c.refuse('known factors that differ from place to place; cnnc has one a channel');
}

function shiftedBy(c: Importing, x: Flow, t: OnnxTensor, of: (v: number) => number): Flow {
  const found: Beside = beside(c, x, t);
  const values = found.values.map(of);
  return found.kind === 'channels' ? affine(c, x, { shift: values }) : shiftElements(c, x, values);
}

const negated = (c: Importing, x: Flow): Flow => affine(c, x, { scale: filled(x, -1) });

/** The value and the numbers of two operands, whichever is which. */
function mixed(c: Importing): { x: Flow; t: OnnxTensor; swapped: boolean } | undefined {
  const [a, b] = [c.known(0), c.known(1)];
  if (b) return { x: c.flow(0), t: b, swapped: false };
  return a && { x: c.flow(1), t: a, swapped: true };
}

const same = (v: number): number => v;

const add: Importer = (c) => {
  const m = mixed(c);
  return m ? shiftedBy(c, m.x, m.t, same) : sum(c, [c.flow(0), c.flow(1)]);
};
const sub: Importer = (c) => {
  const m = mixed(c);
  if (!m) return sum(c, [c.flow(0), negated(c, c.flow(1))]);
  return m.swapped ? shiftedBy(c, negated(c, m.x), m.t, same) : shiftedBy(c, m.x, m.t, (v) => -v);
};
const mul: Importer = (c) => {
  const m = mixed(c);
  return m ? scaledBy(c, m.x, m.t, same) : times(c, c.flow(0), c.flow(1));
};
const div: Importer = (c) => {
  const m = mixed(c);
  return m && !m.swapped ? scaledBy(c, m.x, m.t, (v) => 1 / v) : c.refuse('a division by what the network computes');
};

/** Sums of several values, of which some may be known. */
const sumOf: Importer = (c) => {
  const all = c.node.inputs.map((_, i) => c.known(i) ?? c.flow(i));
  const flows = all.filter((v): v is Flow => 'line' in v);
  const known = all.filter((v): v is OnnxTensor => !('line' in v));
  const start = flows.length > 1 ? sum(c, flows) : (flows[0] as Flow);
  return known.reduce((x, t) => shiftedBy(c, x, t, same), start);
};
const mean: Importer = (c) => {
  const y = sumOf(c) as Flow;
  return affine(c, y, { scale: filled(y, 1 / c.node.inputs.length) });
};

/** x to the power of 2 or 1. */
const pow: Importer = (c) => {
  const [exponent] = c.numbers(1, 'the exponent');
  const x = c.flow(0);
  if (exponent === 1) return x;
  if (exponent !== 2) c.refuse(`the exponent ${exponent}; cnnc multiplies a value with itself`);
  return merged(c, x, 'multiply', [x.line, x.line]);
};

/** One behind the other along an axis. */
const concat: Importer = (c) => {
  const values = c.node.inputs.map((_, i) => c.flow(i));
  const [first] = values as [Flow];
  const rank = first.dims.length;
  const axis = (c.number('axis', 1) + rank) % rank;
  if (values.length === 1) return first;
  for (const x of values) checkBatch(c, x);
  const total = values.reduce((n, x) => n + (dimsOf(x)[axis] as number), 0);
  if (axis === 0) c.refuse('a join along the batch');
  if (rank > 2) {
    const lines = values.map((x) => spatial(c, x));
    const names = rank === 4 ? ['', 'channels', 'height', 'width'] : ['', 'channels', 'height'];
    const shape = [...(lines[0] as Line).shape];
    shape[axis === 1 ? shape.length - 1 : axis - 2] = total;
    return layer(c, 'concat', lines, shape, axis === 1 ? [] : [`axis ${names[axis]}`]).flow;
  }
  // Features, each as they lie: the one atom of the result says where they stand in ONNX.
  const lines = values.map((x) => laid(c.made, x, [x.order], c.origin));
  const { line } = layer(c, 'concat', lines, [total], []);
  const places = new Int32Array(total);
  let from = 0;
  for (const x of values) {
    const own = placesIn(x.order, x.dims[1] as Atom[]);
    own.forEach((at, i) => {
      places[from + i] = from + at;
    });
    from += own.length;
  }
  const atom: Atom = places.every((at, i) => at === i) ? { size: total } : { size: total, places };
  return { line, order: [atom], dims: [c.batch, [atom]], sole: true };
};

export const merges: Readonly<Record<string, Importer>> = {
  Add: add,
  Sub: sub,
  Mul: mul,
  Div: div,
  Sum: sumOf,
  Mean: mean,
  Neg: (c) => negated(c, c.flow(0)),
  Pow: pow,
  Concat: concat,
};
