// Layers that compute nothing: a part of a value, its shape, the order of its axes.
import * as say from '../diagnostics/catalog/pieces.ts';
import * as shapes from '../diagnostics/catalog/shapes.ts';
import { emit, type Node, sizeOf } from '../ir/index.ts';
import { numberArg, shapeArg, textArg } from './args.ts';
import { type LayerContext, type LayerDef, pictureOf } from './layer.ts';

/** The axes of a picture, a signal or features by name, as axes of the whole batch. */
export const axesOf = (rank: number): Readonly<Record<string, number>> =>
  rank === 3 ? { rows: 1, columns: 2, channels: 3 } : rank === 2 ? { columns: 1, channels: 2 } : { channels: 1 };

export const slice: LayerDef = {
  name: 'slice',
  doc: 'Some channels of the picture, or some of its rows or columns: COUNT of them, from number FROM on, counted from 0. Of a signal, its values are columns; features are channels.',
  example: 'slice 0 16',
  positional: ['from', 'count'],
  required: ['from', 'count'],
  args: {
    from: { kind: 'count', min: 0, doc: 'the first one, counted from 0' },
    count: { kind: 'count', doc: 'how many' },
    axis: { kind: 'choice', choices: ['rows', 'columns', 'channels'], doc: 'of what; `channels` unless given' },
  },
  activated: false,
  build: (c) => {
    const from = numberArg(c.args, 'from') as number;
    const count = numberArg(c.args, 'count') as number;
    const what = textArg(c.args, 'axis') ?? 'channels';
    const { shape } = c.x.type;
    const axes = axesOf(shape.length - 1);
    const axis = axes[what];
    if (axis === undefined) {
      c.report(say.noSuchAxis(c.spanOf('axis'), what, pictureOf(c.x).join('x'), Object.keys(axes)));
      return undefined;
    }
    const size = shape[axis] as number;
    if (from + count > size) {
      c.report(say.sliceBeyond(c.spanOf(from < size ? 'count' : 'from'), what, from, count, size));
      return undefined;
    }
    const at = (value: number, rest: readonly number[]): number[] => rest.map((n, i) => (i === axis ? value : n));
    return emit(
      c.b,
      'slice',
      [c.x],
      {
        begin: at(
          from,
          shape.map(() => 0),
        ),
        size: at(count, shape),
      },
      c.name,
    );
  },
};

export const reshape: LayerDef = {
  name: 'reshape',
  doc: 'The same numbers in the same order (row by row, channels last) as another shape. Moves no data.',
  example: 'reshape 4x4x64',
  positional: ['shape'],
  required: ['shape'],
  args: { shape: { kind: 'shape', doc: 'height x width x channels, length x channels, or a number of features' } },
  activated: false,
  build: (c) => {
    const to = shapeArg(c.args, 'shape') as readonly number[];
    const from = pictureOf(c.x);
    const elements = sizeOf(from);
    if (sizeOf(to) !== elements) {
      const rest = sizeOf(to.slice(0, -1));
      const help =
        to.length > 1 && elements % rest === 0
          ? `${elements}/${rest} = ${elements / rest}: \`reshape ${[...to.slice(0, -1), elements / rest].join('x')}\``
          : undefined;
      c.report(say.wrongReshape(c.spanOf('shape'), from.join('x'), elements, to.join('x'), sizeOf(to), help));
      return undefined;
    }
    return emit(c.b, 'reshape', [c.x], { shape: [c.x.type.shape[0] as number, ...to] }, c.name);
  },
};

