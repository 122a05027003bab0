// Elementwise kernels: each item is an element, or four.
import type { StepField } from '../../../runtime/plan.ts';
import { type Node, showShape, sizeOf } from '../../ir/index.ts';
import type { Group } from '../../schedule/index.ts';
import type { ItemSchedule } from '../family-schedules.ts';
import { bindings, heading, type Kernel } from '../kernel.ts';
import { kernelText, u32, wgsl } from '../wgsl.ts';
import { epilogue, helpers } from './epilogue.ts';
import { itemsMain } from './items.ts';

export function pointwiseKernel(group: Group, schedule: ItemSchedule, fields: readonly StepField[]): Kernel {
  const b = bindings(fields);
  const { shape } = (group.nodes[group.nodes.length - 1] as Node).type;
  const last = shape[shape.length - 1] ?? 1;
  const width = group.nodes.every((n) => (n.type.shape[n.type.shape.length - 1] ?? 1) % 4 === 0) ? 4 : 1;
  const count = sizeOf(shape) / width;
  const place = { index: { wgsl: 'i' }, column: wgsl`i % ${u32(Math.max(1, last / width))}`, width, shape } as const;
  const body = epilogue(b, group.nodes, group.outputs, new Map(), place, () => 'read_write');
  const { main, groups } = itemsMain(count, schedule, [body]);
  const text = wgsl`
${heading(`${group.name} = ${group.nodes.map((n) => n.op).join(', ')}: elementwise over ${showShape(shape)}`, group.nodes)}
alias T = ${{ wgsl: width === 4 ? 'vec4f' : 'f32' }};
${b.declare()}
${helpers(group.nodes, width)}

${main}`;
  return { name: group.name, wgsl: kernelText(text), bindings: b.list(), groups };
}
