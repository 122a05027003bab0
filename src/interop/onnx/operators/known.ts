// Nodes whose inputs are known: exporters write sizes as arithmetic on shapes, and that has to be done when compiling.
import { sizeOf } from '../../../ir/index.ts';
import { roundEven } from '../../../ir/ops/rounding.ts';
import type { Convert } from '../convert.ts';
import type { OnnxTensor } from '../decode.ts';
import { turnedNumbers, type Value } from '../value.ts';

type Tensor = Omit<OnnxTensor, 'name'>;
type Known = Value & { readonly known: ArrayLike<number> };

/** Float numbers are folded only from the file, and only few: what else there is to compute is the device's. */
const MOST = 4096;
const whole = (type: string): boolean => /^u?int|^bool$/.test(type);

const axisIn = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);
const typeNames = [
  '',
  'float',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'double',
];

/** Strides of a shape that is stretched to another: 0 where it repeats. */
function stretched(dims: readonly number[], to: readonly number[]): (flat: number) => number {
  const padded = [...new Array<number>(to.length - dims.length).fill(1), ...dims];
  return (flat) => {
    let rest = flat;
    let at = 0;
    let stride = 1;
    for (let k = to.length - 1; k >= 0; k--) {
      const i = rest % (to[k] as number);
      rest = Math.floor(rest / (to[k] as number));
      if (padded[k] !== 1) at += i * stride;
      stride *= padded[k] as number;
    }
    return at;
  };
}

function each(of: (...v: number[]) => number, inputs: readonly Known[], type = inputs[0]!.type): Tensor | undefined {
  const rank = Math.max(...inputs.map(({ dims }) => dims.length));
  const dims = Array.from({ length: rank }, (_, i) =>
    inputs.reduce((n, v) => {
      const size = v.dims[v.dims.length - rank + i] ?? 1;
      return n === 1 ? size : n;
    }, 1),
  );
  const at = inputs.map((v) => stretched(v.dims, dims));
  const values = Array.from({ length: sizeOf(dims) }, (_, i) =>
    of(...inputs.map((v, k) => v.known[at[k]!(i)] as number)),
  );
  return { dims, type, values };
}

const truth = (v: boolean): number => (v ? 1 : 0);
const numeric: Readonly<Record<string, (type: string) => (...v: number[]) => number>> = {
  Add: () => (a, b) => a! + b!,
  Sub: () => (a, b) => a! - b!,
  Mul: () => (a, b) => a! * b!,
  Div: (type) => (a, b) => (whole(type) ? Math.trunc(a! / b!) : a! / b!),
  Mod: () => (a, b) => a! - b! * Math.floor(a! / b!),
  Pow: () => (a, b) => a! ** b!,
  Max: () => Math.max,
  Min: () => Math.min,
  Neg: () => (a) => -a!,
  Abs: () => Math.abs,
  Sqrt: () => Math.sqrt,
  Floor: () => Math.floor,
  Ceil: () => Math.ceil,
  Round: () => (a) => roundEven(a!),
  Identity: () => (a) => a!,
};
const logical: Readonly<Record<string, (...v: number[]) => number>> = {
  Equal: (a, b) => truth(a === b),
  Greater: (a, b) => truth(a! > b!),
  Less: (a, b) => truth(a! < b!),
  Not: (a) => truth(a === 0),
  And: (a, b) => truth(a !== 0 && b !== 0),
  Or: (a, b) => truth(a !== 0 || b !== 0),
};

/** Rows `index` of an axis. */
function take(
  { dims, type, values: from }: Tensor,
  axis: number,
  index: readonly number[],
  indexDims: readonly number[],
): Tensor {
  const n = dims[axis] as number;
  const inner = sizeOf(dims.slice(axis + 1));
  const outer = sizeOf(dims.slice(0, axis));
  const values: number[] = [];
  for (let o = 0; o < outer; o++)
    for (const i of index)
      for (let k = 0; k < inner; k++) values.push(from[(o * n + axisIn(i, n)) * inner + k] as number);
  return { dims: [...dims.slice(0, axis), ...indexDims, ...dims.slice(axis + 1)], type, values };
}

function concat(parts: readonly Known[], axis: number): Tensor {
  const outer = sizeOf(parts[0]!.dims.slice(0, axis));
  const values: number[] = [];
  for (let o = 0; o < outer; o++)
    for (const { dims, known } of parts) {
      const run = sizeOf(dims.slice(axis));
      for (let k = 0; k < run; k++) values.push(known[o * run + k] as number);
    }
  const size = parts.reduce((n, { dims }) => n + (dims[axis] as number), 0);
  return { dims: parts[0]!.dims.map((n, i) => (i === axis ? size : n)), type: parts[0]!.type, values };
}

/** The rows that a slice takes of an axis of n; both kinds of bounds are cut to what there is. */
export function sliceRows(n: number, start: number, end: number, step: number): number[] {
  const clamp = (v: number, low: number, high: number): number => Math.min(high, Math.max(low, v < 0 ? v + n : v));
  const from = step > 0 ? clamp(start, 0, n) : clamp(start, 0, n - 1);
  const to = step > 0 ? clamp(end, 0, n) : clamp(end, -1, n - 1);
  return Array.from({ length: Math.max(0, Math.ceil((to - from) / step)) }, (_, k) => from + k * step);
}

