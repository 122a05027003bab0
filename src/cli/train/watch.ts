// --check-nan: when a loss or a parameter is no number any more, the steps since the last good report run again, kernel
// by kernel, until the first value that is not finite is found.
import { type EpochOptions, lrOf, type Plan } from '../../../runtime/index.ts';
import * as say from '../../diagnostics/catalog/finite.ts';
import type { Diagnostic } from '../../diagnostics/index.ts';
import { isOp, type Node, printNode, showShape } from '../../ir/index.ts';
import type { Backend, Look, OneStep, Snapshot, Uploaded } from '../../reference/backend.ts';
import { computeGroup } from '../inspect/group-reference.ts';

export interface Watch {
  /** Keeps what training has made after this step (0 before the first of an epoch). */
  keep(step: number): Promise<void>;
  /** Is a parameter not finite? */
  broken(): Promise<boolean>;
  /** Runs the steps of an epoch after the one that was kept again, up to `to`, and says what it found. */
  find(how: EpochOptions, to: number): Promise<Diagnostic>;
}

/** Judged in single precision, in which weights are kept, on the reference too. */
const firstBad = (values: ArrayLike<number>): number => {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(Math.fround(values[i] as number))) return i;
  return -1;
};

const number = (n: number): string =>
  n === 0 ? '0' : Math.abs(n) < 1e-3 || Math.abs(n) >= 1e5 ? n.toExponential(2) : n.toPrecision(4);

/** `from -0.31 to 2.4`, of the finite ones, and how many are not. */
export function rangeText(values: ArrayLike<number>): string {
  let [low, high, bad] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (let i = 0; i < values.length; i++) {
    const v = values[i] as number;
    if (!Number.isFinite(Math.fround(v))) bad++;
    else [low, high] = [Math.min(low, v), Math.max(high, v)];
  }
  if (bad === values.length) return 'no finite value';
  return `from ${number(low)} to ${number(high)}${bad > 0 ? `, ${bad} of ${values.length} not finite` : ''}`;
}

/** The first node of a kernel whose value is not finite in single precision, given what the kernel read. */
function firstNode({ nodes, inputs, step, outputs, name }: Look): Node | undefined {
  if (nodes.length > 1) {
    const group = { name, family: 'pointwise', nodes, outputs: [], inputs: [], effects: [] } as const;
    const values = computeGroup(group, inputs, step);
    for (const node of nodes) if (firstBad(values.get(node)?.data ?? []) >= 0) return node;
  }
  return nodes.find((n) => outputs.has(n)) ?? nodes[nodes.length - 1];
}

export function watchFor(backend: Backend, set: Uploaded, plan: Plan): Watch {
  const { batch } = plan;
  let kept: { snapshot: Snapshot; step: number } | undefined;

  /** What is wrong in one step; undefined when all its values are finite. */
  const findIn = async (one: OneStep, epoch: number): Promise<Diagnostic | undefined> => {
    for await (const look of set.trace(one)) {
      const given = [...look.inputs].find(([, v]) => firstBad(v) >= 0);
      if (given) {
        const [node, values] = given;
        const at = firstBad(values);
        const what = Number.isNaN(values[at]) ? 'NaN' : 'an infinity';
        if (isOp(node, 'input'))
          return say.picturesNotFinite(what, epoch, one.step, Math.floor((at * batch) / values.length));
        return say.givenNotFinite(node.id, what, at, showShape(node.type.shape), epoch, one.step, node.layer?.span);
      }
      const made = [...look.outputs].find(([, v]) => firstBad(v) >= 0);
      if (!made) continue;
      const [output, values] = made;
      const node = firstNode(look) ?? output;
      const bad = values[firstBad(values)] as number;
      const ranges = [...look.inputs].map(([n, v]) => `%${n.id} ${showShape(n.type.shape)}: ${rangeText(v)}`);
      const span = (node.layer ?? output.layer)?.span;
      return say.firstNotFinite(
        { id: node.id, line: printNode(node), kernel: look.name, what: Number.isNaN(bad) ? 'NaN' : 'an infinity' },
        { epoch, step: one.step, lr: one.lr },
        ranges,
        span,
      );
    }
    return undefined;
  };

  return {
    async keep(step) {
      kept = { snapshot: await backend.snapshot(), step };
    },
    async broken() {
      const { parameters } = await backend.snapshot();
      return [...parameters.values()].some((v) => firstBad(v) >= 0);
    },
    async find(how, to) {
      if (!kept) throw new Error('nothing was kept');
      kept.snapshot.restore();
      const { seed, firstStep } = how;
      for (let step = Math.max(kept.step, firstStep) + 1; step <= to; step++) {
        const start = (step - firstStep - 1) * batch;
        const lr = lrOf(plan, how, Math.ceil(set.count / batch), step - 1);
        const one = { step, start, count: Math.min(batch, set.count - start), seed, lr };
        const found = await findIn(one, how.epoch + 1);
        if (found) return found;
      }
      return say.notSeenAgain(how.epoch + 1, kept.step + 1, to);
    },
  };
}
