// Convolutions and pools: in two dimensions, or in one where the picture is a signal's single row.
import type { ConvAttrs, MeanAttrs, Node, PoolAttrs, Shape, WindowAttrs } from '../../../ir/index.ts';
import { extent } from '../../../ir/index.ts';
import type { Placed } from './axes.ts';
import type { Attributes } from './file.ts';
import { dimsOf, type Writing, ZERO } from './writing.ts';

type Size2 = readonly [number, number];
type Sides = readonly [number, number, number, number];

/** N x C x H x W, and N x C x L for signals that are a single row in the graph. */
const picture = [0, 3, 1, 2] as const;
const signal = [0, 3, 2] as const;

/** Is x one row that the file has as a signal, and does the window leave it one? */
const alongSignal = (w: Writing, x: Node, y: Node, rows: number, { padding }: WindowAttrs): boolean =>
  !w.at(x).axes.includes(1) &&
  w.at(x).axes.includes(2) &&
  y.type.shape[1] === 1 &&
  rows === 1 &&
  padding[0] === 0 &&
  padding[1] === 0;

/** Strides, pads and dilations of the axes that the window slides along. */
function windowAttributes(line: boolean, kernel: Size2, a: WindowAttrs, [top, bottom, left, right]: Sides): Attributes {
  const along = (pair: Size2): number[] => (line ? [pair[1]] : [...pair]);
  const pads = line ? [left, right] : [top, left, bottom, right];
  return {
    kernel_shape: along(kernel),
    strides: along(a.stride),
    ...(pads.some((p) => p !== 0) ? { pads } : {}),
    ...(a.dilation.some((d) => d !== 1) ? { dilations: along(a.dilation) } : {}),
  };
}

/** `root` is the product or its sum with the bias. */
export function convolution(w: Writing, root: Node, product: Node<'conv2d'>, bias: Node | undefined): Placed {
  const [x, weight] = product.inputs as readonly [Node, Node];
  const [kh, kw, own, filters] = weight.type.shape as unknown as Sides;
  const line = alongSignal(w, x, root, kh, product.attrs);
  const dims = line ? [filters, own, kw] : [filters, own, kh, kw];
  const inputs = [w.arranged(x, line ? signal : picture), w.weights(weight, [3, 2, 0, 1], dims)];
  const { groups, padding } = product.attrs;
  return w.make(
    'Conv',
    root,
    bias ? [...inputs, w.weights(bias, undefined, [filters])] : inputs,
    { ...windowAttributes(line, [kh, kw], product.attrs, padding), ...(groups === 1 ? {} : { group: groups }) },
    { axes: line ? signal : picture },
  );
}

/** The gradient of a convolution to its picture is the transposed convolution. */
export function transposed(w: Writing, root: Node, product: Node<'conv2d_dx'>, bias: Node | undefined): Placed {
  const [x, weight] = product.inputs as readonly [Node, Node];
  const attrs: ConvAttrs = product.attrs;
  const [kh, kw, own, channels] = weight.type.shape as unknown as Sides;
  const filters = product.type.shape[3] as number;
  const line = alongSignal(w, x, root, kh, attrs);
  const added = ([0, 1] as const).map((axis) => {
    const [i, o] = [x.type.shape[axis + 1] as number, product.type.shape[axis + 1] as number];
    const pads = (attrs.padding[2 * axis] as number) + (attrs.padding[2 * axis + 1] as number);
    const k = axis === 0 ? kh : kw;
    return o - (attrs.stride[axis] * (i - 1) + extent(k, attrs.dilation[axis]) - pads);
  });
  const output = line ? added.slice(1) : added;
  const inputs = [
    w.arranged(x, line ? signal : picture),
    w.weights(weight, [3, 2, 0, 1], line ? [channels, own, kw] : [channels, own, kh, kw]),
  ];
  return w.make(
    'ConvTranspose',
    root,
    bias ? [...inputs, w.weights(bias, undefined, [filters])] : inputs,
    {
      ...windowAttributes(line, [kh, kw], attrs, attrs.padding),
      ...(attrs.groups === 1 ? {} : { group: attrs.groups }),
      ...(output.some((n) => n !== 0) ? { output_padding: output } : {}),
    },
    { axes: line ? signal : picture },
  );
}

/** The padding that windows reach: rows behind the last window are left out. */
function reached(x: Shape, y: Shape, { window, stride, dilation, padding }: PoolAttrs): Sides {
  const behind = (axis: 0 | 1): number => {
    const last = ((y[axis + 1] as number) - 1) * stride[axis] + extent(window[axis], dilation[axis]);
    return Math.max(0, last - (x[axis + 1] as number) - (padding[2 * axis] as number));
  };
  return [padding[0], behind(0), padding[2], behind(1)];
}