/** Which rows of which axes a Slice takes: attributes before version 10, inputs since. */
export function slicesOf(
  c: Pick<Convert, 'opset' | 'numberList' | 'has' | 'numbers' | 'refuse'>,
  dims: readonly number[],
): { axis: number; rows: number[]; step: number }[] {
  const list = (i: number, name: string): readonly number[] | undefined =>
    c.opset < 10 ? c.numberList(name) : c.has(i) ? c.numbers(i, name) : undefined;
  const starts = list(1, 'starts') ?? [];
  const ends = list(2, 'ends') ?? [];
  const axes = list(3, 'axes') ?? starts.map((_, i) => i);
  const steps = c.opset < 10 ? starts.map(() => 1) : (list(4, 'steps') ?? starts.map(() => 1));
  return axes.map((given, i) => {
    const axis = axisIn(given, dims.length);
    const n = dims[axis] ?? c.refuse(`axis ${given} of a value of ${dims.length} dimensions`);
    const step = steps[i] as number;
    return { axis, step, rows: sliceRows(n, starts[i] as number, ends[i] as number, step) };
  });
}

function compute(c: Convert, inputs: readonly Known[]): Tensor | undefined {
  const [x, y, z] = inputs as readonly [Known, Known, Known];
  const { op } = c.node;
  const arithmetic = Object.hasOwn(numeric, op) ? numeric[op] : undefined;
  if (arithmetic) return c.opset >= 7 || inputs.length < 2 ? each(arithmetic(x.type), inputs) : undefined;
  const comparison = Object.hasOwn(logical, op) ? logical[op] : undefined;
  if (comparison) return each(comparison, inputs, 'bool');
  switch (op) {
    case 'Where':
      return each((a, p, q) => (a !== 0 ? p! : q!), inputs, y.type);
    case 'Gather':
      return take({ ...x, values: x.known }, axisIn(c.number('axis', 0), x.dims.length), Array.from(y.known), y.dims);
    case 'Concat':
      return concat(inputs, axisIn(c.number('axis', 1), x.dims.length));
    case 'Slice':
      return slicesOf(c, x.dims).reduce<Tensor>((t, { axis, rows }) => take(t, axis, rows, [rows.length]), {
        ...x,
        values: x.known,
      });
    case 'Range': {
      const [from, to, by] = [x.known[0], y.known[0], z.known[0]] as [number, number, number];
      const count = Math.max(0, Math.ceil((to - from) / by));
      return { dims: [count], type: x.type, values: Array.from({ length: count }, (_, i) => from + i * by) };
    }
    case 'Cast': {
      const to = typeNames[c.number('to', 1)] ?? c.text('to', 'FLOAT').toLowerCase();
      const cut = to === 'bool' ? (v: number) => truth(v !== 0) : whole(to) ? Math.trunc : (v: number) => v;
      return { dims: x.dims, type: to, values: Array.from(x.known, cut) };
    }
    case 'Transpose': {
      const perm = c.numberList('perm') ?? x.dims.map((_, i) => x.dims.length - 1 - i);
      return {
        dims: perm.map((axis) => x.dims[axis] as number),
        type: x.type,
        values: turnedNumbers(x.known, x.dims, perm),
      };
    }
    case 'ReduceProd':
      return x.dims.length === 1 && c.node.inputs.length === 1
        ? {
            dims: c.number('keepdims', 1) === 0 ? [] : [1],
            type: x.type,
            values: [Array.from(x.known).reduce((a, b) => a * b, 1)],
          }
        : undefined;
    case 'Expand': {
      const like = { ...y, dims: Array.from(y.known), known: new Float64Array(sizeOf(Array.from(y.known))) };
      return each((a) => a!, [x, like]);
    }
    default:
      return undefined;
  }
}

/** The same numbers in another shape. */
export const knownLike = (c: Convert, v: Value, dims: readonly number[]): Value =>
  c.known({ dims, type: v.type, values: v.known ?? [] }, `.${v.dims.join('x')}`);

/** The result, when it follows from known numbers that are whole, or few and from the file; and sizes of any value. */
export function foldKnown(c: Convert): Value | undefined {
  const { op, domain, inputs } = c.node;
  if (domain !== '') return undefined;
  if (op === 'Shape') {
    const { dims } = c.input(0);
    const at = (key: string, otherwise: number): number => {
      const v = c.number(key, otherwise);
      return Math.min(dims.length, Math.max(0, v < 0 ? v + dims.length : v));
    };
    const values = dims.slice(at('start', 0), at('end', dims.length));
    return c.known({ dims: [values.length], type: 'int64', values });
  }
  if (op === 'Size') return c.known({ dims: [], type: 'int64', values: [sizeOf(c.input(0).dims)] });
  if (inputs.length === 0 || inputs.some((name) => name === '')) return undefined;
  const given = inputs.map((_, i) => c.input(i));
  const isKnown = (v: Value): v is Known =>
    v.known !== undefined && (whole(v.type) || (v.fixed && v.known.length <= MOST));
  if (!given.every(isKnown)) return undefined;
  const made = compute(c, given);
  return made && c.known(made);
}
