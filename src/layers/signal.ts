// Signals, N x length x channels, are pictures of one row: a 1-D layer is its 2-D one between two reshapes, which are free.
import * as say from '../diagnostics/catalog/conv.ts';
import * as shapes from '../diagnostics/catalog/shapes.ts';
import { type Builder, emit, type Node } from '../ir/index.ts';
import { type Args, type PaddingArg, paddingArg, sizeArg } from './args.ts';
import { type LayerContext, pictureOf } from './layer.ts';

/** Is the value a batch of signals, N x length x channels? */
export const isSignal = (x: Node): boolean => x.type.shape.length === 3;

/** N x L x C as N x 1 x L x C; a picture as it is. */
export function asPicture(b: Builder, x: Node, name: string): Node {
  if (!isSignal(x)) return x;
  const [n, length, channels] = x.type.shape as [number, number, number];
  return emit(b, 'reshape', [x], { shape: [n, 1, length, channels] }, `${name}.row`);
}

/** N x 1 x L x C as N x L x C, with the layer's name: the end of what `asPicture` began. */
export function asSignal(b: Builder, y: Node, name: string): Node {
  const [n, , length, channels] = y.type.shape as [number, number, number, number];
  return emit(b, 'reshape', [y], { shape: [n as number, length as number, channels as number] }, name);
}

/**
 * Height, width and channels of what a layer slides over; a signal counts as one row. Undefined after a report: features
 * have no direction to slide in, and a signal takes sizes of one number.
 */
export function slidOver(c: LayerContext): readonly [number, number, number] | undefined {
  const shape = pictureOf(c.x);
  if (shape.length === 3) return shape as [number, number, number];
  if (shape.length !== 2) {
    c.report(shapes.needsPicture(c.spanOf(''), c.op, shape.join('x')));
    return undefined;
  }
  const text = shape.join('x');
  const forgotten = c.x.layer?.op === 'input' ? `input ${text}x1` : undefined;
  for (const [name, bound] of c.args.bound) {
    const sizes =
      bound.kind === 'sizes' && bound.value.length > 1
        ? bound.value.join('x')
        : bound.kind === 'padding' && bound.value.mode === 'sides' && !isPair(bound.value.sides)
          ? `[${bound.value.sides.join(', ')}]`
          : undefined;
    if (sizes === undefined) continue;
    c.report(say.twoSizesOnSignal(bound.span, c.op, name, sizes, text, forgotten));
    return undefined;
  }
  return [1, shape[0] as number, shape[1] as number];
}

/** Height and width of a size; of a signal's one number, 1 and that number. */
export function sizeAlong(c: LayerContext, name: string): readonly [number, number] | undefined {
  const size = sizeArg(c.args, name);
  return size && isSignal(c.x) ? [1, size[1]] : size;
}

const isPair = ([top, bottom, left, right]: readonly [number, number, number, number]): boolean =>
  top === bottom && left === right;

/** The padding of a line, valid unless given; a pair is before and after a signal. */
export function paddingAlong(args: Args, signal: boolean): PaddingArg {
  const pad = paddingArg(args, 'pad') ?? { mode: 'valid' };
  return signal && pad.mode === 'sides' ? { mode: 'sides', sides: [0, 0, pad.sides[0], pad.sides[2]] } : pad;
}

/** `3x3`, or for a signal `3`. */
export const showSize = (size: readonly [number, number], signal: boolean): string =>
  signal ? `${size[1]}` : size.join('x');
