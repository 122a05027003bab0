// Each kernel of a model by itself: what it made of its inputs on the device, against the reference of the same inputs.
import { createSession, type Plan, type Session } from '../../../runtime/index.ts';
import type { Emitted } from '../../codegen/emit-plan.ts';
import { isOp, type Node, showShape } from '../../ir/index.ts';
import type { ProgramKey } from '../../schedule/index.ts';
import { computeGroup, operandOf } from '../inspect/group-reference.ts';
import { type Made, stepNumbers, trace } from '../inspect/trace.ts';
import { leavesFor, stepFor } from './leaves.ts';
import { valuesAt } from './winners.ts';

export interface KernelRow {
  readonly program: ProgramKey | 'load';
  readonly kernel: string;
  readonly family: string;
  /** Of its result. */
  readonly shape: string;
  /** The largest difference of one element, and the difference in the Euclidean norm as a part of the norm. */
  readonly max_error: number;
  readonly relative_error: number;
  readonly tolerance: number;
  readonly ok: boolean;
}

/** Difference of one value. One element may be off by more than the whole, but not by this many times. */
const ONE_ELEMENT = 50;

interface Difference {
  readonly max: number;
  readonly relative: number;
  readonly ok: boolean;
}

export function compare(got: ArrayLike<number>, want: ArrayLike<number>, tolerance: number): Difference {
  let [max, sum, norm, largest] = [0, 0, 0, 0];
  for (let i = 0; i < want.length; i++) {
    const w = want[i] as number;
    const difference = Math.abs((got[i] ?? Number.NaN) - w);
    // Math.max would lose a NaN.
    max = difference <= max ? max : difference;
    sum += difference * difference;
    norm += w * w;
    largest = Math.max(largest, Math.abs(w));
  }
  const relative = Math.sqrt(sum) / (Math.sqrt(norm) || 1);
  return { max, relative, ok: relative <= tolerance && max <= ONE_ELEMENT * tolerance * (largest || 1) };
}

/** A step changes weights by little: is the change right too, to a hundredth and what single precision can hold? */
function changedAlike(before: ArrayLike<number>, got: ArrayLike<number>, want: ArrayLike<number>): boolean {
  let [off, change, norm] = [0, 0, 0];
  for (let i = 0; i < want.length; i++) {
    const w = want[i] as number;
    off += ((got[i] ?? Number.NaN) - w) ** 2;
    change += (w - (before[i] ?? 0)) ** 2;
    norm += w * w;
  }
  return Math.sqrt(off) <= 0.01 * Math.sqrt(change) + 2 ** -23 * Math.sqrt(norm);
}

/** The worst of several differences. */
const worst = (all: readonly Difference[]): Difference => ({
  max: all.reduce((m, d) => (d.max <= m ? m : d.max), 0),
  relative: all.reduce((m, d) => (d.relative <= m ? m : d.relative), 0),
  ok: all.every((d) => d.ok),
});

function judge({ origin, inputs, outputs, sums }: Made, step: ReadonlyMap<string, number>, tolerance: number) {
  const found: Difference[] = [];
  const shapes: string[] = [];
  const expectedSums = new Map<string, number>();
  for (const group of origin.groups) {
    const values = computeGroup(group, inputs, step);
    for (const node of group.outputs) {
      const [got, want] = [outputs.get(node) ?? [], values.get(node)?.data ?? []];
      if (isOp(node, 'maxpool2d_winner')) {
        const x = operandOf(node.inputs[0] as Node, values, inputs, step);
        found.push(compare(valuesAt(node, x, got), valuesAt(node, x, want), tolerance));
      } else found.push(compare(got, want, tolerance));
      shapes.push(showShape(node.type.shape));
    }
    for (const e of group.effects) {
      if (e.kind === 'output') continue;
      const want = operandOf(e.value, values, inputs, step).data;
      if (e.kind === 'accumulate')
        expectedSums.set(
          e.metric,
          want.reduce((a, b) => a + b, expectedSums.get(e.metric) ?? 0),
        );
      else {
        const target = e.target as unknown as Node;
        const [got, before] = [outputs.get(target) ?? [], inputs.get(target) ?? []];
        const difference = compare(got, want, tolerance);
        found.push({ ...difference, ok: difference.ok && changedAlike(before, got, want) });
        if (isOp(target, 'parameter')) shapes.push(showShape(target.type.shape));
      }
    }
  }
  for (const [name, want] of expectedSums) {
    found.push(compare([sums.get(name) ?? Number.NaN], [want], tolerance));
    shapes.push(name);
  }
  return { difference: worst(found), shape: shapes };
}

/** Puts the leaves where programs find them, and returns the batch as a data set whose order is backwards. */
function load(session: Session, plan: Plan, seed: number) {
  const { parameters, pictures, labels } = leavesFor(plan, seed);
  session.initialise(seed);
  session.setParameters(new Map(parameters));
  const data = session.upload({ values: pictures, scale: 1, labels });
  data.setOrder(Uint32Array.from({ length: plan.batch }, (_, i) => plan.batch - 1 - i));
  return { data, pictures };
}

/** All kernels of all programs, one after the other. `plan` is what runs; that of `emitted` unless given (for tests). */
export async function* verifyKernels(
  device: GPUDevice,
  emitted: Emitted,
  o: { readonly seed: number; readonly tolerance: number; readonly plan?: Plan },
): AsyncGenerator<KernelRow> {
  const plan = o.plan ?? emitted.plan;
  const programs = (['infer', 'evaluate', 'train'] as const).filter((p) => plan.programs[p].length > 0);
  const session = await createSession(device, plan, programs);
  try {
    const { data, pictures } = load(session, plan, o.seed);
    // 1. The batch as it is gathered.
    const { view, shape } = plan.input;
    session.run('infer', [stepFor(plan, 'infer', o.seed)], data, [0, data.load.length]);
    const size = pictures.length / plan.batch;
    const backwards = pictures.map(
      (_, i) => pictures[(plan.batch - 1 - Math.floor(i / size)) * size + (i % size)] ?? 0,
    );
    const loaded = compare(new Float32Array(await session.read(view)), backwards, 0);
    yield row('load', 'load_f32', 'load', showShape(shape), loaded, 0);
    // 2. The kernels of each program. Training takes a step first, so that the optimizer's slots hold something.
    for (const program of programs) {
      const step = stepFor(plan, program, o.seed);
      if (program === 'train') session.run('train', [{ ...step, step: 1 }], data);
      const numbers = stepNumbers(plan, step);
      for await (const made of trace(session, { ...emitted, plan }, program, step, data)) {
        const { difference, shape: shapes } = judge(made, numbers, o.tolerance);
        const { origin } = made;
        const shown = shapes.length > 2 ? `${shapes.length} values` : shapes.join(', ');
        yield row(program, origin.dispatch.label, origin.groups[0]?.family ?? '', shown, difference, o.tolerance);
      }
    }
    data.destroy();
  } finally {
    session.dispose();
  }
}

const row = (
  program: KernelRow['program'],
  kernel: string,
  family: string,
  shape: string,
  { max, relative, ok }: Difference,
  tolerance: number,
): KernelRow => ({ program, kernel, family, shape, max_error: max, relative_error: relative, tolerance, ok });
