// Sums of squares of many values at once, or counts of those that are not finite: gradients lie side by side, so a few bindings and one dispatch reach them all.
import type { StepField, View } from '../../../runtime/plan.ts';
import { isOp, type Node, sizeOf, storageOf } from '../../ir/index.ts';
import type { Group, MemoryPlan } from '../../schedule/index.ts';
import type { ItemSchedule } from '../family-schedules.ts';
import { bindings, type Kernel } from '../kernel.ts';
import { comment, kernelText, u32, type Wgsl, wgsl } from '../wgsl.ts';
import { itemsMain } from './items.ts';

/** Spans that one kernel binds: one is enough where all gradients form one block. */
const MOST_SPANS = 6;

const placeOf = (node: Node, memory: MemoryPlan): View => {
  const view = memory.places.get(storageOf(node));
  if (!view) throw new Error(`%${node.id} has no place`);
  return view;
};
const endOf = ({ offset, bytes }: View): number => offset + bytes;

/** The bytes from the first to the last of these values. */
export function spanOf(nodes: readonly Node[], memory: MemoryPlan): View {
  const views = nodes.map((n) => placeOf(n, memory));
  const [first] = views as [View];
  const offset = Math.min(...views.map((v) => v.offset));
  return { buffer: first.buffer, offset, bytes: Math.max(...views.map(endOf)) - offset };
}

/**
 * Values in the order of their places, joined to spans: neighbours first, then those with the smallest gaps, never over
 * the value that the kernel writes, because a binding must not show it twice.
 */
function spans(nodes: readonly Node[], out: View, memory: MemoryPlan): Node[][] {
  const at = (n: Node): View => placeOf(n, memory);
  const sorted = [...new Set(nodes)].sort(
    (p, q) => at(p).buffer.localeCompare(at(q).buffer) || at(p).offset - at(q).offset,
  );
  const found = sorted.map((n) => [n]);
  const gap = (i: number): number => {
    const [p, q] = [spanOf(found[i]!, memory), spanOf(found[i + 1]!, memory)];
    const over = out.buffer === p.buffer && p.offset < endOf(out) && out.offset < endOf(q);
    return p.buffer !== q.buffer || over ? Number.POSITIVE_INFINITY : q.offset - endOf(p);
  };
  while (found.length > 1) {
    const gaps = found.slice(1).map((_, i) => gap(i));
    const least = Math.min(...gaps);
    // Values start at multiples of 256 bytes: less than that lies between neighbours.
    if (least >= 256 && (found.length <= MOST_SPANS || least === Number.POSITIVE_INFINITY)) break;
    const i = gaps.indexOf(least);
    found.splice(i, 2, [...found[i]!, ...found[i + 1]!]);
  }
  return found;
}

/** An item is a sum; what lies between the values is stepped over. */
export function squaresKernel(
  group: Group,
  schedule: ItemSchedule,
  memory: MemoryPlan,
  fields: readonly StepField[],
): Kernel {
  const node = group.nodes[0] as Node;
  const b = bindings(fields);
  const count = sizeOf(node.type.shape);
  const out = b.use(node, 'f32', 'read_write');
  // What is known is finite, and lies nowhere.
  const counts = isOp(node, 'overflows');
  const inputs = node.inputs.map(storageOf).filter((n) => !(counts && isOp(n, 'constant')));
  const parts = (inputs.length === 0 ? [] : spans(inputs, placeOf(node, memory), memory)).map((nodes, k) => {
    const span = spanOf(nodes, memory);
    const values = b.other(`values${k}`, { kind: 'span', nodes }, 'f32', span.bytes / 4, 'read_write');
    const name: Wgsl = { wgsl: `squares_of_values${k}` };
    const calls = nodes.flatMap((n) => {
      const { offset, bytes } = placeOf(n, memory);
      const times = inputs.filter((i) => i === n).length;
      const start = u32((offset - span.offset) / 4);
      const call = wgsl`total += ${name}(i, ${start}, ${u32(bytes / 4)}); ${comment(n.id)}`;
      return Array.from({ length: times }, () => call);
    });
    const helper = wgsl`
fn ${name}(first: u32, start: u32, length: u32) -> f32 {
  var part = 0.0;
  for (var i = first; i < length; i += ${u32(count)}) {
    let x = ${values}[start + i];
    ${counts ? wgsl`part += select(0.0, 1.0, (bitcast<u32>(x) & 0x7f800000u) == 0x7f800000u);` : wgsl`part += x * x;`}
  }
  return part;
}`;
    return { helper, calls };
  });
  const body = [wgsl`var total = 0.0;`, ...parts.flatMap((p) => p.calls), wgsl`${out}[i] = total;`];
  const { main, groups } = itemsMain(count, schedule, body);
  const text = wgsl`
${comment(`${group.name}: ${counts ? 'what is not finite' : 'the squares'} of ${node.inputs.length} values in ${count} sums`)}
${b.declare()}
${parts.map((p) => p.helper)}

${main}`;
  return { name: group.name, wgsl: kernelText(text), bindings: b.list(), groups };
}
