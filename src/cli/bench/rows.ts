// What each kernel of a program does, how fast it does it, and which of the adapter's ceilings it is nearest to.
import type { Plan } from '../../../runtime/index.ts';
import type { Emitted } from '../../codegen/emit-plan.ts';
import { type Origin, originsOf } from '../../explain/origins.ts';
import { isOp, type Node, opDef, sizeOf, storageOf } from '../../ir/index.ts';
import { bytesOf } from '../../passes/plan-memory.ts';
import type { Group, ProgramKey } from '../../schedule/index.ts';
import type { Ceilings } from './ceilings.ts';

export type Ceiling = 'arithmetic' | 'memory' | 'dispatch';
/** `kernel`: no ceiling explains a quarter of the time; it goes into loads, indices and waiting of the kernel's own. */
export type Bound = Ceiling | 'kernel';
const EXPLAINS = 0.25;

export interface KernelRow {
  /** As the dispatch is labelled. */
  readonly kernel: string;
  /** Its text in the plan, which others may share. */
  readonly code: string;
  readonly family: string;
  /** The layer of its root; null for kernels of no layer, and of several. */
  readonly layer: string | null;
  readonly dispatches: number;
  readonly ms: number;
  /** Of the time of all kernels of the program. */
  readonly share: number;
  readonly multiply_adds: number;
  /** What it must read and write once at least. */
  readonly bytes: number;
  readonly gflops: number;
  readonly gb_per_s: number;
  readonly bound: Bound;
  /** The ceiling that asks for most of its time, and the part of its time that it asks for; above 1 from caches. */
  readonly nearest: Ceiling;
  readonly reached: number;
}

export interface FamilyRow {
  readonly family: string;
  readonly kernels: number;
  readonly ms: number;
  readonly share: number;
  readonly multiply_adds: number;
  readonly bytes: number;
}

/** What a kernel does, whatever time it takes. */
interface Task {
  readonly name: string;
  readonly code: string;
  readonly family: string;
  readonly layer: string | null;
  readonly dispatches: readonly number[];
  readonly multiplyAdds: number;
  readonly bytes: number;
}

const bytesOfAll = (nodes: Iterable<Node>): number => {
  let sum = 0;
  for (const n of new Set([...nodes].map(storageOf))) sum += bytesOf(n);
  return sum;
};

/** Multiply-adds of a group: products count, sums and activations do not. */
const multiplyAddsOf = (g: Group): number => g.nodes.reduce((sum, n) => sum + (opDef(n.op).multiplyAdds?.(n) ?? 0), 0);

/** Bytes of what a group reads from other groups and leaves for others, each value once. */
export function trafficOf({ nodes, inputs, outputs, effects }: Group): number {
  const inside = new Set(nodes.map(storageOf));
  const named = effects.flatMap((e) => (e.kind === 'output' ? [] : [storageOf(e.value)]));
  const reads = [...inputs, ...named].filter(
    (n) => !inside.has(storageOf(n)) && !isOp(n, 'constant') && !isOp(n, 'step'),
  );
  const writes = effects.reduce(
    (sum, e) => sum + (e.kind === 'assign' ? 4 * sizeOf(e.target.type.shape) : e.kind === 'accumulate' ? 4 : 0),
    0,
  );
  return bytesOfAll(reads) + bytesOfAll(outputs) + writes;
}

function layerOf({ groups }: Origin): string | null {
  const [first, ...others] = groups.map((g) => g.nodes.find((n) => n.layer)?.layer?.name ?? null);
  return others.every((name) => name === first) ? (first ?? null) : null;
}

/** Bytes of gathering a batch of stored bytes: read them and the labels, write values and labels. */
function loadBytes({ input, labels, batch }: Plan): number {
  const label = labels ? 4 * batch * sizeOf(labels.shape) : 0;
  return 5 * sizeOf(input.shape) + 2 * label;
}

