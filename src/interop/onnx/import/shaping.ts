// Operators that change shapes and take parts: most write nothing, since a value's atoms say how it lies.

import { sizeOf } from '../../../ir/index.ts';
import { type Line, newLine, sidesText } from '../../network/line.ts';
import { splitRows } from '../attributes.ts';
import { slicesOf } from '../operators/known.ts';
import { checkBatch, type Importer, type Importing, layer, spatial } from './context.ts';
import { type Atom, atoms, dimsOf, type Flow, flowOf, laid, regrouped, sizeOfAtoms } from './flow.ts';

/** The value in other dimensions. */
function reshaped(c: Importing, x: Flow, sizes: readonly number[]): Flow {
  if (sizeOf(sizes) !== sizeOf(dimsOf(x)) || sizes.some((n) => !Number.isInteger(n)))
    c.refuse(`${dimsOf(x).join('x')} has ${sizeOf(dimsOf(x))} elements, not ${sizes.join('x')}`);
  const found = regrouped(x, sizes);
  if (found) return found;
  // Sizes without common factors: the elements in the order of ONNX, as a row.
  checkBatch(c, x);
  if (c.batch.length > 0 && sizes[0] !== sizeOfAtoms(c.batch))
    c.refuse(`${sizes.join('x')}, which takes the batch apart`);
  const line = laid(c.made, x, [x.dims.slice(1).flat()], c.origin);
  const dims = sizes.map((n, i) => (i === 0 && c.batch.length > 0 ? [...c.batch] : atoms(n)));
  return { line, order: dims.flat().filter((atom) => !atom.batch), dims, sole: true };
}

const reshape: Importer = (c) => {
  const x = c.flow(0);
  const sizes = dimsOf(x);
  const wanted = c.opset >= 5 ? c.numbers(1, 'the new shape') : [...(c.numberList('shape') ?? [])];
  const allowZero = c.number('allowzero', 0) !== 0;
  const shape = wanted.map((n, i) => (n === 0 && !allowZero ? (sizes[i] as number) : n));
  const rest = shape.reduce((a, n) => (n === -1 ? a : a * n), 1);
  const all = sizeOf(sizes);
  return reshaped(
    c,
    x,
    shape.map((n) => (n === -1 ? all / rest : n)),
  );
};

const flatten: Importer = (c) => {
  const x = c.flow(0);
  const sizes = dimsOf(x);
  const given = c.number('axis', 1);
  const axis = given < 0 ? given + sizes.length : given;
  return reshaped(c, x, [sizeOf(sizes.slice(0, axis)), sizeOf(sizes.slice(axis))]);
};

const axesGiven = (c: Importing): readonly number[] | undefined =>
  c.has(1) ? c.numbers(1, 'the axes') : c.numberList('axes');

const squeeze: Importer = (c) => {
  const x = c.flow(0);
  const rank = x.dims.length;
  const axes = axesGiven(c)?.map((axis) => (axis + rank) % rank);
  return {
    ...x,
    dims: x.dims.filter((dim, i) => (axes && axes.length > 0 ? !axes.includes(i) : dim.length > 0 || i === 0)),
  };
};

const unsqueeze: Importer = (c) => {
  const x = c.flow(0);
  const given = axesGiven(c) ?? [];
  const rank = x.dims.length + given.length;
  const axes = given.map((axis) => (axis + rank) % rank);
  const rest = [...x.dims];
  return { ...x, dims: Array.from({ length: rank }, (_, i) => (axes.includes(i) ? [] : (rest.shift() as Atom[]))) };
};

const transpose: Importer = (c) => {
  const x = c.flow(0);
  const perm = c.numberList('perm') ?? x.dims.map((_, i) => x.dims.length - 1 - i);
  return { ...x, dims: perm.map((axis) => x.dims[axis] as Atom[]) };
};

