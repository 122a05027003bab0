// The optimizer: one kernel over all parameters that are updated alike, their gradients and slots, in place.
import type { StepField } from '../../../runtime/plan.ts';
import { isOp, type Node, sizeOf, storageOf } from '../../ir/index.ts';
import type { Update } from '../../schedule/index.ts';
import type { ItemSchedule } from '../family-schedules.ts';
import { bindings, type Kernel } from '../kernel.ts';
import { comment, f32, ident, kernelText, type Wgsl, wgsl } from '../wgsl.ts';
import { load } from './epilogue.ts';
import { itemsMain } from './items.ts';
import { isPointwise, pointwiseTable } from './pointwise-table.ts';

/** `bytes` is the length of the members' range; `index` names the update among those of the plan. */
export function updateKernel(
  update: Update,
  index: number,
  bytes: number,
  schedule: ItemSchedule,
  fields: readonly StepField[],
): Kernel {
  const b = bindings(fields);
  const count = bytes / 16;
  const { group, members } = update;
  const first = members[0]!;
  const block = (
    block: 'parameters' | 'gradients' | 'slot',
    name: string,
    slot: number,
    access: 'read' | 'read_write',
  ): Wgsl => b.other(name, { kind: 'block', block, update: index, slot }, 'vec4f', count, access);
  const parameters = block('parameters', 'parameters', 0, 'read_write');
  const gradient = update.apart
    ? load(b, storageOf(first.gradient), wgsl`i`, 4, 'read')
    : wgsl`${block('gradients', 'gradients', 0, 'read')}[i]`;
  const slots = first.slots.map((slot, i) => block('slot', short(slot.id, first.parameter.id), i, 'read_write'));
  const values = new Map<Node, Wgsl>([
    [first.parameter, wgsl`${parameters}[i]`],
    [first.gradient, wgsl`g`],
    ...first.slots.map((slot, i): [Node, Wgsl] => [slot, wgsl`${slots[i] as Wgsl}[i]`]),
  ]);
  const lines: Wgsl[] = [];
  const read = (n: Node): Wgsl => {
    const known = values.get(n);
    if (known) return known;
    if (isOp(n, 'constant')) return wgsl`T(${f32(n.attrs.values[0] as number)})`;
    if (isOp(n, 'step')) return wgsl`T(${b.step(n.attrs.field)})`;
    // A scalar that another kernel made: the norm of gradients.
    if (sizeOf(n.type.shape) === 1) return wgsl`T(${b.use(storageOf(n), 'f32', 'read')}[0])`;
    throw new Error(`%${n.id} cannot be read by an update`);
  };
  for (const node of group.nodes) {
    if (!isPointwise(node.op)) throw new Error(`%${node.id}: an update is elementwise, ${node.op} is not`);
    const name = ident(short(node.id, first.parameter.id));
    lines.push(
      wgsl`let ${name} = ${pointwiseTable[node.op].of(node.inputs.map(read), node, wgsl`i`, { column: wgsl`i`, width: 4 })};`,
    );
    values.set(node, name);
  }
  for (const e of group.effects) {
    if (e.kind !== 'assign') continue;
    lines.push(wgsl`${values.get(e.target as unknown as Node) as Wgsl} = ${read(e.value)};`);
  }
  const { main, groups } = itemsMain(count, schedule, [wgsl`let g = ${gradient};`, ...lines]);
  const text = wgsl`
${comment(`The update of ${members.length} parameters side by side: ${members.map((m) => m.parameter.id).join(', ')}`)}
alias T = vec4f;
${b.declare()}

${main}`;
  return { name: index === 0 ? 'update' : `update.${index + 1}`, wgsl: kernelText(text), bindings: b.list(), groups };
}

/** `conv1.weight.m.new` of parameter `conv1.weight` reads as `m.new`. */
const short = (id: string, parameter: string): string =>
  id.startsWith(`${parameter}.`) ? id.slice(parameter.length + 1) : id;
