// Resize, Upsample and Pad: along each axis a known matrix says which elements, with which weights, make a new one.
// The coordinates and weights are those of the operator's specification (ONNX, Resize, version 19).
import { type Node, sizeOf } from '../../../ir/index.ts';
import type { Convert, Converter } from '../convert.ts';
import { alongAxis, axisOf, takeRows } from './axes.ts';

interface Ways {
  readonly mode: string;
  readonly coordinates: string;
  readonly nearest: string;
  readonly cubic: number;
  readonly excludeOutside: boolean;
  readonly antialias: boolean;
}

/** Where output x lies in the input; undefined when it is outside of a crop. */
function coordinate(
  w: Ways,
  x: number,
  input: number,
  output: number,
  scale: number,
  roi: readonly [number, number],
): number | undefined {
  const width = scale * input;
  switch (w.coordinates) {
    case 'align_corners':
      return width === 1 ? 0 : (x * (input - 1)) / (width - 1);
    case 'asymmetric':
      return x / scale;
    case 'tf_crop_and_resize': {
      const span = (roi[1] - roi[0]) * (input - 1);
      const at = roi[0] * (input - 1) + (width === 1 ? span / 2 : (x * span) / (width - 1));
      return at < 0 || at > input - 1 ? undefined : at;
    }
    case 'tf_half_pixel_for_nn':
      return (x + 0.5) / scale;
    case 'pytorch_half_pixel':
      return width === 1 ? -0.5 : (x + 0.5) / scale - 0.5;
    case 'half_pixel_symmetric':
      return (input / 2) * (1 - output / width) + (x + 0.5) / scale - 0.5;
    default:
      return (x + 0.5) / scale - 0.5;
  }
}

const cubicWeight = (x: number, a: number): number => {
  const d = Math.abs(x);
  if (d <= 1) return (a + 2) * d ** 3 - (a + 3) * d ** 2 + 1;
  return d < 2 ? a * d ** 3 - 5 * a * d ** 2 + 8 * a * d - 4 * a : 0;
};

/** Weights of the neighbours of a point that lies `ratio` behind the one to its left. */
function weights(w: Ways, ratio: number, scale: number): number[] {
  const normal = (list: number[]): number[] => list.map((v) => v / list.reduce((p, q) => p + q, 0));
  const s = w.antialias ? Math.min(scale, 1) : 1;
  const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
  if (w.mode === 'cubic') {
    const start = Math.floor(-2 / s) + 1;
    const list = range(start, 2 - start).map((i) => cubicWeight(s * (i - ratio), w.cubic));
    return w.antialias ? normal(list) : list;
  }
  if (w.mode === 'linear') {
    if (!w.antialias) return [1 - ratio, ratio];
    const start = Math.floor(-1 / s) + 1;
    return normal(range(start, 2 - start).map((i) => Math.min(1, Math.max(0, 1 - Math.abs((i - ratio) * s)))));
  }
  if (Number.isInteger(ratio)) return [0, 1];
  const right = { round_prefer_ceil: ratio >= 0.5, floor: false, ceil: true }[w.nearest] ?? ratio > 0.5;
  return right ? [0, 1] : [1, 0];
}

/** The n neighbours nearest to x in the row, which goes on at both ends as its edge does; ties to the left. */
function neighbours(x: number, n: number, input: number): number[] {
  const pad = Math.ceil(n / 2);
  const all = Array.from({ length: input + 2 * pad }, (_, i) => i - pad);
  return all
    .sort((p, q) => Math.abs(x - p) - Math.abs(x - q) || p - q)
    .slice(0, n)
    .sort((p, q) => p - q);
}

