// Elementwise work inside a kernel: the lines that compute nodes for the element (or four) at hand and store results.
import { broadcastStrides } from '../../ir/broadcast.ts';
import { isOp, isTextConstant, type Node, type Shape, sameShape, sizeOf, storageOf } from '../../ir/index.ts';
import { asFloats, asStored, type Bindings } from '../kernel.ts';
import { f32, ident, join, nothing, u32, type Wgsl, wgsl } from '../wgsl.ts';
import { type FunctionName, functionTexts } from './functions.ts';
import { isPointwise, pointwiseTable } from './pointwise-table.ts';

/** Where the element stands: names that the kernel has declared. */
export interface Place {
  /** Flat index in elements of T (in fours for vec4f). */
  readonly index: Wgsl;
  /** Index in the last dimension, in elements of T. */
  readonly column: Wgsl;
  /** 1, or 4 when T is vec4f. */
  readonly width: 1 | 4;
  readonly shape: Shape;
}

/** Reads `width` neighbours of a bound value at index `at` (counted in `width`s), however it is declared. */
export function load(b: Bindings, node: Node, at: Wgsl, width: 1 | 4, access: 'read' | 'read_write'): Wgsl {
  // Classes are whole numbers; they are read one by one and used as floats, exact up to 2^24.
  if (node.type.dtype === 'u32') return wgsl`f32(${b.use(node, 'u32', access)}[${at}])`;
  const name = b.use(node, width === 4 && sizeOf(node.type.shape) % 4 === 0 ? 'vec4f' : 'f32', access);
  const element = b.elementOf(node);
  if (width === 4) {
    if (element === 'vec4f') return asFloats(node, wgsl`${name}[${at}]`, 4);
    const four = [0, 1, 2, 3].map((i) => asFloats(node, wgsl`${name}[(${at}) * 4u + ${u32(i)}]`, 1));
    return wgsl`vec4f(${join(four, ', ')})`;
  }
  return asFloats(node, element === 'vec4f' ? wgsl`${name}[(${at}) / 4u][(${at}) % 4u]` : wgsl`${name}[${at}]`, 1);
}

/** The shape in which an operand repeats to its user's: aligned at the end, except for an explicit broadcast and classes. */
function shapeFor(user: Node, operand: Node): Shape {
  if (isOp(user, 'one_hot')) return [...operand.type.shape, 1];
  if (!isOp(user, 'broadcast')) return operand.type.shape;
  const { shape, axes } = user.attrs;
  return shape.map((n, axis) => (axes.includes(axis) ? 1 : n));
}

/** One of a few numbers, a column each: as text, so that nothing is loaded. */
function byColumn(values: readonly number[], { column, width, shape }: Place): Wgsl {
  if (values.length !== shape[shape.length - 1])
    throw new Error(`${values.length} constants for ${shape[shape.length - 1]} columns`);
  const choices = Array.from({ length: values.length / width }, (_, i): Wgsl => {
    const own = values.slice(width * i, width * (i + 1));
    return own.every((v) => v === own[0])
      ? wgsl`T(${f32(own[0] as number)})`
      : wgsl`vec4f(${join(own.map(f32), ', ')})`;
  });
  const last = choices.at(-1) as Wgsl;
  if (choices.every((c) => c.wgsl === last.wgsl)) return last;
  return choices
    .slice(0, -1)
    .reduceRight((rest, value, i) => wgsl`select(${rest}, ${value}, ${column} == ${u32(i)})`, last);
}

/** The operand of an elementwise operation as an expression of type T; `shape` (see shapeFor) broadcasts. */
function operand(
  b: Bindings,
  node: Node,
  shape: Shape,
  place: Place,
  access: (n: Node) => 'read' | 'read_write',
): Wgsl {
  if (isOp(node, 'constant') && sizeOf(shape) === 1) return wgsl`T(${f32(node.attrs.values[0] as number)})`;
  if (isOp(node, 'step')) {
    const value = b.step(node.attrs.field);
    return node.type.dtype === 'u32' ? value : wgsl`T(${value})`;
  }
  const storage = storageOf(node);
  if (isTextConstant(storage)) return byColumn(storage.attrs.values, place);
  const mode = access(storage);
  if (sizeOf(shape) === 1) return wgsl`T(${load(b, storage, u32(0), 1, mode)})`;
  if (sameShape(shape, place.shape)) return load(b, storage, place.index, place.width, mode);
  const last = place.shape[place.shape.length - 1];
  if (sizeOf(shape) === last && shape[shape.length - 1] === last)
    return load(b, storage, place.column, place.width, mode);
  // Any other broadcast: the index is put together from the coordinates.
  const strides = broadcastStrides(shape, place.shape);
  const whole = shape[shape.length - 1] === last && node.type.dtype !== 'u32';
  const width = whole ? place.width : 1;
  const terms: Wgsl[] = [];
  let below = 1;
  for (let axis = place.shape.length - 1; axis >= 0; axis--) {
    const n = place.shape[axis] as number;
    const stride = strides[axis] as number;
    const inner = axis === place.shape.length - 1;
    const step = inner ? 1 : below / place.width;
    const extent = inner ? n / place.width : n;
    if (stride !== 0 && n > 1)
      terms.push(
        wgsl`(${place.index}) / ${u32(Math.max(1, step))} % ${u32(extent)} * ${u32(inner ? stride : stride / width)}`,
      );
    below *= n;
  }
  const value = load(b, storage, terms.length === 0 ? u32(0) : join(terms, ' + '), width, mode);
  return width === place.width ? value : wgsl`T(${value})`;
}

