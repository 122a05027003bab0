// The arithmetic behind a layer's shape, for the message about a wrong `=> shape`.

import type { WindowAttrs } from '../ir/attrs.ts';
import { isOp, type Node, type Shape, showArithmetic, showTransposedArithmetic, transposedSize } from '../ir/index.ts';

function windowStory(
  x: Node,
  kernel: readonly [number, number],
  w: WindowAttrs,
  output: Node,
  signal: boolean,
): string {
  const [, h, width] = x.type.shape as [number, number, number];
  const [, oh, ow] = output.type.shape as [number, number, number];
  const rows = showArithmetic(h, kernel[0], w.stride[0], w.padding[0], w.padding[1], w.dilation[0]);
  const columns = showArithmetic(width, kernel[1], w.stride[1], w.padding[2], w.padding[3], w.dilation[1]);
  if (signal || rows === columns) return `${columns} = ${ow}`;
  return `${rows} = ${oh} rows, ${columns} = ${ow} columns`;
}

/** The same of a transposed convolution, with what is added at the end. */
function transposedStory(x: Node, node: Node<'conv2d_dx'>, signal: boolean): string {
  const { stride, padding, dilation, shape } = node.attrs;
  const kernel = (node.inputs[1] as Node).type.shape;
  const along = (axis: 0 | 1): string => {
    const [i, k] = [x.type.shape[axis + 1] as number, kernel[axis] as number];
    const [before, after] = [padding[2 * axis] as number, padding[2 * axis + 1] as number];
    const o = shape[axis + 1] as number;
    const added = o - transposedSize(i, k, stride[axis], before + after, dilation[axis], 0);
    return `${showTransposedArithmetic(i, k, stride[axis], before, after, dilation[axis], added)} = ${o}`;
  };
  const [rows, columns] = [along(0), along(1)];
  return signal || rows === columns ? columns : `${rows} rows, ${columns} columns`;
}

/** What `of` says of each axis of a picture whose size changes: `5 + 1 + 2 = 8 rows`. */
function axesStory(output: Shape, signal: boolean, of: (axis: number) => string | undefined): string {
  const stories = [1, 2, 3].flatMap((axis) => {
    const text = of(axis);
    if (text === undefined) return [];
    const unit = signal ? '' : ` ${['', 'rows', 'columns', 'channels'][axis]}`;
    return [`${text} = ${output[axis]}${unit}`];
  });
  return stories.join(', ');
}

/** `5 + 1 + 2` or `5 - 1 - 2`; undefined where nothing is added or taken. */
const changed = (size: number, sign: '+' | '-', before: number, after: number): string | undefined =>
  before + after === 0 ? undefined : `${size} ${sign} ${before} ${sign} ${after}`;

/** The story of one node; undefined where another node of its layer has one to tell. */
function storyOf(node: Node, x: Node, signal: boolean): string | undefined {
  const { shape } = node.type;
  const size = (axis: number): number => x.type.shape[axis] as number;
  if (isOp(node, 'conv2d')) {
    const kernel = (node.inputs[1] as Node).type.shape as unknown as readonly [number, number];
    return windowStory(x, kernel, node.attrs, node, signal);
  }
  if (isOp(node, 'conv2d_dx')) return transposedStory(x, node, signal);
  if (isOp(node, 'maxpool2d') || isOp(node, 'avgpool2d'))
    return windowStory(x, node.attrs.window, node.attrs, node, signal);
  if (isOp(node, 'pad_zeros')) {
    const { before, after } = node.attrs;
    return axesStory(shape, signal, (a) => changed(size(a), '+', before[a] ?? 0, after[a] ?? 0));
  }
  if (isOp(node, 'pad2d')) {
    const [top, bottom, left, right] = node.attrs.padding;
    const sides = (a: number) =>
      a === 1 ? ([top, bottom] as const) : a === 2 ? ([left, right] as const) : ([0, 0] as const);
    return axesStory(shape, signal, (a) => changed(size(a), '+', ...sides(a)));
  }
  if (isOp(node, 'slice') && node.layer?.op === 'crop') {
    const { begin, size: kept } = node.attrs;
    const after = (a: number): number => size(a) - (begin[a] as number) - (kept[a] as number);
    return axesStory(shape, signal, (a) => changed(size(a), '-', begin[a] as number, after(a)));
  }
  if (isOp(node, 'resize2d') && node.layer?.op === 'upsample') {
    const factor = (a: number): number => (shape[a] as number) / size(a);
    return axesStory(shape, signal, (a) => (factor(a) === 1 ? undefined : `${size(a)} * ${factor(a)}`));
  }
  if (isOp(node, 'concat')) {
    const { axis } = node.attrs;
    return `${node.inputs.map((n) => n.type.shape[axis]).join(' + ')} = ${shape[axis]}`;
  }
  if (isOp(node, 'reshape') && shape.length === 2 && x.type.shape.length > 2 && node.layer?.op === 'flatten')
    return `${x.type.shape.slice(1).join(' * ')} = ${shape[1]}`;
  return undefined;
}

/** How the shape of a layer's output came about: `(28 - 5 + 0)/1 + 1 = 24`; empty where there is nothing to compute. */
export function howShape(output: Node): string {
  const signal = output.type.shape.length === 3;
  for (let node: Node | undefined = output; node && node.layer === output.layer; node = node.inputs[0]) {
    const x = node.inputs[0];
    if (!x) return '';
    const story = storyOf(node, x, signal);
    if (story !== undefined) return story;
  }
  return '';
}
