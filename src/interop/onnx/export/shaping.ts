// What moves elements: reshapes, which follow the order that a value has in the file, transposes, which cost nothing until
// someone asks for an order, and pieces, borders and sizes of pictures.
import { isOp, type Node, type Shape } from '../../../ir/index.ts';
import { mixture } from '../../../ir/ops/resize.ts';
import { channelsFirst, groupsInPlace, groupsOf, type Placed, plainAxes, relabelled, sameOrder } from './axes.ts';
import type { Attributes, Dims } from './file.ts';
import { BATCH, dimsOf, type Writing, ZERO } from './writing.ts';

const sizes = (shape: Shape, axes: readonly number[]): Dims =>
  axes.map((axis) => (axis === 0 ? BATCH : (shape[axis] as number)));

export function reshape(w: Writing, y: Node<'reshape'>): Placed {
  const node = y as unknown as Node;
  const [x] = y.inputs as readonly [Node];
  const [from, to] = [x.type.shape, y.type.shape];
  const given = w.at(x);
  const into = (name: string, axes: readonly number[]): Placed =>
    w.place(node, { name: w.reshape(node, node.id, name, sizes(to, axes)), axes });
  if (sameOrder(from, to)) return w.place(node, given);
  const { merged } = given;
  if (merged) {
    const back = relabelled(merged.axes, merged.shape, to, groupsOf(merged.shape, to));
    if (back) return into(given.name, back);
    return into(w.arranged(x, plainAxes(from.length)), plainAxes(to.length));
  }
  const groups = groupsOf(from, to);
  const same = relabelled(given.axes, from, to, groups);
  if (same) return w.place(node, { name: given.name, axes: same });
  const order = groupsInPlace(given.axes, from, groups);
  if (order) return into(given.name, [0, ...order.flatMap((g) => g.to)]);
  if (to.length === 2) {
    const name = w.reshape(node, node.id, given.name, sizes(to, [0, 1]));
    return w.place(node, { name, axes: [0, 1], merged: { shape: from, axes: given.axes } });
  }
  // Groups in the order in which the result has its channels first, if there are several.
  const rank = channelsFirst(to.length);
  const sorted = [...groups].sort((a, b) => rank.indexOf(a.to.at(-1) as number) - rank.indexOf(b.to.at(-1) as number));
  return into(w.arranged(x, [0, ...sorted.flatMap((g) => g.from)]), [0, ...sorted.flatMap((g) => g.to)]);
}

export function transpose(w: Writing, y: Node<'transpose'>): Placed {
  const [x] = y.inputs as readonly [Node];
  const { perm } = y.attrs;
  const given = w.at(x);
  const axes = given.merged ? plainAxes(perm.length) : given.axes;
  const name = given.merged ? w.arranged(x, axes) : given.name;
  return w.place(y as unknown as Node, { name, axes: axes.map((axis) => perm.indexOf(axis)) });
}

/** A value with these axes present, in the order that it has or else with channels first. */
export function withAxes(w: Writing, x: Node, needed: readonly number[]): Placed {
  const given = w.at(x);
  if (!given.merged && needed.every((axis) => given.axes.includes(axis))) return given;
  const axes = given.merged ? plainAxes(x.type.shape.length) : channelsFirst(x.type.shape.length);
  return { name: w.arranged(x, axes), axes };
}

export function concat(w: Writing, y: Node<'concat'>): Placed {
  const node = y as unknown as Node;
  const { axis } = y.attrs;
  const lead = y.inputs.find((x) => !w.at(x).merged);
  const axes = lead ? withAxes(w, lead, [axis]).axes : plainAxes(y.type.shape.length);
  const names = y.inputs.map((x) => w.arranged(x, axes));
  return w.make('Concat', node, names, { axis: axes.indexOf(axis) }, { axes });
}

export function slice(w: Writing, y: Node<'slice'>): Placed {
  const node = y as unknown as Node;
  const [x] = y.inputs as readonly [Node];
  const { begin, size } = y.attrs;
  const cut = plainAxes(begin.length).filter((axis) => begin[axis] !== 0 || size[axis] !== x.type.shape[axis]);
  const { name, axes } = withAxes(w, x, cut);
  const along = (value: (axis: number) => number): string => w.whole(cut.map(value));
  const ends = along((axis) => (begin[axis] as number) + (size[axis] as number));
  return w.make(
    'Slice',
    node,
    [name, along((axis) => begin[axis] as number), ends, along((axis) => axes.indexOf(axis))],
    {},
    { axes },
  );
}

/** Backwards along axes: from the last element to the one before the first. */
export function reverse(w: Writing, y: Node<'reverse'>): Placed {
  const [x] = y.inputs as readonly [Node];
  const turned = y.attrs.axes;
  const { name, axes } = withAxes(w, x, turned);
  const all = (value: number): string => w.whole(turned.map(() => value));
  const inputs = [name, all(-1), all(-(2 ** 31)), w.whole(turned.map((axis) => axes.indexOf(axis))), all(-1)];
  return w.make('Slice', y as unknown as Node, inputs, {}, { axes });
}

function pad(
  w: Writing,
  node: Node,
  before: readonly number[],
  after: readonly number[],
  attributes: Attributes,
): Placed {
  const [x] = node.inputs as readonly [Node];
  const grown = plainAxes(before.length).filter((axis) => before[axis] !== 0 || after[axis] !== 0);
  const { name, axes } = withAxes(w, x, grown);
  const pads = w.whole([...axes.map((axis) => before[axis] as number), ...axes.map((axis) => after[axis] as number)]);
  const inputs = 'mode' in attributes ? [name, pads] : [name, pads, w.scalar(ZERO)];
  return w.make('Pad', node, inputs, attributes, { axes });
}