/** Rows from..from+count of an axis of ONNX; with a step, every so many. */
function taken(c: Importing, x: Flow, axis: number, rows: readonly number[]): Flow {
  const n = dimsOf(x)[axis] as number;
  const [from = 0, second = from + 1] = rows;
  const step = rows.length > 1 ? second - from : 1;
  if (rows.length === 0) c.refuse('a part that is empty');
  if (step < 1 || rows.some((row, i) => row !== from + i * step))
    c.refuse('rows in an order of their own; cnnc takes them one after the other');
  if (rows.length === n) return x;
  if (axis === 0) c.refuse('a part of the batch');
  checkBatch(c, x);
  const rank = x.dims.length;
  const line = rank === 2 ? laid(c.made, x, [x.dims[1] as Atom[]], c.origin) : spatial(c, x);
  const names = rank === 4 ? ['', '', 'rows', 'columns'] : ['', '', 'columns'];
  const what = axis === 1 ? [] : [`axis ${names[axis]}`];
  const at = axis === 1 ? line.shape.length - 1 : axis - 2;
  const sized = (count: number, shape: readonly number[]): number[] => shape.map((v, i) => (i === at ? count : v));
  const span = (rows.length - 1) * step + 1;
  let part: Line = line;
  if (span < n) part = newLine('slice', [line], sized(span, line.shape), c.origin, [`${from}`, `${span}`, ...what]);
  if (step > 1) {
    if (axis === 1) c.refuse('every so many channels; cnnc takes them one after the other');
    // A window of one pixel takes every so many rows or columns.
    const one = line.shape.slice(0, -1).map(() => 1);
    const stride = one.map((_, i) => (i === at ? step : 1));
    part = newLine('maxpool', [part], sized(rows.length, line.shape), c.origin, [
      one.join('x'),
      `stride ${stride.join('x')}`,
    ]);
  }
  return flowOf(part, c.batch);
}

const slice: Importer = (c) => {
  const x = c.flow(0);
  const cuts = slicesOf(c, dimsOf(x));
  return cuts.reduce((y, { axis, rows }) => taken(c, y, axis, rows), x);
};

const split: Importer = (c) => {
  const x = c.flow(0);
  const rank = x.dims.length;
  const axis = (c.number('axis', 0) + rank) % rank;
  const n = dimsOf(x)[axis] as number;
  return splitRows(c, n).map((rows, i) => (c.uses(i) > 0 ? taken(c, x, axis, rows) : undefined));
};

/** Rows that follow each other; a single number takes its dimension away. */
const gather: Importer = (c) => {
  const x = c.flow(0);
  const rank = x.dims.length;
  const axis = (c.number('axis', 0) + rank) % rank;
  const n = dimsOf(x)[axis] as number;
  const indices = c.known(1) ?? c.refuse('indices that the network computes');
  const rows = Array.from(indices.values, (i) => (i < 0 ? i + n : i));
  const y = taken(c, x, axis, rows);
  if (indices.dims.length > 1) c.refuse('indices of several dimensions');
  return indices.dims.length === 0 ? { ...y, dims: y.dims.filter((_, i) => i !== axis) } : y;
};

