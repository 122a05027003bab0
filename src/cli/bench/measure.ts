// All measurements of one model on one adapter, in one run: ceilings, throughput, and every kernel.
import { createSession, type ProgramName } from '../../../runtime/index.ts';
import type { OpenedDevice } from '../../../runtime/node.ts';
import type { Emitted } from '../../codegen/emit-plan.ts';
import { billOf, bytesAPicture } from '../../memory-bill.ts';
import { leavesFor } from '../verify/leaves.ts';
import { better, type Ceilings, measureCeilings } from './ceilings.ts';
import {
  type BoundRow,
  boundRows,
  type FamilyRow,
  familyRows,
  idealMs,
  type KernelRow,
  kernelRows,
  tasksOf,
} from './rows.ts';
import { measureThroughput, type Throughput } from './throughput.ts';
import { type Clock, type Timed, timeDispatches, type Work } from './timing.ts';

export interface Memory {
  /** Of one step's values, and the largest sum of those that live at the same time, which no arena can undercut. */
  readonly arena_bytes: number;
  readonly live_bytes: number;
  /** With --memory-limit: values that are computed again, and the work of that as a share of a step's. */
  readonly computed_again: number;
  readonly more_work: number;
}

export interface ProgramReport {
  readonly program: 'train' | 'infer';
  readonly throughput: Throughput;
  readonly clock: Clock;
  readonly repetitions: number;
  readonly kernels_ms: number;
  readonly multiply_adds: number;
  /** Of the multiply-adds of a step over its time, not that of its kernels alone. */
  readonly gflops: number;
  readonly kernels: readonly KernelRow[];
  readonly families: readonly FamilyRow[];
  readonly bounds: readonly BoundRow[];
  /** Of all kernels, if each reached the ceiling that it is nearest to. */
  readonly ideal_ms: number;
  readonly memory: Memory;
  /** One step, dispatch by dispatch. */
  readonly step: Timed['step'];
}

export interface Measured {
  readonly ceilings: Ceilings;
  /** Training first; without a train section inference alone. */
  readonly programs: readonly ProgramReport[];
  readonly parameter_bytes: number;
  readonly state_bytes: number;
  /** Of textures that operands are copied to. */
  readonly operand_bytes: number;
  /** Of sums to report and the numbers of steps, and of all together: what --memory-limit is compared with. */
  readonly other_bytes: number;
  readonly total_bytes: number;
  /** Of what one picture of a data set of bytes takes besides. */
  readonly data_set_picture_bytes: number;
}

export interface MeasureOptions {
  /** About how long all of it may take; small models obey, of large ones each thing is measured three times. */
  readonly seconds: number;
  readonly seed: number;
  readonly signal?: AbortSignal;
  /** Times kernels so, whatever the adapter allows (for tests). */
  readonly clock?: Clock;
  /** Said before each part. */
  readonly onPart?: (what: string) => void;
}

/** Random pictures and labels, weights by the seed. Undefined when it was stopped. */
export async function measure(
  opened: OpenedDevice,
  emitted: Emitted,
  o: MeasureOptions,
): Promise<Measured | undefined> {
  const { device, adapter } = opened;
  const { plan } = emitted;
  const { seconds, seed, signal, onPart } = o;
  const names = (['train', 'infer'] as const).filter((p) => plan.programs[p].length > 0);
  if (signal?.aborted) return undefined;
  onPart?.('ceilings');
  const measureMost = (): Promise<Ceilings> => measureCeilings(device, adapter.kind === 'hardware', 0.1 * seconds);
  const before = await measureMost();
  const session = await createSession(device, plan, names satisfies readonly ProgramName[]);
  try {
    // 1. The programs, on the clock.
    const { pictures, labels } = leavesFor(plan, seed);
    const data = session.upload({ values: Uint8Array.from(pictures, (v) => 255 * v), scale: 1 / 255, labels });
    data.setOrder(Uint32Array.from({ length: plan.batch }, (_, i) => i));
    const values = { count: plan.batch, start: 0, step: 1, seed, lr: plan.train?.lr ?? 0, scale: 1 / 255 };
    const found: { program: 'train' | 'infer'; throughput: Throughput; timed: Timed }[] = [];
    for (const program of names) {
      const work: Work = { session, program, values, data };
      const share = (0.4 * seconds) / names.length;
      if (signal?.aborted) return undefined;
      onPart?.(program === 'train' ? 'training' : 'inference');
      session.initialise(seed);
      const throughput = await measureThroughput(work, share, signal);
      if (signal?.aborted) return undefined;
      onPart?.(`kernels of ${program === 'train' ? 'training' : 'inference'}`);
      session.initialise(seed);
      found.push({ program, throughput, timed: await timeDispatches(work, share, signal, o.clock) });
    }
    if (signal?.aborted) return undefined;
    onPart?.('ceilings again');
    const ceilings = better(before, await measureMost());
    // 2. What they come to.
    const programs = found.map(({ program, throughput, timed }): ProgramReport => {
      const kernels = kernelRows(tasksOf(emitted, program), timed.seconds, ceilings);
      const multiplyAdds = kernels.reduce((sum, k) => sum + k.multiply_adds, 0);
      const { memory, recomputation } = emitted.scheduled[program] ?? {};
      return {
        program,
        throughput,
        clock: timed.clock,
        repetitions: timed.repetitions,
        kernels_ms: kernels.reduce((sum, k) => sum + k.ms, 0),
        multiply_adds: multiplyAdds,
        gflops: (2 * multiplyAdds) / (throughput.step_ms / 1000) / 1e9,
        kernels,
        families: familyRows(kernels),
        bounds: boundRows(kernels),
        ideal_ms: idealMs(kernels),
        memory: {
          arena_bytes: memory?.arenaBytes ?? 0,
          live_bytes: memory?.liveBytes ?? 0,
          computed_again: recomputation?.values.length ?? 0,
          more_work: recomputation?.work ?? 0,
        },
        step: timed.step,
      };
    });
    data.destroy();
    const bytes = (of: (role: string) => boolean): number =>
      plan.buffers.filter((b) => of(b.role)).reduce((sum, b) => sum + b.bytes, 0);
    return {
      ceilings,
      programs,
      parameter_bytes: bytes((role) => role === 'parameters'),
      state_bytes: bytes((role) => role === 'state'),
      operand_bytes: bytes((role) => role.startsWith('operand')),
      other_bytes: billOf(plan).other,
      total_bytes: billOf(plan).total,
      data_set_picture_bytes: bytesAPicture(plan).u8,
    };
  } finally {
    session.dispose();
  }
}
