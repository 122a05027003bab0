// Kernels in which every element of the result comes from one element of an operand, or is zero.
import type { StepField } from '../../../runtime/plan.ts';
import { isOp, type Node, showShape, sizeOf, storageOf } from '../../ir/index.ts';
import type { Group } from '../../schedule/index.ts';
import type { ItemSchedule } from '../family-schedules.ts';
import { type Bindings, bindings, heading, type Kernel } from '../kernel.ts';
import { f32, kernelText, u32, type Wgsl, wgsl } from '../wgsl.ts';
import { epilogue, helpers, load } from './epilogue.ts';
import { axesOf, inFours, sourceIndex } from './gather-axes.ts';
import { itemsMain } from './items.ts';

/** Each item is an element, or four neighbours where they lie side by side in the operands too. */
export function gatherKernel(group: Group, schedule: ItemSchedule, fields: readonly StepField[]): Kernel {
  const root = group.nodes[0] as Node;
  const b = bindings(fields);
  const { shape } = root.type;
  const last = shape[shape.length - 1] ?? 1;
  const { width, value } = isOp(root, 'concat') ? fromMany(b, root) : fromOne(b, root);
  const count = sizeOf(shape) / width;
  const place = { index: wgsl`i`, column: wgsl`i % ${u32(last / width)}`, width, shape } as const;
  const after = epilogue(b, group.nodes, group.outputs, new Map([[root, wgsl`value`]]), place, () => 'read_write');
  const { main, groups } = itemsMain(count, schedule, [value, after]);
  const text = wgsl`
${heading(`${group.name} = ${group.nodes.map((n) => n.op).join(', ')}: ${showShape(shape)}`, group.nodes)}
alias T = ${{ wgsl: width === 4 ? 'vec4f' : 'f32' }};
${b.declare()}
${helpers(group.nodes, width)}

${main}`;
  return { name: group.name, wgsl: kernelText(text), bindings: b.list(), groups };
}

interface Made {
  readonly width: 1 | 4;
  /** Lines that declare `value`. */
  readonly value: Wgsl;
}

/** An element of an operand; scalar constants are text. */
function element(b: Bindings, node: Node, at: Wgsl, width: 1 | 4): Wgsl {
  const storage = storageOf(node);
  if (isOp(storage, 'constant')) return wgsl`T(${f32(storage.attrs.values[0] as number)})`;
  return load(b, storage, at, width, 'read_write');
}

/** slice, zeros around, transpose, reverse ...: the source's coordinates are computed axis by axis. */
function fromOne(b: Bindings, root: Node): Made {
  const whole = axesOf(root);
  const last = root.type.shape[root.type.shape.length - 1] ?? 1;
  const fours = last % 4 === 0 ? inFours(whole) : undefined;
  const { lines, index, inside } = sourceIndex(fours ?? whole);
  const width = fours ? 4 : 1;
  const read = element(b, root.inputs[0] as Node, index, width);
  const value = inside
    ? wgsl`
${lines}
var value = T();
if (${inside}) {
  value = ${read};
}`
    : wgsl`
${lines}
let value = ${read};`;
  return { width, value: { wgsl: value.wgsl.trim() } };
}

/** concat: the result is rows of what the operands' rows hold, one after the other. */
function fromMany(b: Bindings, root: Node<'concat'>): Made {
  const { axis } = root.attrs;
  const { shape } = root.type;
  const rowOf = (n: Node): number => sizeOf(n.type.shape.slice(axis));
  const last = shape[shape.length - 1] as number;
  const width = last % 4 === 0 && root.inputs.every((n) => rowOf(n) % 4 === 0) ? 4 : 1;
  const total = sizeOf(shape.slice(axis)) / width;
  const rows = sizeOf(shape.slice(0, axis));
  let end = 0;
  const parts = root.inputs.map((x, k) => {
    const own = rowOf(x) / width;
    const begin = end;
    end += own;
    const inRow = begin === 0 ? wgsl`at` : wgsl`at - ${u32(begin)}`;
    const read = element(b, x, rows === 1 ? inRow : wgsl`row * ${u32(own)} + ${inRow}`, width);
    if (k === root.inputs.length - 1) return wgsl`{ value = ${read}; }`;
    return wgsl`if (at < ${u32(end)}) { value = ${read}; } else`;
  });
  const value = wgsl`
${rows === 1 ? wgsl`let at = i;` : wgsl`let row = i / ${u32(total)};\nlet at = i % ${u32(total)};`}
var value = T();
${parts}`;
  return { width, value: { wgsl: value.wgsl.trim() } };
}
