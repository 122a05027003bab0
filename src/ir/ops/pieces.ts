// Putting values together along an axis, taking pieces of them, and zeros around them.
import { emit } from '../emit.ts';
import { f32, type OpDef } from '../op.ts';
import { type Shape, showShape, sizeOf } from '../types.ts';

/** Calls `visit` with the flat index of each element of `inner` and that of its place in `outer`, `begin` from its corner. */
export function eachPlace(
  inner: Shape,
  outer: Shape,
  begin: readonly number[],
  visit: (i: number, o: number) => void,
): void {
  const n = sizeOf(inner);
  for (let i = 0; i < n; i++) {
    let rest = i;
    let place = 0;
    let stride = 1;
    for (let axis = inner.length - 1; axis >= 0; axis--) {
      const size = inner[axis] as number;
      place += ((rest % size) + (begin[axis] as number)) * stride;
      rest = Math.floor(rest / size);
      stride *= outer[axis] as number;
    }
    visit(i, place);
  }
}

const along = (shape: Shape, axis: number, value: number): number[] => shape.map((_, i) => (i === axis ? value : 0));

export const concat: OpDef<'concat'> = {
  name: 'concat',
  doc: 'The inputs one after the other along an axis; all other sizes are equal. The gradient of each is its slice of dy.',
  inputs: 'many',
  infer: (inputs, { axis }) => {
    const [first] = inputs;
    if (!first || axis >= first.shape.length) return 'values with that axis are needed';
    const odd = inputs.find(
      (t) => t.shape.length !== first.shape.length || t.shape.some((n, i) => i !== axis && n !== first.shape[i]),
    );
    if (odd) return `${showShape(first.shape)} and ${showShape(odd.shape)} differ beside axis ${axis}`;
    const total = inputs.reduce((n, t) => n + (t.shape[axis] as number), 0);
    return f32(first.shape.map((n, i) => (i === axis ? total : n)));
  },
  reference: (inputs, { axis }, type) => {
    const out = new Float64Array(sizeOf(type.shape));
    let from = 0;
    for (const x of inputs) {
      eachPlace(x.shape, type.shape, along(x.shape, axis, from), (i, o) => {
        out[o] = x.data[i]!;
      });
      from += x.shape[axis] as number;
    }
    return out;
  },
  vjp: (b, node, dy, wanted) => {
    const { axis } = node.attrs;
    let from = 0;
    return node.inputs.map((x, i) => {
      const begin = along(x.type.shape, axis, from);
      from += x.type.shape[axis] as number;
      return wanted[i] ? emit(b, 'slice', [dy], { begin, size: x.type.shape }, `d_${x.id}`) : undefined;
    });
  },
};

export const slice: OpDef<'slice'> = {
  name: 'slice',
  doc: 'The part of x that begins at `begin` and has size `size`. The gradient is dy with zeros around it.',
  inputs: ['x'],
  infer: ([x], { begin, size }) =>
    begin.length === x!.shape.length &&
    size.length === x!.shape.length &&
    size.every((n, i) => n >= 1 && begin[i]! >= 0 && begin[i]! + n <= x!.shape[i]!)
      ? f32(size)
      : `${showShape(size)} from ${begin.join(', ')} does not lie in ${showShape(x!.shape)}`,
  reference: ([x], { begin, size }) => {
    const out = new Float64Array(sizeOf(size));
    eachPlace(size, x!.shape, begin, (i, o) => {
      out[i] = x!.data[o]!;
    });
    return out;
  },
  vjp: (b, node, dy) => {
    const { begin, size } = node.attrs;
    const x = node.inputs[0]!;
    const after = x.type.shape.map((n, i) => n - begin[i]! - size[i]!);
    return [emit(b, 'pad_zeros', [dy], { before: begin, after }, `d_${x.id}`)];
  },
};

export const pad_zeros: OpDef<'pad_zeros'> = {
  name: 'pad_zeros',
  doc: 'x with zeros before and after it along each axis. The gradient is the slice of dy where x lies.',
  inputs: ['x'],
  infer: ([x], { before, after }) =>
    before.length === x!.shape.length && after.length === x!.shape.length && [...before, ...after].every((n) => n >= 0)
      ? f32(x!.shape.map((n, i) => n + before[i]! + after[i]!))
      : `a size of zeros before and after each axis of ${showShape(x!.shape)} is needed`,
  reference: ([x], { before }, type) => {
    const out = new Float64Array(sizeOf(type.shape));
    eachPlace(x!.shape, type.shape, before, (i, o) => {
      out[o] = x!.data[i]!;
    });
    return out;
  },
  vjp: (b, node, dy) => {
    const x = node.inputs[0]!;
    return [emit(b, 'slice', [dy], { begin: node.attrs.before, size: x.type.shape }, `d_${x.id}`)];
  },
};
