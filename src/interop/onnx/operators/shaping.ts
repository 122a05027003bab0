// Operators that change shapes, and take and join parts.

import { type Node, sizeOf } from '../../../ir/index.ts';
import { splitRows } from '../attributes.ts';
import type { Convert, Converter } from '../convert.ts';
import { dimsIn, isPlain, turnedValue, type Value } from '../value.ts';
import { axisOf, reshapeTo, takeRows } from './axes.ts';
import { slicesOf } from './known.ts';
import { meetingOrder } from './meeting.ts';

function reshaped(c: Convert, shape: readonly number[]): Value {
  const x = c.input(0);
  if (sizeOf(shape) !== sizeOf(x.dims))
    c.refuse(`${x.dims.join('x')} has ${sizeOf(x.dims)} elements, not ${shape.join('x')}`);
  // An input of the graph stays one: what it is reshaped for is computed.
  if (x.known && (x.fixed || x.type !== 'float' || shape.includes(0)))
    return c.known({ dims: shape, type: x.type, values: x.known });
  return channelsReshaped(c, x, shape) ?? c.plain(c.emit('reshape', [x.plain()], { shape }));
}

/**
 * Channels taken apart or put together, as channel shuffles do: N x C x spatial to N x a x b x spatial and back. Where
 * channels lie last they stay there.
 */
function channelsReshaped(c: Convert, x: Value, shape: readonly number[]): Value | undefined {
  const rank = x.dims.length;
  const spatial = isPlain(x.order)
    ? 0
    : x.order.slice(1).findIndex((axis, i, all) => i > 0 && axis < (all[i - 1] as number));
  const tail = Math.max(0, spatial);
  const kept = x.order.slice(1, 1 + tail);
  const isTail = tail > 0 && x.order[0] === 0 && kept.every((axis, i) => axis === rank - tail + i);
  const fits =
    isTail &&
    shape.length > tail &&
    shape[0] === x.dims[0] &&
    kept.every((axis, i) => x.dims[axis] === shape[shape.length - tail + i]);
  if (!fits) return undefined;
  const order = (n: number): number[] => [
    0,
    ...Array.from({ length: tail }, (_, i) => n - tail + i),
    ...Array.from({ length: n - tail - 1 }, (_, i) => i + 1),
  ];
  const to = order(shape.length);
  return c.ordered(c.emit('reshape', [x.ordered(order(rank))], { shape: dimsIn(shape, to) }), to);
}

const reshape: Converter = (c) => {
  const { dims } = c.input(0);
  const wanted = c.opset >= 5 ? c.numbers(1, 'the new shape') : [...(c.numberList('shape') ?? [])];
  const allowZero = c.number('allowzero', 0) !== 0;
  const shape = wanted.map((n, i) => (n === 0 && !allowZero ? (dims[i] as number) : n));
  const rest = shape.reduce((a, n) => (n === -1 ? a : a * n), 1);
  return reshaped(
    c,
    shape.map((n) => (n === -1 ? sizeOf(dims) / rest : n)),
  );
};

const flatten: Converter = (c) => {
  const { dims } = c.input(0);
  const given = c.number('axis', 1);
  const axis = given < 0 ? given + dims.length : given;
  return reshaped(c, [sizeOf(dims.slice(0, axis)), sizeOf(dims.slice(axis))]);
};

/** Before version 13 the axes are an attribute. */
const axesGiven = (c: Convert): number[] => (c.has(1) ? c.numbers(1, 'the axes') : [...(c.numberList('axes') ?? [])]);

const squeeze: Converter = (c) => {
  const { dims } = c.input(0);
  const axes = axesGiven(c).map((axis) => axisOf(c, axis, dims.length));
  return reshaped(
    c,
    dims.filter((n, i) => (axes.length === 0 ? n !== 1 : !axes.includes(i))),
  );
};

const unsqueeze: Converter = (c) => {
  const { dims } = c.input(0);
  const given = axesGiven(c);
  const rank = dims.length + given.length;
  const axes = given.map((axis) => axisOf(c, axis, rank));
  const rest = [...dims];
  return reshaped(
    c,
    Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : (rest.shift() as number))),
  );
};

const transpose: Converter = (c) => {
  const x = c.input(0);
  return turnedValue(x, c.numberList('perm') ?? x.dims.map((_, i) => x.dims.length - 1 - i));
};

const slice: Converter = (c) => {
  const x = c.input(0);
  const cuts = slicesOf(c, x.dims);
  if (cuts.some(({ rows }) => rows.length === 0)) {
    const dims = x.dims.map((n, axis) => cuts.find((cut) => cut.axis === axis)?.rows.length ?? n);
    return c.known({ dims, type: x.type, values: [] });
  }
  const taken = cuts.reduce(
    (y, { axis, rows }, i) => takeRows(c, y, x.order.indexOf(axis), rows, `.cut${i}`),
    x.ordered(x.order),
  );
  return c.ordered(taken, x.order);
};