/** The sides of a Pad, top to right; its mode as cnnc calls it. */
const pad: Importer = (c) => {
  const x = c.flow(0);
  const rank = x.dims.length;
  const mode = c.text('mode', 'constant');
  const pads = c.opset >= 11 ? c.numbers(1, 'the pads') : [...(c.numberList('pads') ?? c.numberList('paddings') ?? [])];
  const value = c.opset >= 11 ? (c.has(2) ? (c.numbers(2, 'the value')[0] ?? 0) : 0) : c.number('value', 0);
  const axes = c.has(3) ? c.numbers(3, 'the axes').map((axis) => (axis + rank) % rank) : x.dims.map((_, i) => i);
  const side = (axis: number, end: 0 | 1): number => {
    const k = axes.indexOf(axis);
    return k < 0 ? 0 : (pads[k + end * axes.length] as number);
  };
  const all = x.dims.map((_, axis) => [side(axis, 0), side(axis, 1)] as const);
  if (all.every(([a, b]) => a === 0 && b === 0)) return x;
  if (all.slice(0, 2).some(([a, b]) => a !== 0 || b !== 0))
    c.refuse('padding of the batch or the channels; cnnc pads rows and columns');
  const outer = all.slice(2);
  const negative = outer.flat().some((n) => n < 0);
  if (negative && outer.flat().some((n) => n > 0)) c.refuse('padding on one side and cropping on another');
  const names: Readonly<Record<string, string>> = { constant: 'zero', reflect: 'reflect', edge: 'edge' };
  const name = names[mode] ?? c.refuse(`the mode ${mode}; cnnc has ${Object.keys(names).join(', ')}`);
  if (!negative && name === 'zero' && value !== 0) c.refuse(`padding with ${value}; cnnc pads with zeros`);
  const line = spatial(c, x);
  const sides = outer.flat().map(Math.abs);
  const text = sidesText(rank === 3 ? [0, 0, ...sides] : sides, rank === 3);
  const shape = [
    ...outer.map(([a, b], i) => (line.shape[i] as number) + a + b),
    line.shape[line.shape.length - 1] as number,
  ];
  return layer(c, negative ? 'crop' : 'pad', [line], shape, [text, ...(negative || name === 'zero' ? [] : [name])])
    .flow;
};

/** Channels to blocks of pixels. CRD has the channel before the block: an exchange of both comes first. */
const depthToSpace: Importer = (c) => {
  const x = c.flow(0);
  const s = c.number('blocksize', 1);
  let line = spatial(c, x);
  const [h, w, ch] = line.shape as [number, number, number];
  const out = ch / (s * s);
  if (!Number.isInteger(out)) c.refuse(`${ch} channels in blocks of ${s}x${s}`);
  if (c.text('mode', 'DCR') === 'CRD' && out > 1 && s > 1) {
    const [places, [own, block]] = [atoms(h * w), [{ size: out }, { size: s * s }]] as const;
    const apart: Flow = { line, order: [...places, own, block], dims: [], sole: true };
    line = laid(c.made, apart, [places, [block, own]], c.origin);
    line = newLine('reshape', [line], [h, w, ch], c.origin, [`${h}x${w}x${ch}`]);
  }
  return layer(c, 'depth_to_space', [line], [h * s, w * s, out], [`${s}`]).flow;
};

const spaceToDepth: Importer = (c) => {
  const s = c.number('blocksize', 1);
  const line = spatial(c, c.flow(0));
  const [h, w, ch] = line.shape as [number, number, number];
  return layer(c, 'space_to_depth', [line], [h / s, w / s, ch * s * s], [`${s}`]).flow;
};

/** The value as it is. */
const passed: Importer = (c) => c.flow(0);

const expand: Importer = (c) => {
  const x = c.flow(0);
  const wanted = c.numbers(1, 'the shape');
  const sizes = dimsOf(x);
  const front = wanted.length - sizes.length;
  if (front <= 0 && wanted.every((n, i) => n === 1 || n === sizes[i - front])) return x;
  return c.refuse(`${sizes.join('x')} repeated to ${wanted.join('x')}`);
};

const cast: Importer = (c) => {
  const to = c.number('to', 1);
  const text = c.text('to', '');
  if (![1, 10, 11, 16].includes(to) && !/^(FLOAT|DOUBLE|FLOAT16)$/.test(text))
    c.refuse('a cast to whole numbers; cnnc computes in float32');
  return c.flow(0);
};

export const shaping: Readonly<Record<string, Importer>> = {
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Slice: slice,
  Split: split,
  Gather: gather,
  Pad: pad,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  Identity: passed,
  Expand: expand,
  Cast: cast,
};
