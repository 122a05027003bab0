// Where every value lies: parameters and slots side by side in one order, the gradients of each update in the same; all
// else in an arena by liveness.
import type { BufferRole, View } from '../../runtime/plan.ts';
import { isOp, type Node, sizeOf, storageOf } from '../ir/index.ts';
import { type Group, inPlaceOf, type MemoryPlan, type ParameterLayout, type Update } from '../schedule/index.ts';

/** Offsets of bindings are multiples of this on every adapter. */
export const ALIGNMENT = 256;
export const align = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
/** Bytes that a value takes; those of a parameter in fewer bits are filled up to whole words. */
export const bytesOf = (node: Node): number => {
  const stored = isOp(node, 'parameter') ? node.attrs.stored : undefined;
  const each = stored === 'f16' ? 2 : stored === 'i8' ? 1 : 4;
  return Math.ceil((each * sizeOf(node.type.shape)) / 4) * 4;
};

/**
 * Lays out the parameters: those of one update side by side, updates with more slots first, then those that no update
 * changes.
 */
export function layOutParameters(parameters: readonly Node[], updates: readonly Update[]): ParameterLayout {
  const offsets = new Map<string, number>();
  let end = 0;
  const put = (node: Node): void => {
    offsets.set(node.id, end);
    end += align(bytesOf(node));
  };
  let slotBytes = 0;
  const ranges = updates.map(({ members }) => {
    const offset = end;
    for (const { parameter } of members) put(parameter);
    if ((members[0]?.slots.length ?? 0) > 0) slotBytes = end;
    return { offset, bytes: end - offset };
  });
  for (const node of parameters) if (!offsets.has(node.id)) put(node);
  return { offsets, bytes: end, ranges, slotBytes };
}

/** A block of bytes that is needed from one group to another, both included. */
interface Block {
  readonly name: string;
  readonly bytes: number;
  first: number;
  last: number;
}

/**
 * Places all values of one program. The input, the labels and the outputs come first and stay, at the same place in all
 * programs: a batch can be loaded before any of them runs, and the output read after. Larger blocks are placed first, each at the lowest offset that is free
 * for as long as it lives (greedy by size, Pisarchyk & Lee 2020). `labelBytes` is the size of the labels of any program.
 */
export function planMemory(
  groups: readonly Group[],
  updates: readonly Update[],
  outputs: readonly Node[],
  leaves: readonly Node[],
  layout: ParameterLayout,
  labelBytes: number,
): MemoryPlan {
  const places = new Map<Node, View>();
  const place = (node: Node, buffer: BufferRole, offset: number): void =>
    void places.set(node, { buffer, offset, bytes: bytesOf(node) });
  // 1. Leaves that have places of their own, and outputs. A program without labels leaves their place empty.
  let fixed = 0;
  const fix = (node: Node): void => {
    place(node, 'arena', fixed);
    fixed += align(bytesOf(node));
  };
  const input = leaves.find((n) => isOp(n, 'input'));
  const labels = leaves.find((n) => isOp(n, 'labels'));
  if (input) fix(input);
  if (labels) fix(labels);
  else fixed += align(labelBytes);
  for (const node of new Set(outputs.map(storageOf))) if (groups.some((g) => g.outputs.includes(node))) fix(node);
  const slotOf = new Map(updates.flatMap((u) => u.members.flatMap((m) => m.slots.map((node, slot) => [node, slot]))));
  for (const node of leaves) {
    if (isOp(node, 'parameter')) place(node, 'parameters', layout.offsets.get(node.id) as number);
    else if (isOp(node, 'state')) {
      const slot = slotOf.get(node) ?? 0;
      place(node, 'state', slot * layout.slotBytes + (layout.offsets.get((node as Node<'state'>).attrs.of) as number));
    }
  }
  // 2. How long each value lives. Gradients of the parameters of one update form one block, in their order.
  const blocks = new Map<Node, Block>();
  const gradientBlocks = updates.map(
    (_, i): Block => ({
      name: `gradients ${i}`,
      bytes: layout.ranges[i]?.bytes ?? 0,
      first: Number.POSITIVE_INFINITY,
      last: -1,
    }),
  );
  const gradientOf = new Map<Node, { readonly parameter: Node; readonly update: number }>();
  updates.forEach(({ members, apart }, update) => {
    if (apart) return;
    for (const { parameter, gradient } of members) {
      const known = gradientOf.get(storageOf(gradient));
      if (known) throw new Error(`%${gradient.id} is the gradient of %${known.parameter.id} and of %${parameter.id}`);
      gradientOf.set(storageOf(gradient), { parameter, update });
    }
  });
  groups.forEach((group, at) => {
    for (const node of group.outputs) {
      if (places.has(node)) continue;
      const gradient = gradientOf.get(node);
      const own = gradient && gradientBlocks[gradient.update];
      const block = own ?? { name: node.id, bytes: align(bytesOf(node)), first: at, last: at };
      block.first = Math.min(block.first, at);
      blocks.set(node, block);
    }
    for (const node of group.inputs) {
      const block = blocks.get(node);
      if (block) block.last = Math.max(block.last, at);
    }
  });
  // 3. A result in the place of an operand that ends there: one block from then on.
  groups.forEach((group, at) => {
    const pair = inPlaceOf(group);
    const [from, to] = [pair && blocks.get(pair.operand), pair && blocks.get(pair.output)];
    if (!pair || !from || !to || from.last !== at || to.first !== at || from.bytes !== to.bytes) return;
    if (gradientOf.has(pair.operand) || gradientOf.has(pair.output)) return;
    blocks.set(pair.output, from);
    from.last = to.last;
  });
  // 4. Each as low as it can lie: in the order that wastes least.
  const all = [...new Set(blocks.values())];
  const live = liveBytes(all, groups.length, fixed);
  const { offsetOf, end } = pack(all, fixed, live);
  const gradients = gradientBlocks.map((block) => offsetOf.get(block) ?? 0);
  for (const [node, block] of blocks) {
    const gradient = gradientOf.get(node);
    const start = gradient ? (layout.ranges[gradient.update]?.offset ?? 0) : 0;
    const inner = gradient ? (layout.offsets.get(gradient.parameter.id) as number) - start : 0;
    place(node, 'arena', (offsetOf.get(block) as number) + inner);
  }
  return { places, gradients, arenaBytes: end, liveBytes: live };
}

