// The file while it is written: nodes, initializers and the places of values, and how a value comes in another order of axes.
import { type Graph, isOp, type Node, opDef, referenceOf, type Shape, sizeOf, type Tensor } from '../../../ir/index.ts';
import { channelsFirst, featuresOf, type Merged, type Placed, permuted, plainAxes, sameOrder, solid } from './axes.ts';
import type { Attributes, Dims, FileNode, FileTensor } from './file.ts';

/** The batch, in dimensions. */
export const BATCH = 'N';

type Numbers = Float32Array | Float64Array;

export interface Writing {
  readonly opset: number;
  readonly nodes: FileNode[];
  readonly tensors: Map<string, FileTensor>;
  /** Dimensions of every computed value by name. */
  readonly dims: Map<string, Dims>;
  /** Does the node depend on weights and constants only? */
  isKnown(node: Node): boolean;
  numbersOf(node: Node): { readonly shape: Shape; readonly data: Numbers };
  /** The only reader of a value that is no output; undefined where there are others. */
  only(node: Node): Node | undefined;
  /** Features that are best made in the order in which a picture of them is wanted. */
  readonly wanted: Map<Node, Merged>;
  place(node: Node, placed: Placed): Placed;
  at(node: Node): Placed;
  /** The value with exactly these axes in this order. */
  arranged(node: Node, axes: readonly number[]): string;
  /** The value with its channels behind the batch, if need be; axes of size 1 that are left out stay so. */
  first(node: Node): Placed;
  /** A node whose output is the value of `node`. */
  make(op: string, node: Node, inputs: readonly string[], attributes: Attributes, where: Omit<Placed, 'name'>): Placed;
  /** A node on the way to the value of `node`; gives its output. */
  step(op: string, node: Node, suffix: string, inputs: readonly string[], attributes: Attributes, dims: Dims): string;
  reshape(node: Node, id: string, from: string, dims: Dims): string;
  /** A float initializer. Names that are taken get a suffix. */
  tensor(name: string, dims: readonly number[], values: Float32Array): string;
  /** Numbers of a known node with its axes in another order, and perhaps other dimensions. */
  weights(node: Node, perm?: readonly number[], dims?: readonly number[]): string;
  /** Numbers of a known node, one a feature of a merged value. */
  features(node: Node, merged: Merged | undefined): string;
  scalar(value: number): string;
  whole(values: readonly number[]): string;
}

/**
 * What zeros around a picture are written as. onnxruntime merges a Pad of +0 into the pool behind it, whose padding never
 * wins or counts, and refuses the pool where that is wider than its window; it looks at the bits, and leaves this alone.
 */
export const ZERO = -0;

/** Dimensions of a node's value in a place. */
export const dimsOf = (node: Node, { axes }: Omit<Placed, 'name'>): Dims =>
  axes.map((axis) => (axis === 0 ? BATCH : (node.type.shape[axis] as number)));

/** What parameters hold: every one of the graph. */
export type Values = ReadonlyMap<string, Float32Array>;

const single = (data: Numbers): Float32Array => (data instanceof Float32Array ? data : Float32Array.from(data));

/** `line 5: conv 6 5x5 tanh`, for viewers. */
function docOf({ layer }: Node): string {
  if (!layer) return '';
  const { source, start } = layer.span;
  const from = source.text.lastIndexOf('\n', start - 1) + 1;
  const end = source.text.indexOf('\n', start);
  const text = source.text.slice(from, end < 0 ? undefined : end).trim();
  return `line ${source.text.slice(0, start).split('\n').length}: ${text}`;
}