/** Output x input; rows outside of a crop are undefined. */
function matrixOf(
  w: Ways,
  input: number,
  output: number,
  scale: number,
  roi: readonly [number, number],
): (number[] | undefined)[] {
  return Array.from({ length: output }, (_, x) => {
    const at = coordinate(w, x, input, output, scale, roi);
    if (at === undefined) return undefined;
    const list = weights(w, Number.isInteger(at) ? 1 : at - Math.floor(at), scale);
    const places = neighbours(at, list.length, input);
    const inside = (i: number): boolean => (places[i] as number) >= 0 && (places[i] as number) < input;
    const kept = w.excludeOutside ? list.map((v, i) => (inside(i) ? v : 0)) : list;
    const total = w.excludeOutside ? kept.reduce((p, q) => p + q, 0) : 1;
    const row = new Array<number>(input).fill(0);
    kept.forEach((v, i) => {
      const place = Math.min(input - 1, Math.max(0, places[i] as number));
      row[place] = (row[place] as number) + v / total;
    });
    return row;
  });
}

function apply(c: Convert, x: Node, axis: number, rows: readonly (number[] | undefined)[], outside: number): Node {
  const input = x.type.shape[axis] as number;
  if (rows.length === input && rows.every((row, i) => row?.every((v, k) => v === (k === i ? 1 : 0)))) return x;
  const y = alongAxis(
    c,
    x,
    axis,
    rows.map((row) => row ?? new Array<number>(input).fill(0)),
  );
  if (rows.every((row) => row !== undefined) || outside === 0) return y;
  const dims = x.type.shape.map((_, i) => (i === axis ? rows.length : 1));
  const values = rows.map((row) => (row ? 0 : outside));
  return c.emit('add', [y, c.known({ dims, type: 'float', values }).plain()], {}, '.outside');
}

/** Sizes and scales of the resized axes, whatever way the node says them. */
function sizesOf(c: Resizing, dims: readonly number[], axes: readonly number[]): { output: number; scale: number }[] {
  const filled = (i: number): boolean => c.has(i) && c.count(i) > 0;
  const scalesAt = c.opset >= 11 ? 2 : 1;
  if (filled(scalesAt)) {
    const scales = c.numbers(scalesAt, 'the scales');
    return axes.map((axis, i) => ({
      output: Math.floor((dims[axis] as number) * (scales[i] as number)),
      scale: scales[i] as number,
    }));
  }
  const sizes = c.numbers(3, 'the sizes');
  const policy = c.text('keep_aspect_ratio_policy', 'stretch');
  const ratios = axes.map((axis, i) => (sizes[i] as number) / (dims[axis] as number));
  if (policy === 'stretch') return axes.map((_, i) => ({ output: sizes[i] as number, scale: ratios[i] as number }));
  const scale = policy === 'not_larger' ? Math.min(...ratios) : Math.max(...ratios);
  return axes.map((axis) => ({ output: Math.floor(scale * (dims[axis] as number) + 0.5), scale }));
}

/** One axis that is resized: which elements, with which weights, make each new one; undefined outside of a crop. */
export interface Resized {
  readonly axis: number;
  readonly rows: readonly (number[] | undefined)[];
}

/** What reading the sizes of a node takes of it. */
export type Resizing = Pick<Convert, 'opset' | 'has' | 'numbers' | 'number' | 'numberList' | 'text' | 'refuse'> & {
  /** How many numbers an input has. */
  readonly count: (i: number) => number;
};

/** The axes that a Resize changes. */
export function resizedAxes(c: Resizing, shape: readonly number[]): Resized[] {
  const given = c.numberList('axes');
  const axes = given ? given.map((axis) => (axis < 0 ? axis + shape.length : axis)) : shape.map((_, i) => i);
  const old = c.opset < 11;
  const ways: Ways = {
    mode: c.text('mode', 'nearest'),
    coordinates: c.text('coordinate_transformation_mode', old ? 'asymmetric' : 'half_pixel'),
    nearest: c.text('nearest_mode', old ? 'floor' : 'round_prefer_floor'),
    cubic: c.number('cubic_coeff_a', -0.75),
    excludeOutside: c.number('exclude_outside', 0) !== 0,
    antialias: c.number('antialias', 0) !== 0,
  };
  const roi = !old && c.has(1) && ways.coordinates === 'tf_crop_and_resize' ? c.numbers(1, 'the region') : undefined;
  const sizes = sizesOf(c, shape, axes);
  return axes.flatMap((axis, i) => {
    const { output, scale } = sizes[i]!;
    const region = [roi?.[i] ?? 0, roi?.[i + axes.length] ?? 1] as const;
    if (output === shape[axis] && scale === 1 && !roi) return [];
    return [{ axis, rows: matrixOf(ways, shape[axis] as number, output, scale, region) }];
  });
}

