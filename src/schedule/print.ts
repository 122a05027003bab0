// The schedule as text: a kernel and its nodes, then where values lie.
import type { Node } from '../ir/index.ts';
import type { FusedGraph, MemoryPlan, Recomputation, Scheduled } from './types.ts';

/** One line a group, its nodes below it. */
export function printGroups(fused: FusedGraph): string {
  const lines = [`groups ${fused.graph.name} {`];
  const names = (nodes: readonly Node[]): string => nodes.map((n) => `%${n.id}`).join(', ');
  for (const group of fused.groups) {
    lines.push(
      `  ${group.family} ${group.name}(${names(group.inputs)}) -> ${names(group.outputs) || group.effects.map((e) => (e.kind === 'accumulate' ? e.metric : e.kind === 'assign' ? `%${e.target.id}` : e.name)).join(', ')} {`,
    );
    for (const node of group.nodes) lines.push(`    %${node.id} = ${node.op}(${names(node.inputs)})`);
    lines.push('  }');
  }
  lines.push('}');
  return `${lines.join('\n')}\n`;
}

/** How much the arena is above what lives at once, where it is. */
const above = ({ arenaBytes, liveBytes }: MemoryPlan): string =>
  arenaBytes > liveBytes ? ` (${(100 * (arenaBytes / liveBytes - 1)).toFixed(2)} % more)` : '';

const again = (r: Recomputation | undefined): string =>
  r && r.values.length > 0
    ? `\n// computed again: ${r.values.map(({ name }) => `%${name}`).join(', ')}; ${(100 * r.work).toFixed(1)} % more work`
    : '';

/** One program: how much memory it takes, its groups, and where every value lies. The text ends with a line feed. */
export function printSchedule(program: string, { fused, memory, recomputation }: Scheduled): string {
  const places = [...memory.places].map(
    ([node, { buffer, offset, bytes }]) => `  %${node.id}: ${buffer} ${offset} + ${bytes}`,
  );
  const head = `// ${program}: arena of ${memory.arenaBytes} bytes, at most ${memory.liveBytes} of them live${above(memory)}${again(recomputation)}`;
  return `${head}\n${printGroups(fused)}places ${program} { // buffer, offset + bytes\n${places.join('\n')}\n}\n`;
}