/** A Pad node in front, where the pool itself cannot take the padding. */
function padded(w: Writing, y: Node, x: Node, line: boolean, sides: Sides, value: number): string {
  const from = w.arranged(x, line ? signal : picture);
  if (sides.every((p) => p === 0)) return from;
  const [top, bottom, left, right] = sides;
  const pads = line ? [0, 0, left, 0, 0, right] : [0, 0, top, left, 0, 0, bottom, right];
  const [, h, width, c] = x.type.shape as unknown as Sides;
  const dims = line ? ['N', c, width + left + right] : ['N', c, h + top + bottom, width + left + right];
  return w.step('Pad', y, 'padded', [from, w.whole(pads), w.scalar(value)], {}, dims);
}

/** Pools of ONNX runtimes take less padding than the window is large, without its dilation. */
const fits = (sides: Sides, window: Size2): boolean => sides.every((p, i) => p < window[i < 2 ? 0 : 1]);

export function maxpool(w: Writing, y: Node<'maxpool2d'>): Placed {
  const [x] = y.inputs as readonly [Node];
  const node = y as unknown as Node;
  const line = alongSignal(w, x, node, y.attrs.window[0], y.attrs);
  const sides = reached(x.type.shape, y.type.shape, y.attrs);
  const inside = fits(sides, y.attrs.window);
  const from = padded(w, node, x, line, inside ? [0, 0, 0, 0] : sides, SMALLEST);
  const attributes = windowAttributes(line, y.attrs.window, y.attrs, inside ? sides : [0, 0, 0, 0]);
  return w.make('MaxPool', node, [from], attributes, { axes: line ? signal : picture });
}

/** The smallest float: what padding of a maximum counts as. */
const SMALLEST = -3.4028234663852886e38;

export function avgpool(w: Writing, y: Node<'avgpool2d'>): Placed {
  const [x] = y.inputs as readonly [Node];
  const node = y as unknown as Node;
  const attrs: MeanAttrs = y.attrs;
  const line = alongSignal(w, x, node, attrs.window[0], attrs);
  const sides = reached(x.type.shape, y.type.shape, attrs);
  const where = { axes: line ? signal : picture };
  if (attrs.dilation.some((d) => d !== 1)) return dilatedMeans(w, node, attrs, line, sides);
  const counted: Sides = attrs.counted ?? [0, 0, 0, 0];
  const left = sides.map((p, i) => Math.max(0, p - (counted[i] as number))) as unknown as Sides;
  if (counted.some((p) => p > 0) && left.every((p) => p === 0)) {
    const attributes = { ...windowAttributes(line, attrs.window, attrs, sides), count_include_pad: 1 };
    return w.make('AveragePool', node, [w.arranged(x, where.axes)], attributes, where);
  }
  // Zeros that count stand in a Pad node in front; those that do not are the pool's own.
  const from = padded(w, node, x, line, counted, ZERO);
  return w.make('AveragePool', node, [from], windowAttributes(line, attrs.window, attrs, left), where);
}

/**
 * ONNX has dilated means since operator set 19, with less padding than the window. A convolution of each channel has them
 * always: it takes the mean over all places of a window, which is divided by the share of those that count.
 */
function dilatedMeans(w: Writing, node: Node, attrs: MeanAttrs, line: boolean, sides: Sides): Placed {
  const [x] = node.inputs as readonly [Node];
  const where = { axes: line ? signal : picture };
  const [kh, kw] = attrs.window;
  const [, oh, ow, channels] = node.type.shape as unknown as Sides;
  const kernel = new Float32Array(channels * kh * kw).fill(1 / (kh * kw));
  const mean = w.tensor(`${node.id}.mean`, line ? [channels, 1, kw] : [channels, 1, kh, kw], kernel);
  const share = Float32Array.from({ length: oh * ow }, (_, i) => {
    const rows = places(x.type.shape, attrs, 0, Math.floor(i / ow));
    return (kh * kw) / (rows * places(x.type.shape, attrs, 1, i % ow));
  });
  const inputs = [w.arranged(x, where.axes), mean];
  const attributes = { ...windowAttributes(line, attrs.window, attrs, sides), group: channels };
  if (share.every((s) => s === 1)) return w.make('Conv', node, inputs, attributes, where);
  const means = w.step('Conv', node, 'means', inputs, attributes, dimsOf(node, where));
  return w.make('Mul', node, [means, w.tensor(`${node.id}.share`, line ? [ow] : [oh, ow], share)], {}, where);
}

/** How many places of window o along an axis count. */
function places(
  x: Shape,
  { window, stride, dilation, padding, counted = [0, 0, 0, 0] }: MeanAttrs,
  axis: 0 | 1,
  o: number,
): number {
  let count = 0;
  for (let k = 0; k < window[axis]; k++) {
    const at = o * stride[axis] + k * dilation[axis] - (padding[2 * axis] as number);
    const [before, after] = [counted[2 * axis] as number, counted[2 * axis + 1] as number];
    if (at >= -before && at < (x[axis + 1] as number) + after) count++;
  }
  return count;
}
