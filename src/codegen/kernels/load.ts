// A batch enters: pictures and labels are gathered from the data set on the device, in the order of the epoch.
import type { StepField } from '../../../runtime/plan.ts';
import { type Node, sizeOf } from '../../ir/index.ts';
import { bindings, flatIndex, type Kernel, spread } from '../kernel.ts';
import { comment, kernelText, nothing, size, u32, wgsl } from '../wgsl.ts';

const WORKGROUP = 64;

/** Pictures stored as bytes or as floats. Places of the batch beyond `count` are filled with zeros. */
export function loadKernel(
  stored: 'u8' | 'f32',
  input: Node,
  labels: Node | undefined,
  fields: readonly StepField[],
): Kernel {
  const b = bindings(fields);
  const step = (name: string) => b.step(fields.find((f) => f.name === name) as StepField);
  const perPicture = sizeOf(input.type.shape.slice(1));
  const count = sizeOf(input.type.shape);
  const pictures = b.other(
    'pictures',
    { kind: 'buffer', buffer: 'pictures' },
    stored === 'u8' ? 'u32' : 'f32',
    0,
    'read',
  );
  const order = b.other('order', { kind: 'buffer', buffer: 'order' }, 'u32', 0, 'read');
  const x = b.use(input, 'f32', 'read_write');
  const labelled = labels && {
    from: b.other('labels', { kind: 'buffer', buffer: 'labels' }, 'u32', 0, 'read'),
    to: b.use(labels, 'u32', 'read_write'),
  };
  const value =
    stored === 'u8'
      ? wgsl`f32((${pictures}[at / 4u] >> (at % 4u * 8u)) & 0xffu) * ${step('scale')}`
      : wgsl`${pictures}[at] * ${step('scale')}`;
  const groups = spread(Math.ceil(count / WORKGROUP));
  const text = wgsl`
${comment(`One batch of ${input.type.shape[0] ?? 0} pictures, gathered from ${stored === 'u8' ? 'bytes, four in a u32' : 'floats'}`)}
${b.declare()}

@compute @workgroup_size(${size(WORKGROUP)})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = ${flatIndex(groups, WORKGROUP)};
  if (i >= ${u32(count)}) { return; }
  let picture = i / ${u32(perPicture)};
  let pixel = i % ${u32(perPicture)};
  var value = 0.0;
  if (picture < ${step('count')}) {
    let chosen = ${order}[${step('start')} + picture];
    let at = chosen * ${u32(perPicture)} + pixel;
    value = ${value};
    ${labelled ? wgsl`if (pixel == 0u) { ${labelled.to}[picture] = ${labelled.from}[chosen]; }` : nothing}
  }${labelled ? wgsl` else if (pixel == 0u) { ${labelled.to}[picture] = 0u; }` : nothing}
  ${x}[i] = value;
}`;
  return { name: `load_${stored}`, wgsl: kernelText(text), bindings: b.list(), groups };
}
