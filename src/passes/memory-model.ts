// What a program keeps in memory from kernel to kernel, as numbers: thousands of choices of what to compute again are tried on them.
import { isOp, type Node, opDef, sizeOf, storageOf } from '../ir/index.ts';
import { type Family, type FusedGraph, type Group, inPlaceOf, type Update } from '../schedule/index.ts';
import { align, bytesOf } from './plan-memory.ts';
import { inputsOf } from './reads.ts';

/** An element that a kernel reads or writes takes about as long as this many multiply-adds. */
const LOAD = 16;

/** A stored value. Kernels are told by their places in the program. */
export interface Value {
  readonly node: Node;
  readonly bytes: number;
  readonly maker: number;
  /** The kernels that read it, in order. */
  readonly uses: readonly number[];
  /** The last kernel that needs it before the longest time in which none does; its maker when there is none. */
  readonly lastEarly: number;
  /** May it be computed again behind that time? */
  readonly again: boolean;
}

/** A part of a kernel that makes some of its values once more. */
export interface Part {
  readonly family: Family;
  readonly nodes: readonly Node[];
  /** The values that it reads. */
  readonly inputs: readonly number[];
  /** In multiply-adds, what is read and written counted too. */
  readonly work: number;
}

export interface MemoryModel {
  readonly fused: FusedGraph;
  readonly values: readonly Value[];
  /** Of each kernel: the values that it reads and makes. */
  readonly inputs: readonly (readonly number[])[];
  readonly outputs: readonly (readonly number[])[];
  readonly work: readonly number[];
  /** Of each value: the operand whose place it may take, or -1. */
  readonly inPlace: Int32Array;
  /** What lives from the beginning to the end: the batch. */
  readonly fixed: number;
  /** Gradients of the parameters of one update lie in one block: first and last kernel, and bytes. */
  readonly blocks: readonly { readonly first: number; readonly last: number; readonly bytes: number }[];
  /** Room to count in: trying a choice leaves no garbage. */
  readonly room: { readonly made: Int32Array; readonly last: Int32Array; readonly changes: Float64Array };
  /** What makes `targets` again, all of one kernel; `kept` are those of its other values that are not made again. */
  partOf(maker: number, targets: readonly number[], kept: readonly number[]): Part;
}

/** Families that run again as they are. Sums and rows that report or update something have effects, and run once. */
const repeatable: ReadonlySet<Family> = new Set<Family>([
  'contraction',
  'depthwise',
  'window',
  'gather',
  'resize',
  'pointwise',
  'neighbours',
  'sum',
]);

const elements = (nodes: readonly Node[]): number => nodes.reduce((n, { type }) => n + sizeOf(type.shape), 0);

export function workOf(nodes: readonly Node[], inputs: readonly Node[], outputs: readonly Node[]): number {
  const multiplyAdds = nodes.reduce((n, node) => n + (opDef(node.op).multiplyAdds?.(node) ?? 0), 0);
  return multiplyAdds + LOAD * (elements(inputs) + elements(outputs));
}

/** Those of the group's nodes that `targets` need, in order; `stop` are read instead. */
function nodesFor(group: Group, targets: readonly Node[], stop: ReadonlySet<Node>): Node[] {
  const inside = new Set(group.nodes);
  const found = new Set<Node>();
  const visit = (n: Node): void => {
    if (!inside.has(n) || found.has(n) || stop.has(n)) return;
    found.add(n);
    for (const input of n.inputs) visit(storageOf(input));
  };
  targets.forEach(visit);
  return group.nodes.filter((n) => found.has(n));
}

/** The longest time without a reader: where it begins, and how long it is. */
function longestGap(maker: number, uses: readonly number[]): { from: number; length: number } {
  let best = { from: maker, length: 0 };
  let from = maker;
  for (const use of uses) {
    if (use - from > best.length) best = { from, length: use - from };
    from = use;
  }
  return best;
}

