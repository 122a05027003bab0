// The schedule as text: a kernel and its nodes, then where values lie.
import type { Node } from '../ir/index.ts';
import type { FusedGraph, Scheduled } from './types.ts';

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

/** Groups, then memory: `%conv1: arena 401408 + 9437184`. The text ends with a line feed. */
export function printSchedule({ fused, memory }: Scheduled): string {
  const lines = [...memory.places]
    .filter(([, view]) => view.buffer === 'arena')
    .sort(([, a], [, b]) => a.offset - b.offset || a.bytes - b.bytes)
    .map(([node, view]) => `  %${node.id}: ${view.offset} + ${view.bytes}`);
  return `${printGroups(fused)}arena ${memory.arenaBytes} bytes (live ${memory.liveBytes}) {\n${lines.join('\n')}\n}\n`;
}