export const padZeros = (w: Writing, y: Node<'pad_zeros'>): Placed =>
  pad(w, y as unknown as Node, y.attrs.before, y.attrs.after, {});

export function padBorder(w: Writing, y: Node<'pad2d'>): Placed {
  const [top, bottom, left, right] = y.attrs.padding;
  return pad(w, y as unknown as Node, [0, top, left, 0], [0, bottom, right, 0], { mode: y.attrs.mode });
}

/** The float at or above to/from: runtimes take floor(from scale) as the size. */
function scaleOf(to: number, from: number): number {
  const bits = new Uint32Array(1);
  const scale = new Float32Array(bits.buffer);
  scale[0] = to / from;
  if ((scale[0] as number) * from < to) bits[0] = (bits[0] as number) + 1;
  return scale[0] as number;
}

/** Whole factors, up or down, are exact in floats; others are left to bilinear mixtures, where a rounding is small. */
export function resize(w: Writing, y: Node<'resize2d'>): Placed {
  const node = y as unknown as Node;
  const [x] = y.inputs as readonly [Node];
  const { size, mode } = y.attrs;
  const from = x.type.shape.slice(1, 3) as [number, number];
  const axes = [0, 3, 1, 2];
  const up = size.every((n, i) => n % (from[i] as number) === 0);
  const down = size.every((n, i) => (from[i] as number) % n === 0);
  if (mode === 'bilinear' || up || down) {
    const how: Attributes =
      mode === 'bilinear'
        ? { mode: 'linear', coordinate_transformation_mode: 'half_pixel' }
        : {
            mode: 'nearest',
            coordinate_transformation_mode: 'asymmetric',
            nearest_mode: up ? 'floor' : 'round_prefer_floor',
          };
    const scales = w.tensor(
      `${node.id}.scales`,
      [4],
      Float32Array.of(1, 1, ...size.map((n, i) => scaleOf(n, from[i] as number))),
    );
    return w.make('Resize', node, [w.arranged(x, axes), '', scales], how, { axes });
  }
  // Other factors round differently from runtime to runtime: the places are named one by one.
  const dims = [...dimsOf(x, { axes })];
  let at = w.arranged(x, axes);
  const changed = ([0, 1] as const).filter((axis) => size[axis] !== from[axis]);
  changed.forEach((axis, i) => {
    const indices = Array.from(
      { length: size[axis] },
      (_, o) => (mixture('nearest', o, from[axis], size[axis])[0] as readonly [number, number])[0],
    );
    dims[axis + 2] = size[axis];
    const attributes = { axis: axis + 2 };
    if (i === changed.length - 1) at = w.make('Gather', node, [at, w.whole(indices)], attributes, { axes }).name;
    else at = w.step('Gather', node, 'rows', [at, w.whole(indices)], attributes, dims);
  });
  return w.at(node);
}

/** Blocks of pixels to channels and back: what `depth_to_space` and `space_to_depth` are made of, as one operator. */
export function blocks(w: Writing, y: Node): { readonly x: Node; emit(): Placed } | undefined {
  const turned = y.inputs[0];
  const split = turned?.inputs[0];
  const x = split?.inputs[0];
  if (!isOp(y, 'reshape') || !turned || !split || !x || !isOp(turned, 'transpose') || !isOp(split, 'reshape'))
    return undefined;
  if (turned.attrs.perm.join() !== '0,1,3,2,4,5' || w.only(turned as unknown as Node) !== (y as unknown as Node))
    return undefined;
  if (w.only(split as unknown as Node) !== (turned as unknown as Node) || w.isKnown(x)) return undefined;
  const [n, a, b, c, d, e] = split.type.shape as [number, number, number, number, number, number];
  const [from, to] = [x.type.shape.join(), y.type.shape.join()];
  const axes = [0, 3, 1, 2];
  const made = (op: string, block: number, attributes: Attributes) => ({
    x,
    emit: () => w.make(op, y as unknown as Node, [w.arranged(x, axes)], { blocksize: block, ...attributes }, { axes }),
  });
  if (c === d && from === [n, a, b, c * d * e].join() && to === [n, a * c, b * d, e].join())
    return made('DepthToSpace', c, { mode: 'DCR' });
  if (b === d && from === [n, a * b, c * d, e].join() && to === [n, a, c, b * d * e].join())
    return made('SpaceToDepth', b, {});
  return undefined;
}

export function sum(w: Writing, y: Node<'sum'>): Placed {
  const [x] = y.inputs as readonly [Node];
  const { axes: over } = y.attrs;
  const present = withAxes(w, x, over);
  const at = over.map((axis) => present.axes.indexOf(axis)).sort((a, b) => a - b);
  const kept = plainAxes(x.type.shape.length).filter((axis) => !over.includes(axis));
  const axes = present.axes.filter((axis) => !over.includes(axis)).map((axis) => kept.indexOf(axis));
  return w.make('ReduceSum', y as unknown as Node, [present.name, w.whole(at)], { keepdims: 0 }, { axes });
}

/** Axes that the graph repeats a value along. */
export function broadcast(w: Writing, y: Node<'broadcast'>): Placed {
  const node = y as unknown as Node;
  const [x] = y.inputs as readonly [Node];
  const { shape, axes: over } = y.attrs;
  const plain = plainAxes(shape.length);
  const dims = plain.map((axis) => (axis === 0 ? BATCH : over.includes(axis) ? 1 : (shape[axis] as number)));
  const apart = w.reshape(node, `${node.id}.apart`, w.arranged(x, plainAxes(x.type.shape.length)), dims);
  const to = w.whole(plain.map((axis) => (over.includes(axis) ? (shape[axis] as number) : 1)));
  return w.make('Expand', node, [apart, to], {}, { axes: plain });
}