/** Rows by known indices; the axis becomes the dimensions of the indices. */
const gather: Converter = (c) => {
  const [x, indices] = [c.input(0), c.input(1)];
  const axis = axisOf(c, c.number('axis', 0), x.dims.length);
  const n = x.dims[axis] as number;
  const rows = c.numbers(1, 'the indices').map((i) => (i < 0 ? i + n : i));
  if (rows.some((i) => i < 0 || i >= n)) c.refuse(`an index outside of ${n} rows`);
  const y = takeRows(c, x.plain(), axis, rows);
  return c.plain(reshapeTo(c, y, [...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)], '.shape'));
};

/** Pieces along an axis. */
const split: Converter = (c) => {
  const x = c.input(0);
  const axis = axisOf(c, c.number('axis', 0), x.dims.length);
  const n = x.dims[axis] as number;
  return splitRows(c, n).map((rows, i) =>
    c.ordered(takeRows(c, x.ordered(x.order), x.order.indexOf(axis), rows, `.piece${i}`), x.order),
  );
};

const expand: Converter = (c) => {
  const x = c.input(0);
  const wanted = c.numbers(1, 'the shape');
  const ones = c.known({ dims: wanted, type: 'float', values: new Float32Array(sizeOf(wanted)).fill(1) }, '.ones');
  return c.plain(c.emit('mul', [x.plain(), ones.plain()], {}));
};

/** Blocks of channels to space: DCR takes the block first, CRD the channel first. */
const depthToSpace: Converter = (c) => {
  const x = c.input(0);
  const [n, ch, h, w] = x.dims as [number, number, number, number];
  const s = c.number('blocksize', 1);
  const crd = c.text('mode', 'DCR') === 'CRD';
  const apart = crd ? [n, ch / (s * s), s, s, h, w] : [n, s, s, ch / (s * s), h, w];
  const split = c.emit('reshape', [x.plain()], { shape: apart }, '.apart');
  const perm = crd ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
  const moved = c.emit('transpose', [split], { perm }, '.moved');
  return c.plain(c.emit('reshape', [moved], { shape: [n, ch / (s * s), h * s, w * s] }));
};
const spaceToDepth: Converter = (c) => {
  const x = c.input(0);
  const [n, ch, h, w] = x.dims as [number, number, number, number];
  const s = c.number('blocksize', 1);
  const split = c.emit('reshape', [x.plain()], { shape: [n, ch, h / s, s, w / s, s] }, '.apart');
  const moved = c.emit('transpose', [split], { perm: [0, 3, 5, 1, 2, 4] }, '.moved');
  return c.plain(c.emit('reshape', [moved], { shape: [n, ch * s * s, h / s, w / s] }));
};

/** x repeated along its axes. */
const tile: Converter = (c) => {
  const x = c.input(0);
  let y = x.plain();
  c.numbers(1, 'the repeats').forEach((count, axis) => {
    if (count > 64) c.refuse(`${count} repeats; 64 is the most`);
    if (count > 1) y = c.emit('concat', new Array<Node>(count).fill(y), { axis }, `.axis${axis}`);
  });
  return c.plain(y);
};

export const shaping: Readonly<Record<string, Converter>> = {
  Reshape: reshape,
  Flatten: flatten,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Transpose: transpose,
  Slice: slice,
  Gather: gather,
  Split: split,
  Expand: expand,
  Tile: tile,
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  ConstantOfShape: (c) => {
    const dims = c.numbers(0, 'the shape');
    const a = c.attribute('value');
    const value = a?.kind === 'tensor' ? (a.value.values[0] as number) : 0;
    const type = a?.kind === 'tensor' ? a.value.type : 'float';
    return c.known({ dims, type, values: new Float32Array(sizeOf(dims)).fill(value) });
  },
  Concat: (c) => {
    const all = c.node.inputs.map((_, i) => c.input(i));
    const rank = all[0]!.dims.length;
    // Before version 4 the axis is 1 unless given.
    const axis = axisOf(c, c.number('axis', 1), rank);
    const inputs = all.filter((v) => (v.dims[axis] as number) > 0);
    if (inputs.length === 0) return all[0]!;
    const order = meetingOrder(inputs, rank);
    const nodes = inputs.map((v) => v.ordered(order));
    return c.ordered(c.emit('concat', nodes, { axis: order.indexOf(axis) }), order);
  },
  Constant: (c) => {
    const whole = c.attribute('value_int') ?? c.attribute('value_ints');
    const a = whole ?? c.attribute('value') ?? c.attribute('value_float') ?? c.attribute('value_floats');
    const type = whole ? 'int64' : 'float';
    if (a?.kind === 'tensor') return c.known(a.value);
    if (a?.kind === 'number') return c.known({ dims: [], type, values: [a.value] });
    if (a?.kind === 'numbers') return c.known({ dims: [a.value.length], type, values: a.value });
    return c.refuse('a constant of this kind');
  },
};
