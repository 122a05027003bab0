// Sums of neighbouring channels, of values that are computed on the way, and what is done with them: an item is an element.
import type { StepField } from '../../../runtime/plan.ts';
import { isOp, type Node, showShape, sizeOf, storageOf } from '../../ir/index.ts';
import type { Group } from '../../schedule/index.ts';
import type { ItemSchedule } from '../family-schedules.ts';
import { bindings, heading, type Kernel } from '../kernel.ts';
import { i32, kernelText, u32, wgsl } from '../wgsl.ts';
import { compute, epilogue, helpers, type Place, within } from './epilogue.ts';
import { itemsMain } from './items.ts';

export function neighboursKernel(group: Group, schedule: ItemSchedule, fields: readonly StepField[]): Kernel {
  const isRoot = (n: Node): boolean => isOp(n, 'channel_sum');
  const root = group.nodes.find(isRoot) as Node<'channel_sum'>;
  const { before, after } = root.attrs;
  const x = root.inputs[0] as Node;
  const { shape } = root.type;
  const channels = shape[shape.length - 1] as number;
  const count = sizeOf(shape);
  const b = bindings(fields);
  const first = within(group.nodes, [storageOf(x)], isRoot);
  const rest = group.nodes.filter((n) => !isRoot(n) && !first.includes(n));
  const near: Place = { index: wgsl`e`, column: wgsl`k`, width: 1, shape };
  const computed = compute(b, first, new Map(), near, () => 'read_write');
  const term = computed.value(x);
  const own: Place = { index: wgsl`i`, column: wgsl`c`, width: 1, shape };
  const known = new Map([[root as unknown as Node, wgsl`total`]]);
  const lines = epilogue(b, within(group.nodes, rest, isRoot), group.outputs, known, own, () => 'read_write', wgsl`_r`);
  const body = wgsl`
let c = i % ${u32(channels)};
let base = i - c;
var total = 0.0;
for (var k = u32(max(0, i32(c) - ${i32(before)})); k < min(c + ${u32(after + 1)}, ${u32(channels)}); k++) {
  let e = base + k;
  ${computed.lines}
  total += ${term};
}
${lines}`;
  const { main, groups } = itemsMain(count, schedule, [{ wgsl: body.wgsl.trim() }]);
  const text = wgsl`
${heading(`${group.name} = ${group.nodes.map((n) => n.op).join(', ')}: ${before} channels before and ${after} after each of ${showShape(shape)}`, group.nodes)}
alias T = f32;
${b.declare()}
${helpers(group.nodes, 1)}

${main}`;
  return { name: group.name, wgsl: kernelText(text), bindings: b.list(), groups };
}
