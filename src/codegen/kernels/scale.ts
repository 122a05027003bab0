// The scale of the loss and its counts, once the updates are done: one invocation.
import type { StepField } from '../../../runtime/plan.ts';
import type { Node } from '../../ir/index.ts';
import type { Group } from '../../schedule/index.ts';
import { bindings, type Kernel } from '../kernel.ts';
import { comment, kernelText, u32, wgsl } from '../wgsl.ts';
import { compute, helpers } from './epilogue.ts';

/** Values are computed before any is stored: what one state becomes may depend on what another was. */
export function scaleKernel(group: Group, fields: readonly StepField[]): Kernel {
  const b = bindings(fields);
  const place = { index: u32(0), column: u32(0), width: 1, shape: [] } as const;
  const { lines, value } = compute(b, group.nodes, new Map(), place, () => 'read_write');
  const stores = group.effects.flatMap((e) =>
    e.kind === 'assign'
      ? [wgsl`${b.use(e.target as unknown as Node, 'f32', 'read_write')}[0] = ${value(e.value)};`]
      : [],
  );
  const text = wgsl`
${comment('The scale of the loss: half of it after an overflow, twice as much after many steps without one.')}
alias T = f32;
${b.declare()}
${helpers(group.nodes, 1)}

@compute @workgroup_size(1)
fn main() {
  ${lines}
  ${stores}
}`;
  return { name: group.name, wgsl: kernelText(text), bindings: b.list(), groups: [1, 1, 1] };
}
