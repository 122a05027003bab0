// The numbers of a layer with their arithmetic written out: sizes, parameters, multiply-adds, receptive field.
import type { InitSpec } from '../../runtime/index.ts';
import { grouped, table } from '../format.ts';
import { windowOf } from '../graphics/diagram.ts';
import { extent, type Graph, type Node, opDef, sizeOf } from '../ir/index.ts';
import { howShape } from '../passes/how-shape.ts';
import type { LayerInfo } from '../passes/lower-ast.ts';
import { receptiveFields } from '../passes/receptive-field.ts';

export const times = (shape: readonly number[]): string => shape.join('x') || 'scalar';
const product = (shape: readonly number[]): string => shape.join(' * ') || '1';

/** `28x28x1 -> 24x24x32`, and how. */
export function sizeLines(layer: LayerInfo, sources: readonly Node[]): string[] {
  const { output } = layer;
  const from = sources.map((n) => times(n.type.shape.slice(1))).join(', ');
  const how = howShape(output);
  const head = `${from === '' ? '' : `${from} -> `}${times(output.type.shape.slice(1))}`;
  return how === '' ? [head] : [head, how];
}

/** `starts uniform, limit 0.1044`: the kind and its numbers by name, whatever they are. */
function initText({ kind, ...numbers }: InitSpec): string {
  const shown = (v: unknown): string =>
    Array.isArray(v)
      ? `${v.slice(0, 9).map(shown).join(' ')}${v.length > 9 ? ` ... ${v.length} in all` : ''}`
      : String(typeof v === 'number' ? Number(v.toPrecision(4)) : v);
  const named = Object.entries(numbers).map(([name, v]) => `${name} ${shown(v)}`);
  return [`starts ${kind}`, ...named].join(', ');
}

/** A line a parameter: shape, count, how it starts. */
export function parameterLines(parameters: readonly Node[]): string[] {
  if (parameters.length === 0) return ['none'];
  const rows = parameters.map((p) => {
    const { shape } = p.type;
    const { init, trainable } = (p as Node<'parameter'>).attrs;
    const count = shape.length > 1 ? `${product(shape)} = ${grouped(sizeOf(shape))}` : grouped(sizeOf(shape));
    return [`%${p.id}`, times(shape), count, `${initText(init)}${trainable ? '' : '; not trained'}`];
  });
  const lines = table(rows, [false, false, false, false]).trimEnd().split('\n');
  const counts = parameters.map((p) => sizeOf(p.type.shape));
  const total = counts.reduce((a, b) => a + b, 0);
  return counts.length > 1 ? [...lines, `in all ${counts.map(grouped).join(' + ')} = ${grouped(total)}`] : lines;
}

/** For each node that multiplies: outputs of one picture times products of one output. */
export function multiplyAddLines(nodes: readonly Node[], batch: number): string[] {
  const lines = nodes.flatMap((n) => {
    const total = (opDef(n.op).multiplyAdds?.(n) ?? 0) / batch;
    if (total === 0) return [];
    const shape = n.type.shape.slice(1);
    const each = total / sizeOf(shape);
    const arithmetic = Number.isInteger(each)
      ? `${product(shape)} outputs * ${grouped(each)} products = ${grouped(total)}`
      : grouped(total);
    return [`%${n.id}: ${arithmetic}`];
  });
  return lines.length === 0 ? ['none worth counting'] : lines;
}

/** How much of the input one output sees, from what the layer before sees (Araujo, Norris & Sim 2019). */
export function fieldLines(layer: LayerInfo, nodes: readonly Node[], forward: Graph): string[] {
  const fields = receptiveFields(forward);
  const field = fields.get(layer.output);
  if (!field) return ['all of the input'];
  const jumps = `neighbours ${times(field.jump)} apart`;
  const sliding = nodes.find((n) => windowOf(n) && fields.get(n.inputs[0] as Node));
  const before = sliding && fields.get(sliding.inputs[0] as Node);
  const window = sliding && windowOf(sliding);
  const head = `${times(field.size)} of the input, ${jumps}`;
  if (!before || !window) return [head];
  const dilation = (sliding.attrs as { dilation?: readonly number[] }).dilation ?? [1, 1];
  const along = [0, 1].map((axis) => {
    const e = extent(window[axis] ?? 1, dilation[axis] ?? 1);
    return `${before.size[axis as 0 | 1]} + (${e} - 1) * ${before.jump[axis as 0 | 1]} = ${field.size[axis as 0 | 1]}`;
  });
  return along[0] === along[1] ? [head, along[0] as string] : [head, `${along[0]} rows, ${along[1]} columns`];
}
