// Updates that do the same to different parameters become one kernel over all of them: their parameters, gradients and
// slots lie side by side in the same order (plan-memory sees to it), so that one index serves all.
import { isOp, type Node, storageOf } from '../ir/index.ts';
import type { Group, Member, Update } from '../schedule/index.ts';
import { keyOf } from './rewrite.ts';

function memberOf(group: Group): Member {
  const assigns = group.effects.flatMap((e) => (e.kind === 'assign' ? [e] : []));
  const parameter = assigns.find((e) => isOp(e.target, 'parameter'));
  if (!parameter) throw new Error(`${group.name} updates no parameter`);
  return {
    parameter: parameter.target as unknown as Node,
    gradient: parameter.gradient,
    slots: assigns.filter((e) => isOp(e.target, 'state')).map((e) => e.target as unknown as Node),
  };
}

/** Equal for two updates that do the same: nodes by what they compute, leaves by their part. */
function shapeOf(group: Group, member: Member): string {
  const names = new Map<Node, string>([
    [member.parameter, 'parameter'],
    [member.gradient, 'gradient'],
  ]);
  member.slots.forEach((slot, i) => names.set(slot, `slot${i}`));
  const nameOf = (n: Node): string => names.get(n) ?? n.id;
  const lines = group.nodes.map((node, i) => {
    const key = keyOf(node, nameOf);
    names.set(node, `value${i}`);
    return key;
  });
  const effects = group.effects.map((e) =>
    e.kind === 'assign' ? `${nameOf(e.target as unknown as Node)}=${nameOf(e.value)}` : '',
  );
  return [...lines, ...effects].join(';');
}

const slotsOf = ({ members }: Update): number => members[0]?.slots.length ?? 0;

/** The updates among the groups, merged: those with more slots first, then in the order of their first members. */
export function mergeUpdates(groups: readonly Group[]): Update[] {
  const merged = new Map<string, { group: Group; members: Member[]; apart: boolean }>();
  const taken = new Set<Node>();
  for (const group of groups) {
    if (group.family !== 'update') continue;
    const member = memberOf(group);
    // Two biases that are added to the same values have one gradient between them.
    const gradient = storageOf(member.gradient);
    const apart = taken.has(gradient);
    taken.add(gradient);
    const key = apart ? group.name : shapeOf(group, member);
    const known = merged.get(key);
    if (known) known.members.push(member);
    else merged.set(key, { group, members: [member], apart });
  }
  return [...merged.values()].sort((p, q) => slotsOf(q) - slotsOf(p));
}