/** Every kernel of a program, gathering the batch first. A group that takes several dispatches is one. */
export function tasksOf(emitted: Emitted, program: ProgramKey): Task[] {
  const { plan } = emitted;
  const load = plan.programs.load_u8;
  const tasks: Task[] = load.map((d, i) => ({
    name: d.label,
    code: plan.kernels[d.kernel]?.name ?? '',
    family: 'load',
    layer: 'input',
    dispatches: [i],
    multiplyAdds: 0,
    bytes: loadBytes(plan),
  }));
  let dispatches: number[] = [];
  for (const origin of originsOf(emitted, program)) {
    dispatches.push(load.length + origin.index);
    if (!origin.complete) continue;
    const { groups, dispatch, kernel } = origin;
    const family = groups[0]?.family ?? '';
    tasks.push({
      // The last of several dispatches is named NAME.part too; the group is not.
      name: dispatches.length > 1 || family !== 'update' ? (groups[0]?.name ?? dispatch.label) : dispatch.label,
      code: kernel.name,
      family,
      layer: layerOf(origin),
      dispatches,
      multiplyAdds: groups.reduce((sum, g) => sum + multiplyAddsOf(g), 0),
      bytes: groups.reduce((sum, g) => sum + trafficOf(g), 0),
    });
    dispatches = [];
  }
  return tasks;
}

/** What each task reaches; `seconds` by dispatch. Longest first. */
export function kernelRows(tasks: readonly Task[], seconds: readonly number[], ceilings: Ceilings): KernelRow[] {
  const total = seconds.reduce((a, b) => a + b, 0) || 1;
  const rows = tasks.map((t): KernelRow => {
    // A timer that sees nothing of a dispatch has seen less than a nanosecond.
    const took = Math.max(
      1e-9,
      t.dispatches.reduce((sum, i) => sum + (seconds[i] ?? 0), 0),
    );
    const gflops = (2 * t.multiplyAdds) / took / 1e9;
    const gb_per_s = t.bytes / took / 1e9;
    const parts: readonly (readonly [Ceiling, number])[] = [
      ['arithmetic', gflops / ceilings.gflops],
      ['memory', gb_per_s / ceilings.gb_per_s],
      ['dispatch', (t.dispatches.length * ceilings.dispatch_us) / 1e6 / took],
    ];
    const [nearest, reached] = parts.reduce((most, p) => (p[1] > most[1] ? p : most));
    return {
      kernel: t.name,
      code: t.code,
      family: t.family,
      layer: t.layer,
      dispatches: t.dispatches.length,
      ms: 1000 * took,
      share: took / total,
      multiply_adds: t.multiplyAdds,
      bytes: t.bytes,
      gflops,
      gb_per_s,
      bound: reached >= EXPLAINS ? nearest : 'kernel',
      nearest,
      reached,
    };
  });
  return rows.sort((a, b) => b.ms - a.ms);
}

/** Sums over the kernels of each family, longest first. */
export function familyRows(rows: readonly KernelRow[]): FamilyRow[] {
  const families = [...new Set(rows.map((r) => r.family))];
  const sum = (of: readonly KernelRow[], value: (r: KernelRow) => number): number =>
    of.reduce((s, r) => s + value(r), 0);
  return families
    .map((family): FamilyRow => {
      const mine = rows.filter((r) => r.family === family);
      return {
        family,
        kernels: mine.length,
        ms: sum(mine, (r) => r.ms),
        share: sum(mine, (r) => r.share),
        multiply_adds: sum(mine, (r) => r.multiply_adds),
        bytes: sum(mine, (r) => r.bytes),
      };
    })
    .sort((a, b) => b.ms - a.ms);
}

export interface BoundRow {
  readonly bound: Bound;
  readonly kernels: number;
  readonly ms: number;
  readonly share: number;
}

/** How much of the time each bound has, most first. */
export function boundRows(rows: readonly KernelRow[]): BoundRow[] {
  const bounds = [...new Set(rows.map((r) => r.bound))];
  return bounds
    .map((bound): BoundRow => {
      const mine = rows.filter((r) => r.bound === bound);
      const sum = (value: (r: KernelRow) => number): number => mine.reduce((s, r) => s + value(r), 0);
      return { bound, kernels: mine.length, ms: sum((r) => r.ms), share: sum((r) => r.share) };
    })
    .sort((a, b) => b.ms - a.ms);
}

/** Milliseconds of the program if every kernel reached the ceiling that it is nearest to. */
export const idealMs = (rows: readonly KernelRow[]): number =>
  rows.reduce((sum, r) => sum + r.ms * Math.min(1, r.reached), 0);
