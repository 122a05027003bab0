// maxpool and avgpool: windows that keep the largest, or the mean. global_maxpool and global_avgpool: one of the whole picture.
import * as say from '../diagnostics/catalog/shapes.ts';
import { emit, type Node } from '../ir/index.ts';
import { type ArgSpec, flagArg } from './args.ts';
import { type LayerContext, type LayerDef, pictureOf } from './layer.ts';
import { asPicture, asSignal, isSignal, paddingAlong, sizeAlong, slidOver } from './signal.ts';
import { padAxis, windowAttrs, windowOptions } from './windows.ts';

type Size2 = readonly [number, number];

const ceil: ArgSpec = {
  kind: 'flag',
  doc: 'rounds the number of windows up: the last one may reach beyond the picture, where nothing counts (as ceil_mode of PyTorch)',
};
const includePad: ArgSpec = {
  kind: 'flag',
  doc: 'the zeros of `pad` count in the mean (as count_include_pad of PyTorch; Keras leaves them out)',
};

const pool = (name: 'maxpool' | 'avgpool', doc: string, options: Readonly<Record<string, ArgSpec>>): LayerDef => ({
  name,
  doc,
  example: `${name} 2x2`,
  positional: ['window'],
  required: ['window'],
  args: {
    window: { kind: 'size', doc: 'height and width of a window, such as 2x2; of a signal one number' },
    ...windowOptions,
    ...options,
  },
  activated: false,
  build: (c) => {
    const size = slidOver(c);
    if (!size) return undefined;
    const window = sizeAlong(c, 'window') as Size2;
    const attrs = windowAttrs(c, 'window', window, window, true);
    if (!attrs) return undefined;
    const signal = isSignal(c.x);
    const x = asPicture(c.b, c.x, c.name);
    const id = signal ? `${c.name}.pool` : c.name;
    const y =
      name === 'maxpool'
        ? emit(c.b, 'maxpool2d', [x], { window, ...attrs }, id)
        : emit(c.b, 'avgpool2d', [x], { window, ...attrs, ...counted(c, size, window, attrs) }, id);
    return signal ? asSignal(c.b, y, c.name) : y;
  },
});

/** The padding of the line, which `ceil` may have added to, where it counts in the mean. */
function counted(
  c: LayerContext,
  [h, w]: readonly [number, number, number],
  window: Size2,
  { stride, dilation }: { readonly stride: Size2; readonly dilation: Size2 },
): { readonly counted?: readonly [number, number, number, number] } {
  if (!flagArg(c.args, 'include_pad')) return {};
  const pad = paddingAlong(c.args, isSignal(c.x));
  const rows = padAxis(pad, 0, h, window[0], stride[0], dilation[0]);
  const columns = padAxis(pad, 1, w, window[1], stride[1], dilation[1]);
  const sides = [...rows, ...columns] as const;
  return sides.some((p) => p > 0) ? { counted: sides } : {};
}

export const maxpool = pool(
  'maxpool',
  'The largest value of each window and channel; padding never wins. The stride is the window unless given: o = floor((i + 2p - k)/s) + 1. On a signal, `maxpool 2`.',
  { ceil },
);
export const avgpool = pool(
  'avgpool',
  'The mean of each window and channel, over what lies inside the picture. The stride is the window unless given. On a signal, `avgpool 4 stride 2`.',
  { ceil, include_pad: includePad },
);

const global = (
  name: 'global_avgpool' | 'global_maxpool',
  doc: string,
  of: (c: LayerContext, x: Node, id: string) => Node,
): LayerDef => ({
  name,
  doc,
  example: name,
  positional: [],
  required: [],
  args: { keep: { kind: 'flag', doc: 'a picture of one pixel, 1x1xC, instead of C features; of a signal, 1xC' } },
  activated: false,
  build: (c) => {
    const rank = pictureOf(c.x).length;
    if (rank !== 2 && rank !== 3) {
      c.report(say.needsPicture(c.spanOf(''), name, pictureOf(c.x).join('x')));
      return undefined;
    }
    const keep = flagArg(c.args, 'keep');
    const y = of(c, c.x, keep ? `${c.name}.features` : c.name);
    const [n, channels] = y.type.shape as [number, number];
    const ones = new Array<number>(rank - 1).fill(1);
    return keep ? emit(c.b, 'reshape', [y], { shape: [n, ...ones, channels] }, c.name) : y;
  },
});

export const globalAvgpool = global(
  'global_avgpool',
  'The mean of each channel over the whole picture, or along the whole signal: H x W x C becomes C features.',
  (c, x, id) => {
    const places = pictureOf(x).slice(0, -1);
    const total = emit(c.b, 'sum', [x], { axes: places.map((_, i) => i + 1) }, `${id}.sum`);
    return emit(c.b, 'mul', [total, c.b.scalar(1 / places.reduce((a, b) => a * b, 1))], {}, id);
  },
);

export const globalMaxpool = global(
  'global_maxpool',
  'The largest value of each channel in the whole picture, or of the whole signal: H x W x C becomes C features.',
  (c, given, id) => {
    const x = asPicture(c.b, given, c.name);
    const [n, h, w, channels] = x.type.shape as [number, number, number, number];
    const attrs = { window: [h, w], stride: [h, w], padding: [0, 0, 0, 0], dilation: [1, 1] } as const;
    const y = emit(c.b, 'maxpool2d', [x], attrs, `${id}.pool`);
    return emit(c.b, 'reshape', [y], { shape: [n, channels] }, id);
  },
);