/** The axes that an Upsample changes. */
export function upsampledAxes(c: Resizing, dims: readonly number[]): Resized[] {
  const scales =
    c.opset >= 9
      ? c.numbers(1, 'the scales')
      : [...(c.numberList('scales') ?? [1, 1, c.number('height_scale', 1), c.number('width_scale', 1)])];
  const mode = c.text('mode', 'nearest') === 'nearest' ? 'nearest' : 'linear';
  const ways: Ways = {
    mode,
    coordinates: 'asymmetric',
    nearest: 'floor',
    cubic: -0.75,
    excludeOutside: false,
    antialias: false,
  };
  return scales.flatMap((scale, axis) => {
    const n = dims[axis] as number;
    return scale === 1 ? [] : [{ axis, rows: matrixOf(ways, n, Math.floor(n * scale), scale, [0, 1]) }];
  });
}

const converterOf =
  (axesOf: (c: Resizing, dims: readonly number[]) => Resized[]): Converter =>
  (c) => {
    const { dims, order, ordered } = c.input(0);
    const counted = { ...c, count: (i: number) => sizeOf(c.input(i).dims) };
    const outside = c.number('extrapolation_value', 0);
    return c.ordered(
      axesOf(counted, dims).reduce(
        (y, { axis, rows }) => apply(c, y, order.indexOf(axis), rows, outside),
        ordered(order),
      ),
      order,
    );
  };

/** The element that stands at place i of a padded axis of n; undefined for the constant. */
function source(mode: string, i: number, n: number): number | undefined {
  if (i >= 0 && i < n) return i;
  if (mode === 'edge') return Math.min(n - 1, Math.max(0, i));
  if (mode === 'wrap') return ((i % n) + n) % n;
  if (mode !== 'reflect') return undefined;
  if (n === 1) return 0;
  const period = 2 * (n - 1);
  const at = ((i % period) + period) % period;
  return at < n ? at : period - at;
}

const pad: Converter = (c) => {
  const x = c.input(0);
  const { dims: shape, order } = x;
  const mode = c.text('mode', 'constant');
  const pads = c.opset >= 11 ? c.numbers(1, 'the pads') : [...(c.numberList('pads') ?? c.numberList('paddings') ?? [])];
  const value = c.opset >= 11 ? (c.has(2) ? (c.numbers(2, 'the value')[0] ?? 0) : 0) : c.number('value', 0);
  const axes =
    c.has(3) && c.opset >= 18
      ? c.numbers(3, 'the axes').map((axis) => axisOf(c, axis, shape.length))
      : shape.map((_, i) => i);
  const start = x.ordered(order);
  let y = start;
  axes.forEach((axis, k) => {
    const [before, after] = [pads[k] as number, pads[k + axes.length] as number];
    if (before === 0 && after === 0) return;
    const n = shape[axis] as number;
    const count = n + before + after;
    if (count < 1) c.refuse(`axis ${axis} is empty after padding`);
    const rows = Array.from({ length: count }, (_, i) => source(mode, i - before, n));
    const at = order.indexOf(axis);
    y = takeRows(c, y, at, rows, `.pad${axis}`);
    if (value === 0 || !rows.includes(undefined)) return;
    const dims = y.type.shape.map((_, i) => (i === at ? count : 1));
    const values = rows.map((row) => (row === undefined ? value : 0));
    y = c.emit(
      'add',
      [y, c.known({ dims, type: 'float', values }, `.outside${axis}`).plain()],
      {},
      `.pad${axis}.value`,
    );
  });
  return y === start ? x : c.ordered(y, order);
};

export const resizing: Readonly<Record<string, Converter>> = {
  Resize: converterOf(resizedAxes),
  Upsample: converterOf(upsampledAxes),
  Pad: pad,
};