export function writing(graph: Graph, values: Values, opset: number): Writing {
  const nodes: FileNode[] = [];
  const tensors = new Map<string, FileTensor>();
  const dims = new Map<string, Dims>();
  const makers = new Map<string, FileNode>();
  const placed = new Map<Node, Placed>();
  const arrangements = new Map<string, string>();
  const initializers = new Map<string, string>();
  const taken = new Set<string>(['input']);
  const numbers = new Map<Node, { shape: Shape; data: Numbers }>();

  const unique = (name: string): string => {
    let free = name;
    for (let i = 2; taken.has(free); i++) free = `${name}.${i}`;
    taken.add(free);
    return free;
  };
  const titles = new Set<string>();
  const title = (node: Node, op: string): string => {
    const name = `${node.layer?.name ?? node.id}/${op}`;
    let free = name;
    for (let i = 2; titles.has(free); i++) free = `${name}_${i}`;
    titles.add(free);
    return free;
  };

  const known = new Set<Node>();
  const readers = new Map<Node, Node[]>();
  for (const node of graph.nodes) {
    const given = isOp(node, 'parameter') || isOp(node, 'constant');
    if (given || (node.inputs.length > 0 && node.inputs.every((n) => known.has(n)))) known.add(node);
    for (const n of node.inputs) readers.set(n, [...(readers.get(n) ?? []), node]);
  }
  const outputs = new Set(graph.effects.map((e) => e.value));

  const write = (op: string, node: Node, inputs: readonly string[], attributes: Attributes, id: string, size: Dims) => {
    const output = unique(id);
    const made = { name: title(node, op), op, inputs, output, attributes, doc: docOf(node) };
    nodes.push(made);
    makers.set(output, made);
    dims.set(output, size);
    return output;
  };

  const w: Writing = {
    opset,
    nodes,
    tensors,
    dims,
    wanted: new Map(),
    isKnown: (node) => known.has(node),
    numbersOf(node) {
      const before = numbers.get(node);
      if (before) return before;
      const { shape } = node.type;
      const computed = (): Numbers => {
        if (isOp(node, 'parameter')) {
          const given = values.get(node.id);
          if (!given) throw new Error(`no values of %${node.id}`);
          return given;
        }
        const inputs = node.inputs.map((n) => w.numbersOf(n));
        if (isOp(node, 'reshape')) return (inputs[0] as { data: Numbers }).data;
        const doubles = inputs.map((t): Tensor => ({ shape: t.shape, data: Float64Array.from(t.data) }));
        return referenceOf(opDef(node.op))(doubles, node.attrs as never, node.type, { step: new Map() });
      };
      const made = { shape, data: computed() };
      numbers.set(node, made);
      return made;
    },
    only(node) {
      const [first, second] = readers.get(node) ?? [];
      return first && !second && !outputs.has(node) ? first : undefined;
    },
    place(node, where) {
      placed.set(node, where);
      return where;
    },
    at(node) {
      const where = placed.get(node);
      if (!where) throw new Error(`%${node.id} is not in the file yet`);
      return where;
    },
    arranged(node, axes) {
      const { name, axes: now, merged } = w.at(node);
      const { shape } = node.type;
      if (!merged && sameOrder(now, axes)) return name;
      const key = `${name} ${axes.join()}`;
      const before = arrangements.get(key);
      if (before !== undefined) return before;
      const wantedDims = dimsOf(node, { axes });
      let at = name;
      if (merged) {
        const sizes = (order: readonly number[]): Dims =>
          order.map((axis) => (axis === 0 ? BATCH : (merged.shape[axis] as number)));
        const apart = w.reshape(node, `${node.id}.picture`, name, sizes(merged.axes));
        const perm = plainAxes(merged.shape.length)
          .map((axis) => merged.axes.indexOf(axis))
          .filter((i) => i >= 0);
        const turned = w.step(
          'Transpose',
          node,
          'channels_last',
          [apart],
          { perm },
          sizes(perm.map((i) => merged.axes[i] as number)),
        );
        at = w.reshape(node, `${node.id}.features`, turned, wantedDims);
      } else if (sameOrder(solid(now, shape), solid(axes, shape))) {
        at = w.reshape(node, `${node.id}.shaped`, name, wantedDims);
      } else {
        const target = [...axes.filter((axis) => now.includes(axis)), ...now.filter((axis) => !axes.includes(axis))];
        const perm = target.map((axis) => now.indexOf(axis));
        const suffix = sameOrder(axes, channelsFirst(shape.length))
          ? 'channels_first'
          : sameOrder(axes, plainAxes(shape.length))
            ? 'channels_last'
            : 'turned';
        at = w.step('Transpose', node, suffix, [name], { perm }, dimsOf(node, { axes: target }));
        if (!sameOrder(target, axes)) at = w.reshape(node, `${node.id}.shaped`, at, wantedDims);
      }
      arrangements.set(key, at);
      return at;
    },
    first(node) {
      const { name, axes, merged } = w.at(node);
      const { shape } = node.type;
      const last = shape.length - 1;
      const kept = channelsFirst(shape.length).filter((axis) => axis === 0 || axis === last || axes.includes(axis));
      if (merged || sameOrder(axes, kept)) return { name, axes, ...(merged ? { merged } : {}) };
      return { name: w.arranged(node, kept), axes: kept };
    },
    make(op, node, inputs, attributes, where) {
      const name = write(op, node, inputs, attributes, node.id, dimsOf(node, where));
      return w.place(node, { name, ...where });
    },
    step: (op, node, suffix, inputs, attributes, size) =>
      write(op, node, inputs, attributes, `${node.id}.${suffix}`, size),
    reshape(node, id, from, size) {
      // A reshape of a reshape is one of what was before.
      let source = from;
      for (let maker = makers.get(source); maker && /^(Reshape|Flatten)$/.test(maker.op); maker = makers.get(source))
        source = maker.inputs[0] as string;
      if (dims.get(source)?.join() === size.join()) return source;
      if (size.length === 2 && size[0] === BATCH) return write('Flatten', node, [source], { axis: 1 }, id, size);
      return write(
        'Reshape',
        node,
        [source, w.whole(size.map((d) => (d === BATCH ? 0 : (d as number))))],
        {},
        id,
        size,
      );
    },
    tensor(name, size, data) {
      const free = unique(name);
      tensors.set(free, { name: free, dims: size, values: data });
      return free;
    },
    weights(node, perm, size) {
      const { shape, data } = w.numbersOf(node);
      const order = perm ?? plainAxes(shape.length);
      const into = size ?? order.map((axis) => shape[axis] as number);
      const key = `${node.id} ${order.join()} ${into.join('x')}`;
      const before = initializers.get(key);
      if (before !== undefined) return before;
      const made = w.tensor(weightName(node), into, single(permuted(data, shape, order)));
      initializers.set(key, made);
      return made;
    },
    features(node, merged) {
      if (!merged) return w.weights(node);
      const key = `${node.id} ${merged.shape.join('x')} ${merged.axes.join()}`;
      const before = initializers.get(key);
      if (before !== undefined) return before;
      const { shape, data } = w.numbersOf(node);
      const made = w.tensor(
        weightName(node),
        shape,
        Float32Array.from(featuresOf(merged), (i) => data[i] as number),
      );
      initializers.set(key, made);
      return made;
    },
    scalar(value) {
      const key = `scalar ${value} ${Object.is(value, -0)}`;
      const before = initializers.get(key);
      if (before !== undefined) return before;
      const name = Object.is(value, -0) ? '-0' : String(Number(value.toPrecision(7)));
      const made = w.tensor(name, [], Float32Array.of(value));
      initializers.set(key, made);
      return made;
    },
    whole(list) {
      const key = `whole ${list.join()}`;
      const before = initializers.get(key);
      if (before !== undefined) return before;
      const name = unique(`[${list.join(', ')}]`);
      tensors.set(name, { name, dims: [list.length], values: BigInt64Array.from(list.map(BigInt)) });
      initializers.set(key, name);
      return name;
    },
  };
  return w;
}

/** A weight is called as in the weights file, whatever was done to it. */
function weightName(node: Node): string {
  let at = node;
  while ((isOp(at, 'reshape') || isOp(at, 'reverse')) && at.inputs[0]) at = at.inputs[0];
  return isOp(at, 'constant') && sizeOf(at.type.shape) === 1 ? String(at.attrs.values[0]) : at.id;
}
