// A plan within a limit of device memory: values are computed again until it fits, or it is said why it cannot.
import type { Emitted } from './codegen/emit-plan.ts';
import { type LimitFacts, limitNotMet } from './diagnostics/catalog/memory.ts';
import type { Diagnostic } from './diagnostics/types.ts';
import { billOf, type MemoryBill } from './memory-bill.ts';
import { bytesOf } from './passes/plan-memory.ts';
import type { Group } from './schedule/index.ts';

/** Placing values may waste a little, and other operands lie in textures: so often is less tried. */
const ATTEMPTS = 4;

export interface Limited {
  readonly emitted: Emitted;
  readonly fits: boolean;
  /** Of the plan that keeps every value. */
  readonly whole: MemoryBill;
}

/** The plan with what must be computed again for it to take `limit` bytes; or the one that takes least. */
export function withinLimit(limit: number, emit: (most?: number) => Emitted): Limited {
  const first = emit();
  const whole = billOf(first.plan);
  if (whole.total <= limit) return { emitted: first, fits: true, whole };
  let least = { emitted: first, total: whole.total };
  if (first.scheduled.train) {
    const arenas = Object.values(first.scheduled).map((s) => s.memory.arenaBytes);
    let most = Math.max(...arenas) - (whole.total - limit);
    for (let i = 0; i < ATTEMPTS; i++) {
      const emitted = emit(most);
      const { total } = billOf(emitted.plan);
      if (total < least.total) least = { emitted, total };
      if (total <= limit) return { emitted, fits: true, whole };
      if ((emitted.scheduled.train?.memory.liveBytes ?? 0) > most) break;
      most -= total - limit;
    }
  }
  return { emitted: least.emitted, fits: false, whole };
}

/** The kernel that needs most beside each other: what it reads and makes. */
function largestKernel({ scheduled }: Emitted): { readonly group: Group; readonly bytes: number } | undefined {
  const groups = (scheduled.train ?? scheduled.infer)?.fused.groups.filter((g) => g.family !== 'update') ?? [];
  const bytesAt = (group: Group): number =>
    [...group.inputs, ...group.outputs].filter((n) => n.op !== 'parameter').reduce((n, v) => n + bytesOf(v), 0);
  return groups
    .map((group) => ({ group, bytes: bytesAt(group) }))
    .reduce<{ group: Group; bytes: number } | undefined>((p, q) => (p && p.bytes >= q.bytes ? p : q), undefined);
}

/**
 * Why a limit is not met, with the numbers. `fitsAt` says whether a batch would fit: the largest that does is looked for, between
 * 1 and the batch.
 */
export function limitTrouble(
  { emitted, whole }: Limited,
  limit: number,
  { file, fitsAt }: { readonly file: string; readonly fitsAt: (batch: number) => boolean },
): Diagnostic {
  const { plan } = emitted;
  let [most, tooMany] = [0, plan.batch];
  while (tooMany - most > 1) {
    const middle = Math.floor((most + tooMany) / 2);
    if (fitsAt(middle)) most = middle;
    else tooMany = middle;
  }
  const kernel = largestKernel(emitted);
  const line = kernel?.group.nodes.findLast((n) => n.layer)?.layer;
  const facts: LimitFacts = {
    limit,
    batch: plan.batch,
    training: plan.programs.train.length > 0,
    whole: whole.total,
    least: billOf(plan),
    ...(kernel
      ? { kernel: { name: kernel.group.name, bytes: kernel.bytes, ...(line ? { layer: line.name } : {}) } }
      : {}),
    largestBatch: most,
  };
  return limitNotMet(file, facts);
}