/** The largest sum of blocks that live at the same time: they come and go. */
function liveBytes(blocks: readonly Block[], groups: number, fixed: number): number {
  const changes = new Array<number>(groups + 1).fill(0);
  for (const { first, last, bytes } of blocks) {
    if (last < first) continue;
    changes[first] = (changes[first] as number) + bytes;
    changes[last + 1] = (changes[last + 1] as number) - bytes;
  }
  let live = fixed;
  let most = fixed;
  for (const change of changes) {
    live += change;
    most = Math.max(most, live);
  }
  return most;
}

interface Packed {
  readonly offsetOf: ReadonlyMap<Block, number>;
  readonly end: number;
}

const life = ({ first, last }: Block): number => last - first + 1;

/** Orders in which blocks are placed: large ones first, those that take much for long, those that stay, in the
 * order of the program and against it. The first is nearly always best. */
const orders: readonly ((a: Block, b: Block) => number)[] = [
  (a, b) => b.bytes - a.bytes || a.first - b.first,
  (a, b) => b.bytes * life(b) - a.bytes * life(a) || a.first - b.first,
  (a, b) => life(b) - life(a) || b.bytes - a.bytes || a.first - b.first,
  (a, b) => a.first - b.first || b.bytes - a.bytes,
  (a, b) => b.last - a.last || b.bytes - a.bytes,
  (a, b) => b.bytes - a.bytes || b.first - a.first,
];

/** Places the blocks in each order, until one wastes nothing above the `least` that is possible; the best is kept. */
function pack(blocks: readonly Block[], fixed: number, least: number): Packed {
  let best: Packed | undefined;
  for (const order of orders) {
    const packed = packIn([...blocks].sort(order), fixed);
    if (!best || packed.end < best.end) best = packed;
    if (best.end <= least) break;
  }
  return best as Packed;
}

/** One block after the other, each at the lowest offset that is free for as long as it lives. */
function packIn(blocks: readonly Block[], fixed: number): Packed {
  /** By their offsets. */
  const placed: { block: Block; offset: number }[] = [];
  for (const block of blocks) {
    let offset = fixed;
    for (const other of placed) {
      if (other.offset >= offset + block.bytes) break;
      if (other.block.first <= block.last && block.first <= other.block.last)
        offset = Math.max(offset, other.offset + other.block.bytes);
    }
    const behind = placed.findIndex((p) => p.offset > offset);
    placed.splice(behind === -1 ? placed.length : behind, 0, { block, offset });
  }
  return {
    offsetOf: new Map(placed.map((p) => [p.block, p.offset])),
    end: Math.max(fixed, ...placed.map((p) => p.offset + p.block.bytes)),
  };
}
