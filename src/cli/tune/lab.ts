// Several schedules of one kernel in one plan, over the memory of the whole model: to compare what they make, and time them.
import {
  createSession,
  type DispatchSpec,
  type KernelSpec,
  type Plan,
  type Session,
  storedBytes,
  storedValues,
  type View,
} from '../../../runtime/index.ts';
import { type Emitted, emitPlan } from '../../codegen/emit-plan.ts';
import type { Schedule, Target } from '../../codegen/schedules.ts';
import type { Subgroups } from '../../codegen/subgroup-schedules.ts';
import type { Origin } from '../../explain/origins.ts';
import { type Node, sizeOf, storageOf } from '../../ir/index.ts';
import { bytesOf } from '../../passes/plan-memory.ts';
import type { Group, ModelSchedule, ProgramKey, Scheduled } from '../../schedule/index.ts';
import { compare } from '../verify/kernels.ts';
import { updateAt } from './works.ts';

/** One dispatch of a model: where its schedule is searched. */
export interface Place {
  readonly emitted: Emitted;
  readonly target: Target;
  /** What the adapter says of its subgroups, where it has some. */
  readonly subgroups?: Subgroups | undefined;
  readonly key: string;
  readonly program: ProgramKey;
  readonly origin: Origin;
}

export interface Lab {
  readonly session: Session;
  /** Those that the device takes and whose texts differ, in the order of the programs; the first is that of the rules. */
  readonly schedules: readonly Schedule[];
  /** Why each cannot be used: it makes other values than the first. Undefined for those that can. */
  check(): Promise<(string | undefined)[]>;
  dispose(): void;
}

/** Two schedules add in different orders; each may be off by as much as `verify` allows. */
const TOLERANCE = 2e-5;
/** The same where the results are rounded to halves: one near the middle of two may be the other. */
const HALF_TOLERANCE = 2 ** -11;
/** Values are compared at the beginning and the end of what is larger than this many bytes. */
const MOST_READ = 2 ** 24;
const BLOCK = 2 ** 20;

/** The schedule with one group of one program left; of updates, which lie side by side, all. */
function only({ emitted, program, origin }: Place): ModelSchedule {
  const isUpdate = updateAt(origin) !== undefined;
  const cut = (s: Scheduled, groups: readonly Group[]): Scheduled => ({
    ...s,
    fused: { ...s.fused, groups },
    updates: isUpdate ? s.updates : [],
  });
  const { infer } = emitted.scheduled;
  const mine = emitted.scheduled[program];
  if (!infer || !mine) throw new Error(`there is no program ${program}`);
  const [groups, updates] = isUpdate ? [[], emitted.updates] : [origin.groups, []];
  return { ...emitted, updates, scheduled: { infer: cut(infer, []), [program]: cut(mine, groups) } };
}

/**
 * The plan whose `infer` runs the dispatch with each schedule in turn. `evaluate` copies to textures only what this dispatch has
 * to copy in the whole program, where a kernel before it may have done so: what it costs there is what is timed. Its first dispatch
 * stands there twice, as `race` wants it.
 */
function planOf(place: Place, schedules: readonly Schedule[]): { plan: Plan; kept: Schedule[] } {
  const cut = only(place);
  const { target, subgroups } = place;
  const { plan: whole } = place.emitted;
  const kernels: KernelSpec[] = [];
  const kept: Schedule[] = [];
  const dispatches: DispatchSpec[] = [];
  const bytes = new Map(whole.buffers.map((b) => [b.role, b]));
  let { step } = whole;
  for (const schedule of schedules) {
    const { plan } = emitPlan(
      whole.model,
      cut,
      null,
      whole.outputIs,
      target,
      new Map([[place.key, schedule]]),
      subgroups,
    );
    step = plan.step; // of the programs that are left
    const dispatch = sameAs(place.origin.dispatch, plan.programs[place.program]);
    const kernel = plan.kernels[dispatch.kernel] as KernelSpec;
    if (kernels.some((k) => k.wgsl === kernel.wgsl)) continue;
    dispatches.push({ ...dispatch, kernel: kernels.length });
    kernels.push(kernel);
    kept.push(schedule);
    for (const b of plan.buffers) if (b.bytes > (bytes.get(b.role)?.bytes ?? -1)) bytes.set(b.role, b);
  }
  const { dispatch } = place.origin;
  const reads = place.origin.kernel.bindings.includes('texture');
  const where = ({ buffer, offset }: View): string => `${buffer} ${offset}`;
  const copied = new Set((dispatch.copies ?? []).map((c) => where(c.from)));
  const inPlace = dispatches.map(({ copies, ...d }): DispatchSpec => {
    const left = (copies ?? []).filter((c) => !reads || copied.has(where(c.from)));
    return left.length > 0 ? { ...d, copies: left } : d;
  });
  const programs = {
    load_u8: [],
    load_f32: [],
    infer: dispatches,
    evaluate: [...inPlace.slice(0, 1), ...inPlace],
    train: [],
  };
  return { plan: { ...whole, buffers: [...bytes.values()], kernels, programs, step }, kept };
}