export const transpose: LayerDef = {
  name: 'transpose',
  doc: 'The axes of one picture in another order: axis i of the result is axis ORDER[i]. 0 is the height, 1 the width, 2 the channels.',
  example: 'transpose [1, 0, 2]',
  positional: ['order'],
  required: ['order'],
  args: { order: { kind: 'order', doc: 'each axis of the input once' } },
  activated: false,
  build: (c) => {
    const order = shapeArg(c.args, 'order') as readonly number[];
    const shape = pictureOf(c.x);
    const axes = shape.map((_, axis) => axis);
    if (order.length !== shape.length || !axes.every((axis) => order.includes(axis))) {
      const shown = `[${order.join(', ')}]`;
      c.report(say.wrongOrder(c.spanOf('order'), shown, shape.join('x'), shape.length, `[${axes.join(', ')}]`));
      return undefined;
    }
    return emit(c.b, 'transpose', [c.x], { perm: [0, ...order.map((axis) => axis + 1)] }, c.name);
  },
};

/** The picture as blocks of b x b: a transpose between two reshapes, which are free. */
function exchanged(c: LayerContext, split: readonly number[], shape: readonly number[]): Node {
  const blocks = emit(c.b, 'reshape', [c.x], { shape: split }, `${c.name}.blocks`);
  const turned = emit(c.b, 'transpose', [blocks], { perm: [0, 1, 3, 2, 4, 5] }, `${c.name}.turned`);
  return emit(c.b, 'reshape', [turned], { shape }, c.name);
}

/** Batch, height, width and channels of a picture; undefined after a report. */
function sizes(c: LayerContext): readonly [number, number, number, number] | undefined {
  if (c.x.type.shape.length === 4) return c.x.type.shape as unknown as readonly [number, number, number, number];
  c.report(shapes.needsPicture(c.spanOf(''), c.op, pictureOf(c.x).join('x')));
  return undefined;
}

const blockOption = { block: { kind: 'count', max: 1024, doc: 'rows and columns of a block' } } as const;

export const depthToSpace: LayerDef = {
  name: 'depth_to_space',
  doc: 'Channels become blocks of pixels: H x W x (b b C) becomes (b H) x (b W) x C; channel (i b + j) C + c goes to row i and column j of the block (TensorFlow; the pixel shuffle of Shi et al. 2016).',
  example: 'depth_to_space 2',
  positional: ['block'],
  required: ['block'],
  args: blockOption,
  activated: false,
  build: (c) => {
    const shape = sizes(c);
    if (!shape) return undefined;
    const [n, h, w, channels] = shape;
    const k = numberArg(c.args, 'block') as number;
    if (channels % (k * k) !== 0) {
      c.report(say.notDivisible(c.spanOf('block'), c.op, 'channels', channels, k * k, `${k} * ${k} = ${k * k}`));
      return undefined;
    }
    const out = channels / (k * k);
    return exchanged(c, [n, h, w, k, k, out], [n, h * k, w * k, out]);
  },
};

export const spaceToDepth: LayerDef = {
  name: 'space_to_depth',
  doc: 'Blocks of pixels become channels: H x W x C becomes (H/b) x (W/b) x (b b C), the reverse of depth_to_space.',
  example: 'space_to_depth 2',
  positional: ['block'],
  required: ['block'],
  args: blockOption,
  activated: false,
  build: (c) => {
    const shape = sizes(c);
    if (!shape) return undefined;
    const [n, h, w, channels] = shape;
    const k = numberArg(c.args, 'block') as number;
    const odd = h % k !== 0 ? (['rows', h] as const) : w % k !== 0 ? (['columns', w] as const) : undefined;
    if (odd) {
      c.report(say.notDivisible(c.spanOf('block'), c.op, odd[0], odd[1], k, `${k}`));
      return undefined;
    }
    return exchanged(c, [n, h / k, k, w / k, k, channels], [n, h / k, w / k, k * k * channels]);
  },
};

export const identity: LayerDef = {
  name: 'identity',
  doc: 'The value as it is: a branch that does nothing, or a name for a place in the model.',
  example: 'identity',
  positional: [],
  required: [],
  args: {},
  activated: false,
  build: (c) => emit(c.b, 'reshape', [c.x], { shape: c.x.type.shape }, c.name),
};
