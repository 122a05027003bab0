// Several schedules of one contraction in one plan, over the memory of the whole model: to compare what they make, and time them.
import {
  createSession,
  type DispatchSpec,
  type KernelSpec,
  type Plan,
  type Session,
  type View,
} from '../../../runtime/index.ts';
import { type Emitted, emitPlan } from '../../codegen/emit-plan.ts';
import type { ContractionSchedule, Target } from '../../codegen/schedules.ts';
import type { Origin } from '../../explain/origins.ts';
import { type Node, sizeOf, storageOf } from '../../ir/index.ts';
import type { Group, ModelSchedule, ProgramKey, Scheduled } from '../../schedule/index.ts';
import { compare } from '../verify/kernels.ts';

/** One dispatch of a model: where its schedule is searched. */
export interface Place {
  readonly emitted: Emitted;
  readonly target: Target;
  readonly key: string;
  readonly program: ProgramKey;
  readonly origin: Origin;
}

export interface Lab {
  readonly session: Session;
  /** Those that the device takes and whose texts differ, in the order of the programs; the first is that of the rules. */
  readonly schedules: readonly ContractionSchedule[];
  /** Why each cannot be used: it makes other values than the first. Undefined for those that can. */
  check(): Promise<(string | undefined)[]>;
  dispose(): void;
}

/** Two schedules add in different orders; each may be off by as much as `verify` allows. */
const TOLERANCE = 2e-5;
/** Values are compared at the beginning and the end of what is larger than this many bytes. */
const MOST_READ = 2 ** 24;
const BLOCK = 2 ** 20;

/** The schedule with one group of one program left. */
function only({ emitted, program, origin }: Place): ModelSchedule {
  const cut = (s: Scheduled, groups: readonly Group[]): Scheduled => ({
    ...s,
    fused: { ...s.fused, groups },
    updates: [],
  });
  const { infer } = emitted.scheduled;
  const mine = emitted.scheduled[program];
  if (!infer || !mine) throw new Error(`there is no program ${program}`);
  return { ...emitted, updates: [], scheduled: { infer: cut(infer, []), [program]: cut(mine, origin.groups) } };
}

/**
 * The plan whose `infer` runs the dispatch with each schedule in turn. `evaluate` copies to textures only what this dispatch has
 * to copy in the whole program, where a kernel before it may have done so: what it costs there is what is timed.
 */
function planOf(place: Place, schedules: readonly ContractionSchedule[]): { plan: Plan; kept: ContractionSchedule[] } {
  const cut = only(place);
  const { plan: whole } = place.emitted;
  const kernels: KernelSpec[] = [];
  const kept: ContractionSchedule[] = [];
  const dispatches: DispatchSpec[] = [];
  const bytes = new Map(whole.buffers.map((b) => [b.role, b]));
  let { step } = whole;
  for (const schedule of schedules) {
    const { plan } = emitPlan(whole.model, cut, null, whole.outputIs, place.target, new Map([[place.key, schedule]]));
    step = plan.step; // of the programs that are left
    const dispatch = plan.programs[place.program][0] as DispatchSpec;
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
  const programs = { load_u8: [], load_f32: [], infer: dispatches, evaluate: inPlace, train: [] };
  return { plan: { ...whole, buffers: [...bytes.values()], kernels, programs, step }, kept };
}

/** Numbers in [-1, 1), the same each time. */
function noise(): Float32Array<ArrayBuffer> {
  let state = 1;
  return Float32Array.from({ length: BLOCK / 4 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
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
  schedules: readonly ContractionSchedule[],
  onDrop: (schedule: ContractionSchedule, reason: string) => void,
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

async function checkAll(session: Session, { emitted, program, origin }: Place, count: number) {
  const places = emitted.scheduled[program]?.memory.places;
  const viewsOf = (nodes: readonly Node[]): View[] =>
    nodes.flatMap((n) => {
      const view = places?.get(storageOf(n));
      return view ? [{ ...view, bytes: 4 * sizeOf(n.type.shape) }] : [];
    });
  const [group] = origin.groups as [Group];
  const [inputs, outputs] = [viewsOf(group.inputs), viewsOf(group.outputs)];
  const random = noise();
  const nothing = new Float32Array(BLOCK / 4).fill(Number.NaN);
  const fill = (view: View, block: Float32Array<ArrayBuffer>): void => {
    for (let at = 0; at < view.bytes; at += BLOCK)
      session.write({ ...view, offset: view.offset + at }, block.buffer.slice(0, Math.min(BLOCK, view.bytes - at)));
  };
  // Which of nearly equal values won a pool may differ: what was pooled tells.
  const floats = viewsOf(group.outputs.filter((n) => n.type.dtype === 'f32'));
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
    for (const view of inputs) fill(view, random);
    session.run('infer', [stepOf(emitted.plan)], undefined, [i, i + 1]);
    const got: Float32Array[] = [];
    for (const view of ends) got.push(new Float32Array(await session.read(view)));
    if (i === 0) first = got;
    const worst = got.map((values, k) => compare(values, first[k] ?? [], TOLERANCE)).find((d) => !d.ok);
    found.push(worst && `its values are not those of the rules: relative error ${worst.relative.toExponential(1)}`);
  }
  return found;
}

/** The numbers of the steps that are timed. */
export const stepOf = ({ batch }: Plan) => ({ count: batch, start: 0, step: 1, seed: 1, lr: 0, scale: 1 });