/** The dispatch of these that does what another plan's does: by its name, and for the parts of an update by where it begins. */
function sameAs({ label, bindings: [first] }: DispatchSpec, among: readonly DispatchSpec[]): DispatchSpec {
  const same = among.filter((d) => d.label === label);
  const found = same.find((d) => d.bindings[0]?.offset === first?.offset) ?? same[0] ?? among[0];
  if (!found) throw new Error(`there is no dispatch ${label}`);
  return found;
}

/** Numbers in [-1, 1), the same each time; in [0, 1) where `positive`. */
function noise(positive: boolean): Float32Array<ArrayBuffer> {
  let state = 1;
  return Float32Array.from({ length: BLOCK / 4 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return positive ? state / 2 ** 32 : state / 2 ** 31 - 1;
  });
}

/** Whether the device takes the kernels: each alone, when they are not taken together. */
async function refusals(device: GPUDevice, plan: Plan): Promise<(string | undefined)[]> {
  const found: (string | undefined)[] = [];
  for (const dispatch of plan.programs.infer) {
    const one = { ...plan, programs: { ...plan.programs, infer: [dispatch] } };
    device.pushErrorScope('validation');
    try {
      (await createSession(device, one, ['infer'])).dispose();
      found.push((await device.popErrorScope())?.message);
    } catch (error) {
      await device.popErrorScope();
      found.push(error instanceof Error ? error.message : String(error));
    }
  }
  return found;
}

/**
 * Makes a lab of these schedules, that of the rules first. `onDrop` hears of those that the device refuses. `alter` changes what
 * runs (for tests).
 */
export async function openLab(
  device: GPUDevice,
  place: Place,
  schedules: readonly Schedule[],
  onDrop: (schedule: Schedule, reason: string) => void,
  alter: (plan: Plan) => Plan = (plan) => plan,
): Promise<Lab> {
  const { plan: right, kept } = planOf(place, schedules);
  const plan = alter(right);
  device.pushErrorScope('validation');
  const session = await createSession(device, plan, ['infer', 'evaluate']).catch(() => undefined);
  const invalid = await device.popErrorScope();
  if (!session || invalid) {
    session?.dispose();
    const reasons = await refusals(device, plan);
    const fine = kept.filter((schedule, i) => {
      const reason = reasons[i];
      if (reason !== undefined) onDrop(schedule, `the adapter refuses it: ${reason.split('\n')[0]}`);
      return reason === undefined;
    });
    if (fine.length === kept.length) throw new Error('a device refuses kernels together that it takes one by one');
    if (fine[0] !== kept[0]) throw new Error(`the device refuses the schedule of the rules for ${place.key}`);
    return openLab(device, place, fine, onDrop, alter);
  }
  return {
    session,
    schedules: kept,
    check: () => checkAll(session, place, kept.length),
    dispose: () => session.dispose(),
  };
}

/** A value, and whether it lies in memory as halves. */
interface Seen extends View {
  readonly half: boolean;
}