/** The model of a training program whose values all lie in the arena. `updates` are the merged ones of its groups. */
export function memoryModel(fused: FusedGraph, updates: readonly Update[]): MemoryModel {
  const { groups } = fused;
  const fixed = fused.graph.nodes
    .filter((n) => isOp(n, 'input') || isOp(n, 'labels'))
    .reduce((bytes, n) => bytes + align(bytesOf(n)), 0);
  const gradientOf = new Map<Node, number>();
  updates.forEach(({ members, apart }, update) => {
    if (!apart) for (const { gradient } of members) gradientOf.set(storageOf(gradient), update);
  });
  // 1. Every value that is stored, with its readers.
  const numbers = new Map<Node, number>();
  const made: { node: Node; maker: number; uses: number[] }[] = [];
  groups.forEach((group, at) => {
    for (const node of group.outputs) {
      numbers.set(node, made.length);
      made.push({ node, maker: at, uses: [] });
    }
  });
  const known = (nodes: readonly Node[]): number[] =>
    nodes.flatMap((n) => {
      const number = numbers.get(n);
      return number === undefined ? [] : [number];
    });
  const inputs = groups.map((g) => known(g.inputs));
  inputs.forEach((list, at) => {
    for (const v of list) (made[v] as (typeof made)[number]).uses.push(at);
  });
  const fixedOutputs = new Set(fused.graph.effects.flatMap((e) => (e.kind === 'output' ? [storageOf(e.value)] : [])));
  const values = made.map(({ node, maker, uses }): Value => {
    const { family, effects } = groups[maker] as Group;
    const gap = longestGap(maker, uses);
    const free = !gradientOf.has(node) && !fixedOutputs.has(node);
    const again = free && gap.length > 1 && repeatable.has(family) && effects.length === 0;
    const bytes = gradientOf.has(node) ? 0 : align(bytesOf(node));
    return { node, bytes, maker, uses, lastEarly: gap.from, again };
  });
  // 2. Blocks of gradients.
  const blocks = updates.map((_, update) => {
    const mine = values.filter(({ node }) => gradientOf.get(node) === update);
    return {
      first: Math.min(...mine.map((v) => v.maker)),
      last: Math.max(...mine.flatMap((v) => [v.maker, ...v.uses])),
      bytes: mine.reduce((n, v) => n + align(bytesOf(v.node)), 0),
    };
  });
  // 3. Parts of kernels, each once.
  const parts = new Map<string, Part>();
  const nodesOf = (list: readonly number[]): Node[] => list.map((v) => (values[v] as Value).node);
  const partOf = (maker: number, targets: readonly number[], kept: readonly number[]): Part => {
    const key = `${maker}:${targets.join()}:${kept.join()}`;
    const before = parts.get(key);
    if (before) return before;
    const group = groups[maker] as Group;
    const wanted = nodesOf(targets);
    const whole = nodesFor(group, wanted, new Set());
    const rest = nodesFor(group, wanted, new Set(nodesOf(kept)));
    const size = sizeOf((wanted[0] as Node).type.shape);
    const plain = rest.every((n) => opDef(n.op).pointwise === true && sizeOf(n.type.shape) === size);
    const shorter = group.family !== 'sum' && plain && rest.length < whole.length;
    const nodes = shorter ? rest : whole;
    const reads = inputsOf(nodes);
    const part: Part = {
      family: shorter ? 'pointwise' : group.family,
      nodes,
      inputs: known(reads),
      work: workOf(nodes, reads, wanted),
    };
    parts.set(key, part);
    return part;
  };
  const inPlace = new Int32Array(values.length).fill(-1);
  for (const group of groups) {
    const pair = inPlaceOf(group);
    const [output = -1, operand = -1] = pair ? [numbers.get(pair.output), numbers.get(pair.operand)] : [];
    const both = [output, operand].map((v) => values[v]?.bytes ?? 0);
    if (both[0] === both[1] && (both[0] as number) > 0) inPlace[output] = operand;
  }
  return {
    fused,
    values,
    inputs,
    outputs: groups.map((g) => known(g.outputs)),
    work: groups.map((g) => workOf(g.nodes, g.inputs, g.outputs)),
    inPlace,
    room: {
      made: new Int32Array(2 * values.length),
      last: new Int32Array(2 * values.length),
      changes: new Float64Array(2 * groups.length + 1),
    },
    fixed,
    blocks: blocks.filter((b) => b.bytes > 0),
    partOf,
  };
}
