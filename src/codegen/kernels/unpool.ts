// The gradient of max pooling by its winners: one invocation a window (and a channel, or four) writes all of the window.
import type { StepField } from '../../../runtime/plan.ts';
import { type Node, showShape, storageOf } from '../../ir/index.ts';
import type { Group } from '../../schedule/index.ts';
import { bindings, flatIndex, heading, type Kernel, spread } from '../kernel.ts';
import type { Target } from '../schedules.ts';
import { i32, kernelText, nothing, size, u32, type Wgsl, wgsl } from '../wgsl.ts';
import { epilogue, helpers } from './epilogue.ts';
import { accessOf } from './index-map.ts';
import { coordinates } from './window.ts';

const WORKGROUP = 64;
type Size4 = [number, number, number, number];

export function unpoolKernel(group: Group, target: Target, fields: readonly StepField[]): Kernel {
  const root = group.nodes[0] as Node<'unpool2d'>;
  const own = root as unknown as Node;
  const [winner, dy] = root.inputs.map(storageOf) as [Node, Node];
  const [n, h, w, channels] = root.type.shape as Size4;
  const [, oh, ow] = (root.inputs[1] as Node).type.shape as Size4;
  const [kh, kw] = root.attrs.window;
  const width = channels % 4 === 0 ? 4 : 1;
  const c = channels / width;
  // Rows and columns beyond the last window get their zeros from windows that are none.
  const [th, tw] = [Math.ceil(h / kh), Math.ceil(w / kw)];
  const whole = th === oh && tw === ow;
  const count = n * th * tw * c;
  const groups = spread(Math.ceil(count / WORKGROUP));
  // As in window.ts: a loop that stays one.
  const zero = target === 'cpu' ? wgsl` + i32(id.z)` : nothing;
  const b = bindings(fields);
  const winners = b.use(winner, 'u32', 'read_write');
  const dys = b.use(dy, width === 4 ? 'vec4f' : 'f32', accessOf(dy));
  const place = { index: wgsl`e`, column: wgsl`channel`, width, shape: root.type.shape } as const;
  const stores = epilogue(b, group.nodes, group.outputs, new Map([[own, wgsl`result`]]), place, accessOf);
  const edge =
    h % kh === 0 && w % kw === 0
      ? nothing
      : wgsl`if (row * ${i32(kh)} + ky >= ${i32(h)} || column * ${i32(kw)} + kx >= ${i32(w)}) { continue; }`;
  const find = wgsl`
let at = u32((image * ${i32(oh)} + row) * ${i32(ow)} + column) * ${u32(c)} + channel;
${width === 4 ? wgsl`first = (vec4u(${winners}[at]) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(255u);` : wgsl`first = ${winners}[at];`}
d = ${dys}[at];`;
  const trimmed: Wgsl = { wgsl: find.wgsl.trim() };
  const text = wgsl`
${heading(`${group.name} = ${group.nodes.map((node) => node.op).join(', ')}: ${showShape(root.type.shape)}`, group.nodes)}
alias T = ${{ wgsl: width === 4 ? 'vec4f' : 'f32' }};
alias U = ${{ wgsl: width === 4 ? 'vec4u' : 'u32' }};
${b.declare()}
${helpers(group.nodes, width)}

@compute @workgroup_size(${size(WORKGROUP)})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = ${flatIndex(groups, WORKGROUP)};
  if (i >= ${u32(count)}) { return; }
  ${{ wgsl: coordinates(th, tw, c).wgsl.trim() }}
  var first = U();
  var d = T();
  ${
    whole
      ? trimmed
      : wgsl`if (row < ${i32(oh)} && column < ${i32(ow)}) {
  ${trimmed}
}`
  }
  for (var ky = 0; ky < ${i32(kh)}${zero}; ky++) {
    for (var kx = 0; kx < ${i32(kw)}${zero}; kx++) {
      ${edge}
      let e = u32((image * ${i32(h)} + row * ${i32(kh)} + ky) * ${i32(w)} + column * ${i32(kw)} + kx) * ${u32(c)} + channel;
      let result = select(T(), d, first == U(u32(ky * ${i32(kw)} + kx)));
      ${stores}
    }
  }
}`;
  return { name: group.name, wgsl: kernelText(text), bindings: b.list(), groups };
}