/** What a kernel reads and what it writes: values of the group, or the blocks of an update, which it changes in place. */
function viewsOf({ emitted, program, origin }: Place): {
  inputs: Seen[];
  labels: Seen[];
  outputs: Seen[];
  floats: Seen[];
} {
  if (updateAt(origin)) {
    const inputs = origin.dispatch.bindings
      .filter((v) => v.buffer !== 'step')
      .map((view): Seen => ({ ...view, half: false }));
    const outputs = inputs.filter((v) => v.buffer === 'parameters' || v.buffer === 'state');
    return { inputs, labels: [], outputs, floats: outputs };
  }
  const places = emitted.scheduled[program]?.memory.places;
  const of = (nodes: readonly Node[]): Seen[] =>
    nodes.flatMap((n) => {
      const view = places?.get(storageOf(n));
      const half = storageOf(n).type.dtype === 'f16';
      return view ? [{ ...view, bytes: half ? bytesOf(storageOf(n)) : 4 * sizeOf(n.type.shape), half }] : [];
    });
  const [group] = origin.groups as [Group];
  const whole = (n: Node): boolean => n.type.dtype === 'u32';
  const labels = of(group.inputs.filter(whole));
  const floats = of(group.outputs.filter((n) => !whole(n)));
  return { inputs: of(group.inputs.filter((n) => !whole(n))), labels, outputs: of(group.outputs), floats };
}

/** Values that are no numbers in both are equal: noise may be what a root or a logarithm is not made for. */
function comparable(got: Float32Array, first: Float32Array): [Float32Array, Float32Array] {
  const same = (i: number): boolean => !Number.isFinite(first[i]) && Object.is(got[i], first[i]);
  return [got.map((v, i) => (same(i) ? 0 : v)), first.map((v, i) => (same(i) ? 0 : v))];
}

async function checkAll(session: Session, place: Place, count: number) {
  const { emitted, origin } = place;
  const { inputs, labels, outputs, floats } = viewsOf(place);
  const random = noise(origin.groups[0]?.family !== 'contraction');
  const halves = new Float32Array(storedBytes([...random, ...random], 'f16').buffer);
  /** Classes 0 and 1, as whole numbers in the place of floats. */
  const classes = new Float32Array(Uint32Array.from(random, (_, i) => (i >> 1) % 2).buffer);
  const nothing = new Float32Array(BLOCK / 4).fill(Number.NaN);
  const fill = ({ half: _, ...view }: Seen, block: Float32Array<ArrayBuffer>): void => {
    for (let at = 0; at < view.bytes; at += BLOCK)
      session.write({ ...view, offset: view.offset + at }, block.buffer.slice(0, Math.min(BLOCK, view.bytes - at)));
  };
  // Which of nearly equal values won a pool may differ: what was pooled tells.
  const ends = floats.flatMap((view) =>
    view.bytes <= MOST_READ
      ? [view]
      : [
          { ...view, bytes: MOST_READ / 2 },
          { ...view, offset: view.offset + view.bytes - MOST_READ / 2, bytes: MOST_READ / 2 },
        ],
  );
  const found: (string | undefined)[] = [];
  let first: Float32Array[] = [];
  for (let i = 0; i < count; i++) {
    for (const view of outputs) fill(view, nothing);
    for (const view of inputs) fill(view, view.half ? halves : random);
    for (const view of labels) fill(view, classes);
    session.run('infer', [{ ...stepOf(emitted.plan), lr: 0.1 }], undefined, [i, i + 1]);
    const got: Float32Array[] = [];
    for (const { half, ...view } of ends) {
      const bytes = await session.read(view);
      got.push(half ? storedValues(bytes, 0, view.bytes / 2, 'f16') : new Float32Array(bytes));
    }
    if (i === 0) first = got;
    const worst = got
      .map((values, k) =>
        compare(...comparable(values, first[k] as Float32Array), ends[k]?.half ? HALF_TOLERANCE : TOLERANCE),
      )
      .find((d) => !d.ok);
    found.push(worst && `its values are not those of the rules: relative error ${worst.relative.toExponential(1)}`);
  }
  return found;
}

/** The numbers of the steps that are timed. */
export const stepOf = ({ batch }: Plan) => ({ count: batch, start: 0, step: 1, seed: 1, lr: 0, scale: 1 });