/** Those of the `nodes` that `targets` are or need, in order; those that `stop` are known and left out. */
export function within(nodes: readonly Node[], targets: readonly Node[], stop: (n: Node) => boolean): Node[] {
  const inside = new Set(nodes);
  const found = new Set<Node>();
  const visit = (n: Node): void => {
    if (!inside.has(n) || stop(n) || found.has(n)) return;
    for (const input of n.inputs) visit(storageOf(input));
    found.add(n);
  };
  targets.forEach(visit);
  return [...found];
}

/** The same place seen as another shape of as many elements. */
function placeIn(shape: Shape, place: Place): Place {
  if (sameShape(shape, place.shape)) return place;
  const last = shape[shape.length - 1] ?? 1;
  const same = last === place.shape[place.shape.length - 1];
  if (place.width === 4 && last % 4 !== 0) throw new Error(`fours of ${last} columns`);
  return { ...place, shape, column: same ? place.column : wgsl`(${place.index}) % ${u32(last / place.width)}` };
}

/** Names of the values at a place, and the lines that make them. */
export interface Computed {
  readonly lines: readonly Wgsl[];
  /** A node's value: computed here, known, or loaded. */
  readonly value: (node: Node) => Wgsl;
}

/** Computes elementwise nodes, whose shapes may differ as long as they have as many elements as the place's. */
export function compute(
  b: Bindings,
  nodes: readonly Node[],
  known: ReadonlyMap<Node, Wgsl>,
  place: Place,
  access: (n: Node) => 'read' | 'read_write',
  suffix: Wgsl = nothing,
): Computed {
  const values = new Map(known);
  const lines: Wgsl[] = [];
  for (const node of nodes) {
    if (values.has(node)) continue;
    if (!isPointwise(node.op)) throw new Error(`%${node.id}: ${node.op} is not elementwise`);
    const here = placeIn(node.type.shape, place);
    const args = node.inputs.map(
      (n) => values.get(n) ?? values.get(storageOf(n)) ?? operand(b, n, shapeFor(node, n), here, access),
    );
    const name = wgsl`${ident(`${node.id}_v`)}${suffix}`;
    lines.push(wgsl`let ${name} = ${pointwiseTable[node.op].of(args, node, place.index, here)};`);
    values.set(node, name);
  }
  const value = (n: Node): Wgsl =>
    values.get(n) ?? values.get(storageOf(n)) ?? operand(b, n, n.type.shape, placeIn(n.type.shape, place), access);
  return { lines, value };
}

/**
 * The lines for `nodes`. `known` names values that are in registers already (a root's result, say). Values of
 * `outputs` are stored at the place.
 */
export function epilogue(
  b: Bindings,
  nodes: readonly Node[],
  outputs: readonly Node[],
  known: ReadonlyMap<Node, Wgsl>,
  place: Place,
  access: (n: Node) => 'read' | 'read_write',
  suffix: Wgsl = nothing,
): Wgsl {
  const { lines, value } = compute(b, nodes, known, place, access, suffix);
  const stores = outputs.map((node) => store(b, node, place.index, value(node), place.width));
  return { wgsl: [...lines, ...stores].map((l) => l.wgsl).join('\n') };
}

/** Writes T at `at`; an output that is also read elsewhere in the kernel keeps its declaration. */
export function store(b: Bindings, node: Node, at: Wgsl, value: Wgsl, width: 1 | 4): Wgsl {
  if (node.type.dtype === 'u32') return wgsl`${b.use(node, 'u32', 'read_write')}[${at}] = u32(${value});`;
  const name = b.use(node, width === 4 ? 'vec4f' : 'f32', 'read_write');
  if (width === 1 && b.elementOf(node) === 'vec4f')
    throw new Error(`%${node.id} is stored one by one but declared in fours`);
  return wgsl`${name}[${at}] = ${asStored(node, value, width)};`;
}

/** Functions that the nodes' expressions call. */
export const helpers = (nodes: readonly Node[], width: 1 | 4, more: readonly FunctionName[] = []): Wgsl => ({
  wgsl: functionTexts(
    [...more, ...nodes.flatMap((n) => (isPointwise(n.op) ? (pointwiseTable[n.op].functions?.(n) ?? []) : []))],
    width,
  )
    .map((text) => text.wgsl)
    .join('\n'),
});
