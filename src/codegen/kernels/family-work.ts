// What the kernels of a group or of an update have to do, for the rules of their schedules; and its name, as cnnc.tune.json says it.
import { type ConvAttrs, isOp, isTextConstant, type Node, showShape, sizeOf, storageOf } from '../../ir/index.ts';
import { attrsKey } from '../../ir/key.ts';
import type { Group, Update } from '../../schedule/index.ts';
import { type FamilyWork, familySchedule, type ItemSchedule } from '../family-schedules.ts';
import { shapeOf } from '../kernel-cache.ts';
import type { Target, Tuned } from '../schedules.ts';
import { sumsOf } from './sum.ts';

/** Fours of channels where they come in fours. */
const widthOf = ({ type: { shape } }: Node): 1 | 4 => ((shape[shape.length - 1] ?? 1) % 4 === 0 ? 4 : 1);

/** The forward pass and its gradients, by how they are computed. */
export function depthwiseWork(root: Node): FamilyWork {
  const { groups, stride } = root.attrs as ConvAttrs;
  const weights = isOp(root, 'conv2d_dw') ? root : (root.inputs[1] as Node);
  const filters = weights.type.shape[3] as number;
  const { shape } = root.type;
  if (isOp(root, 'conv2d_dw')) {
    const [n = 1, oh = 1] = (root.inputs[1] as Node).type.shape;
    return { kind: 'slices', filters: filters === groups ? filters / widthOf(weights) : filters, rows: n * oh };
  }
  const backwards = filters === groups && stride.every((s) => s === 1);
  if (isOp(root, 'conv2d') || backwards) return { kind: 'strips', columns: shape[2] as number };
  return { kind: 'items', family: 'depthwise', count: sizeOf(shape) / widthOf(root) };
}

function itemsOf({ family, nodes }: Group): FamilyWork {
  const last = nodes[nodes.length - 1] as Node;
  return { kind: 'items', family, count: sizeOf(last.type.shape) / widthOf(last) };
}

/** What a group has to do; undefined for families without a choice, and for contractions, whose `indexMap` says it. */
export function familyWork(group: Group): FamilyWork | undefined {
  const { family, nodes } = group;
  const root = nodes[0] as Node;
  switch (family) {
    case 'contraction':
    case 'accumulate':
    case 'update':
      return undefined;
    case 'window':
      // The lanes of a subgroup share the loads of this one: it has one shape.
      if (isOp(root, 'conv2d_dw_pooled')) return undefined;
      return itemsOf(group);
    case 'depthwise':
      return depthwiseWork(root);
    case 'sum': {
      if (nodes.some((n) => isOp(n, 'batch_mean'))) return undefined;
      const { count, run, width, sums } = sumsOf(group);
      return { kind: 'sum', count, terms: run, bytes: 4 * width * sums.length };
    }
    case 'squares':
      return { kind: 'items', family, count: sizeOf(root.type.shape) };
    case 'rows':
      return { kind: 'items', family, count: Math.max(...nodes.map((n) => n.type.shape[0] ?? 1)) };
    default:
      return itemsOf(group);
  }
}

/** 32 bits of a text, as eight digits: Fowler, Noll, Vo, FNV-1a. */
function digest(text: string): string {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return hash.toString(16).padStart(8, '0');
}

const opsOf = (nodes: readonly Node[]): string => {
  const ops = nodes.map((n) => n.op);
  return ops.length > 4 ? `${ops.slice(0, 3).join(' ')} and ${ops.length - 3} more` : ops.join(' ');
};

/**
 * What a group computes, as a line of text: equal for equal work, whatever the values are called. The digits stand for all of
 * it: operands, attributes, and what is stored.
 */
export function workOfGroup(group: Group): string {
  const shape = showShape((group.outputs[group.outputs.length - 1] ?? (group.nodes[0] as Node)).type.shape);
  return `${group.family} ${opsOf(group.nodes)} -> ${shape} ${digest(shapeOf(group).key)}`;
}

/** The same for `bytes` of an update, whose parameters lie side by side. */
export function workOfUpdate({ group, members }: Update, bytes: number): string {
  const first = members[0]!;
  const names = new Map<Node, string>([
    [first.parameter, 'parameter'],
    [first.gradient, 'gradient'],
    ...first.slots.map((slot, i): [Node, string] => [slot, `slot${i}`]),
  ]);
  const refer = (n: Node): string =>
    names.get(n) ??
    (isOp(n, 'step') || isTextConstant(n) ? attrsKey(n.attrs) : `value ${showShape(storageOf(n).type.shape)}`);
  const lines = group.nodes.map((n, i) => {
    const line = `${n.op}(${n.inputs.map(refer).join(', ')})${attrsKey(n.attrs)}`;
    names.set(n, `${i}`);
    return line;
  });
  const results = group.effects.map((e) =>
    e.kind === 'assign' ? `${refer(e.target as unknown as Node)} = ${refer(e.value)}` : '',
  );
  return `update ${opsOf(group.nodes)} -> ${bytes / 4} ${digest([...lines, ...results].join('\n'))}`;
}

/** What `bytes` of an update have to do: fours of parameters. */
export const updateWork = (bytes: number): FamilyWork => ({ kind: 'items', family: 'update', count: bytes / 16 });

/** The schedule of `bytes` of an update: as measured, or by the rules. */
export function updateSchedule(update: Update, bytes: number, target: Target, tuned: Tuned): ItemSchedule {
  const own = tuned.size > 0 ? tuned.get(workOfUpdate(update, bytes)) : undefined;
  return (own?.kind === 'items' ? own : familySchedule(updateWork(bytes), target)) as ItemSchedule;
}
