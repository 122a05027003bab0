// A batch enters: pictures and labels are gathered from the data set on the device, in the order of the epoch.
import type { StepField } from '../../../runtime/plan.ts';
import { type Node, sizeOf } from '../../ir/index.ts';
import { familySchedule, type ItemSchedule } from '../family-schedules.ts';
import { bindings, type Kernel } from '../kernel.ts';
import type { Target } from '../schedules.ts';
import { comment, kernelText, nothing, u32, type Wgsl, wgsl } from '../wgsl.ts';
import { itemsMain } from './items.ts';

/** Pictures stored as bytes or as floats, and their labels. Places of the batch beyond `count` are filled with zeros. */
export function loadKernel(
  stored: 'u8' | 'f32',
  input: Node,
  labels: Node | undefined,
  target: Target,
  fields: readonly StepField[],
): Kernel {
  const b = bindings(fields);
  const step = (name: string) => b.step(fields.find((f) => f.name === name) as StepField);
  const [batch = 0, ...shape] = input.type.shape;
  const perPicture = sizeOf(shape);
  const perLabel = labels ? sizeOf(labels.type.shape.slice(1)) : 0;
  // An invocation moves a value of a picture (four where they come in fours), or of its labels, or both.
  const width = perPicture % 4 === 0 ? 4 : 1;
  const values = perPicture / width;
  const each = Math.max(values, perLabel);
  const count = batch * each;
  const pictures = b.other(
    'pictures',
    { kind: 'buffer', buffer: 'pictures' },
    stored === 'u8' ? 'u32' : width === 4 ? 'vec4f' : 'f32',
    0,
    'read',
  );
  const order = b.other('order', { kind: 'buffer', buffer: 'order' }, 'u32', 0, 'read');
  const x = b.use(input, width === 4 ? 'vec4f' : 'f32', 'read_write');
  const element = labels?.type.dtype === 'f32' ? 'f32' : 'u32';
  const labelled = labels && {
    from: b.other('labels', { kind: 'buffer', buffer: 'labels' }, element, 0, 'read'),
    to: b.use(labels, element, 'read_write'),
  };
  const among = (n: number, body: Wgsl): Wgsl =>
    n === each
      ? body
      : wgsl`if (k < ${u32(n)}) {
  ${body}
}`;
  const at = (n: number): Wgsl => (n === 1 ? wgsl`chosen` : wgsl`chosen * ${u32(n)} + k`);
  const to = (n: number): Wgsl => (n === 1 ? wgsl`picture` : wgsl`picture * ${u32(n)} + k`);
  const bytes =
    width === 4
      ? wgsl`vec4f((vec4u(${pictures}[at]) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(0xffu))`
      : wgsl`f32((${pictures}[at / 4u] >> (at % 4u * 8u)) & 0xffu)`;
  const value = wgsl`${stored === 'u8' ? bytes : wgsl`${pictures}[at]`} * ${step('scale')}`;
  const zero = width === 4 ? wgsl`vec4f()` : wgsl`0.0`;
  const body = wgsl`
let picture = i / ${u32(each)};
let k = i % ${u32(each)};
if (picture < ${step('count')}) {
  let chosen = ${order}[${step('start')} + picture];
  ${among(values, wgsl`let at = ${at(values)};\n${x}[${to(values)}] = ${value};`)}
  ${labelled ? among(perLabel, wgsl`${labelled.to}[${to(perLabel)}] = ${labelled.from}[${at(perLabel)}];`) : nothing}
} else {
  ${among(values, wgsl`${x}[${to(values)}] = ${zero};`)}
  ${labelled ? among(perLabel, wgsl`${labelled.to}[${to(perLabel)}] = ${{ wgsl: element === 'u32' ? '0u' : '0.0' }};`) : nothing}
}`;
  // It is no group that could be measured: elementwise work, by the rules.
  const schedule = familySchedule({ kind: 'items', family: 'pointwise', count }, target) as ItemSchedule;
  const { main, groups } = itemsMain(count, schedule, [{ wgsl: body.wgsl.trim() }]);
  const text = wgsl`
${comment(`One batch of ${batch} pictures, gathered from ${stored === 'u8' ? 'bytes, four in a u32' : 'floats'}`)}
${b.declare()}

${main}`;
  return { name: `load_${stored}`, wgsl: kernelText(text), bindings: b.list(), groups };
}
