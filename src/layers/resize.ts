// upsample and resize: pictures in another size. pad and crop: rows and columns put around them or cut off.
import * as say from '../diagnostics/catalog/pieces.ts';
import { emit, type Node, type ResizeMode } from '../ir/index.ts';
import { type ArgSpec, sidesArg, textArg } from './args.ts';
import type { LayerContext, LayerDef } from './layer.ts';
import { asPicture, asSignal, isSignal, sizeAlong, slidOver } from './signal.ts';

type Sides = readonly [number, number, number, number];

const mode: ArgSpec = {
  kind: 'choice',
  choices: ['nearest', 'bilinear'],
  doc: 'how pixels between pixels are made up: the `nearest` one again (unless given), or a `bilinear` mixture of the four around it',
};

/** Emits what `make` makes of a picture, for signals between two reshapes. */
function onPicture(c: LayerContext, make: (x: Node, id: string) => Node): Node {
  if (!isSignal(c.x)) return make(c.x, c.name);
  return asSignal(c.b, make(asPicture(c.b, c.x, c.name), `${c.name}.rows`), c.name);
}

const resized = (c: LayerContext, size: readonly [number, number]): Node => {
  const how = (textArg(c.args, 'mode') ?? 'nearest') as ResizeMode;
  return onPicture(c, (x, id) => emit(c.b, 'resize2d', [x], { size, mode: how }, id));
};

export const upsample: LayerDef = {
  name: 'upsample',
  doc: 'The picture as many times as high and wide (UpSampling2D of Keras; bilinear as align_corners=False of PyTorch). A signal takes one number.',
  example: 'upsample 2x2 bilinear',
  positional: ['factor', 'mode'],
  required: ['factor'],
  args: { factor: { kind: 'size', doc: 'how many times as high and wide, such as 2x2' }, mode },
  activated: false,
  build: (c) => {
    const shape = slidOver(c);
    if (!shape) return undefined;
    const [fy, fx] = sizeAlong(c, 'factor') as readonly [number, number];
    return resized(c, [shape[0] * fy, shape[1] * fx]);
  },
};

export const resize: LayerDef = {
  name: 'resize',
  doc: 'The picture in a given height and width, larger or smaller. Smaller pictures are sampled, not averaged (no antialiasing).',
  example: 'resize 32x32 bilinear',
  positional: ['size', 'mode'],
  required: ['size'],
  args: { size: { kind: 'size', doc: 'height and width of the result; of a signal its length' }, mode },
  activated: false,
  build: (c) => (slidOver(c) ? resized(c, sizeAlong(c, 'size') as readonly [number, number]) : undefined),
};

/** Top, bottom, left, right of a line; of a signal, a pair is before and after. */
function sidesAlong(c: LayerContext, name: string): Sides {
  const sides = sidesArg(c.args, name) as Sides;
  return isSignal(c.x) ? [0, 0, sides[0], sides[2]] : sides;
}

/** The axes that a border lies along, with their sizes and what messages call them. */
const axesOf = (c: LayerContext, [h, w]: readonly [number, number, number], s: Sides) => [
  { what: 'rows' as const, size: h, before: s[0], after: s[1] },
  { what: isSignal(c.x) ? ('values' as const) : ('columns' as const), size: w, before: s[2], after: s[3] },
];

export const pad: LayerDef = {
  name: 'pad',
  doc: 'Rows and columns around the picture: zeros, the picture mirrored (its edge not repeated: 3 2 [1 2 3] 2 1), or its edge repeated. (For zeros under a window, the option `pad` of that layer costs nothing.)',
  example: 'pad 1 reflect',
  positional: ['sides', 'mode'],
  required: ['sides'],
  args: {
    sides: { kind: 'sides', doc: 'how many: a number, a pair (rows, columns), or [top, bottom, left, right]' },
    mode: { kind: 'choice', choices: ['zero', 'reflect', 'edge'], doc: 'what they hold; `zero` unless given' },
  },
  activated: false,
  build: (c) => {
    const shape = slidOver(c);
    if (!shape) return undefined;
    const padding = sidesAlong(c, 'sides');
    const how = textArg(c.args, 'mode') ?? 'zero';
    const far = axesOf(c, shape, padding).find(({ size, before, after }) => Math.max(before, after) >= size);
    if (how === 'reflect' && far) {
      c.report(say.mirrorTooLarge(c.spanOf('sides'), Math.max(far.before, far.after), far.what, far.size));
      return undefined;
    }
    const [top, bottom, left, right] = padding;
    return onPicture(c, (x, id) =>
      how === 'reflect' || how === 'edge'
        ? emit(c.b, 'pad2d', [x], { mode: how, padding }, id)
        : emit(c.b, 'pad_zeros', [x], { before: [0, top, left, 0], after: [0, bottom, right, 0] }, id),
    );
  },
};

export const crop: LayerDef = {
  name: 'crop',
  doc: 'The picture without its outer rows and columns.',
  example: 'crop [1, 1, 2, 2]',
  positional: ['sides'],
  required: ['sides'],
  args: { sides: { kind: 'sides', doc: 'how many: a number, a pair (rows, columns), or [top, bottom, left, right]' } },
  activated: false,
  build: (c) => {
    const shape = slidOver(c);
    if (!shape) return undefined;
    const sides = sidesAlong(c, 'sides');
    const gone = axesOf(c, shape, sides).find(({ size, before, after }) => before + after >= size);
    if (gone) {
      const { what, size, before, after } = gone;
      const picture = what === 'values' ? `signal of length ${size}` : `${shape[0]}x${shape[1]} picture`;
      const text = `${size} - ${before} - ${after} = ${size - before - after} ${what}`;
      c.report(say.cropTooLarge(c.spanOf('sides'), picture, text, size - 1));
      return undefined;
    }
    const [top, bottom, left, right] = sides;
    return onPicture(c, (x, id) => {
      const [n, h, w, channels] = x.type.shape as [number, number, number, number];
      const size = [n, h - top - bottom, w - left - right, channels];
      return emit(c.b, 'slice', [x], { begin: [0, top, left, 0], size }, id);
    });
  },
};
