// A training step on a device as --check-nan looks at it: group by group.
import type { DeviceData, Session, StepValues } from '../../../runtime/index.ts';
import type { Emitted } from '../../codegen/emit-plan.ts';
import type { Look } from '../../reference/backend.ts';
import { stepNumbers, trace } from './trace.ts';

export async function* looks(
  session: Session,
  emitted: Emitted,
  values: StepValues,
  data: DeviceData,
  only?: ReadonlySet<string>,
): AsyncGenerator<Look> {
  const step = stepNumbers(emitted.plan, values);
  for await (const { origin, inputs, outputs } of trace(session, emitted, 'train', values, data, only)) {
    for (const { name, nodes, ...group } of origin.groups) {
      const targets = group.effects.flatMap((e) => (e.kind === 'assign' ? [e.target.id] : []));
      const mine = [...outputs].filter(([n]) => group.outputs.includes(n) || targets.includes(n.id));
      const given = [...inputs].filter(([n]) => group.inputs.includes(n));
      yield { name, nodes, inputs: new Map(given), outputs: new Map(mine), step };
    }
  }
}
