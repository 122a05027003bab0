// A graph as text: one line a value, with source names, so that a change of one layer changes one hunk.
import type { Effect, Graph, Node } from './types.ts';
import { isOp, showShape } from './types.ts';

function showAttr(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(showAttr).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([k, v]) => `${k}: ${showAttr(v)}`)
      .join(', ')}}`;
  }
  return String(value);
}

/** Shapes are in the type, and one group is none. `%conv1.z: f32 128x24x24x32 = conv2d(%x, %conv1.weight) {stride: [1, 1]}` */
export function printNode(node: Node): string {
  const inputs = node.inputs.map((n) => `%${n.id}`).join(', ');
  const entries = isOp(node, 'step')
    ? Object.entries(node.attrs.field).filter(([k]) => k !== 'type')
    : Object.entries(node.attrs).filter(
        ([k, v]) => k !== 'shape' && k !== 'batch' && k !== 'dtype' && !(k === 'groups' && v === 1),
      );
  const attrs = entries.map(([k, v]) => `${k}: ${showAttr(v)}`).join(', ');
  return `%${node.id}: ${node.type.dtype} ${showShape(node.type.shape)} = ${node.op}(${inputs})${attrs === '' ? '' : ` {${attrs}}`}`;
}

export function printEffect(effect: Effect): string {
  switch (effect.kind) {
    case 'assign':
      return `assign %${effect.target.id} = %${effect.value.id}`;
    case 'accumulate':
      return `accumulate ${effect.metric} += sum %${effect.value.id}`;
    case 'output':
      return `output ${effect.name} = %${effect.value.id}`;
  }
}

/** The whole graph; the text ends with a line feed. */
export function printGraph(graph: Graph): string {
  const lines = [
    `graph ${graph.name} {`,
    ...graph.nodes.map((n) => `  ${printNode(n)}`),
    ...graph.effects.map((e) => `  ${printEffect(e)}`),
    '}',
  ];
  return `${lines.join('\n')}\n`;
}
