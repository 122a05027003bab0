// Sums over axes, the mean of a batch, and the sums to report. Always in the same order, so always the same bits.
import type { StepField } from '../../../runtime/plan.ts';
import { isOp, type Node, showShape, sizeOf, storageOf } from '../../ir/index.ts';
import type { Group } from '../../schedule/index.ts';
import { bindings, flatIndex, heading, type Kernel, spread } from '../kernel.ts';
import { comment, join, kernelText, size, u32, type Wgsl, wgsl } from '../wgsl.ts';

const WORKGROUP = 16;
/** Elements of a partial sum; two levels keep the rounding of long sums small. */
const RUN = 256;

/** One invocation an element of the result. */
export function sumKernel(group: Group, fields: readonly StepField[]): Kernel {
  const node = group.nodes[0] as Node;
  const b = bindings(fields);
  const x = node.inputs[0] as Node;
  const xs = b.use(storageOf(x), 'f32', 'read_write');
  const mean = isOp(node, 'batch_mean');
  const axes = isOp(node, 'sum') ? node.attrs.axes : x.type.shape.map((_, axis) => axis);
  const { kept, summed } = strides(x.type.shape, axes);
  const terms = summed.reduce((p, s) => p * s.n, 1);
  const count = sizeOf(node.type.shape);
  const out = b.use(node, 'f32', 'read_write');
  const counted = mean ? b.step((node.inputs[1] as Node<'step'>).attrs.field) : u32(terms);
  const groups = spread(Math.ceil(count / WORKGROUP));
  const text = wgsl`
${heading(`${group.name} = ${node.op} of ${showShape(x.type.shape)}: ${terms} terms each`, group.nodes)}
${b.declare()}

@compute @workgroup_size(${size(WORKGROUP)})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = ${flatIndex(groups, WORKGROUP)};
  if (i >= ${u32(count)}) { return; }
  let base = ${index(kept, wgsl`i`)};
  var total = 0.0;
  for (var start = 0u; start < ${counted}; start += ${u32(RUN)}) {
    var part = 0.0;
    for (var k = start; k < min(start + ${u32(RUN)}, ${counted}); k++) {
      part += ${xs}[base + ${index(summed, wgsl`k`)}];
    }
    total += part;
  }
  ${out}[i] = ${mean ? wgsl`total / f32(${counted})` : wgsl`total`};
}`;
  return { name: group.name, wgsl: kernelText(text), bindings: b.list(), groups };
}

interface Stride {
  readonly n: number;
  readonly stride: number;
}

/** The axes that stay and those that are summed, innermost first, neighbours joined. */
function strides(shape: readonly number[], axes: readonly number[]): { kept: Stride[]; summed: Stride[] } {
  const kept: Stride[] = [];
  const summed: Stride[] = [];
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const n = shape[axis] as number;
    const into = axes.includes(axis) ? summed : kept;
    const last = into[into.length - 1];
    if (last && last.n * last.stride === stride) into[into.length - 1] = { n: last.n * n, stride: last.stride };
    else into.push({ n, stride });
    stride *= n;
  }
  return { kept, summed };
}

/** The offset of the i-th combination of axes. */
function index(axes: readonly Stride[], i: Wgsl): Wgsl {
  let below = 1;
  const terms = axes.map(({ n, stride }, k) => {
    const divided = below === 1 ? i : wgsl`${i} / ${u32(below)}`;
    below *= n;
    const coordinate = k === axes.length - 1 ? divided : wgsl`${divided} % ${u32(n)}`;
    return stride === 1 ? wgsl`${coordinate}` : wgsl`${coordinate} * ${u32(stride)}`;
  });
  return terms.length === 0 ? u32(0) : join(terms, ' + ');
}

/** metrics[i] += sum of a value: one invocation a metric, in order. */
export function accumulateKernel(group: Group, metrics: readonly string[], fields: readonly StepField[]): Kernel {
  const b = bindings(fields);
  const sums = b.other('metrics', { kind: 'buffer', buffer: 'metrics' }, 'f32', metrics.length, 'read_write');
  const lines = group.effects.flatMap((e) => {
    if (e.kind !== 'accumulate') return [];
    const value = b.use(storageOf(e.value), 'f32', 'read');
    return [
      wgsl`if (id.x == ${u32(metrics.indexOf(e.metric))}) {
  var total = 0.0;
  for (var k = 0u; k < ${u32(sizeOf(e.value.type.shape))}; k++) { total += ${value}[k]; }
  ${sums}[id.x] += total;
}`,
    ];
  });
  const text = wgsl`
${comment(`The sums to report: ${metrics.join(', ')}`)}
${b.declare()}

@compute @workgroup_size(${size(metrics.length)})
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${lines}
}`;
  return { name: group.name, wgsl: kernelText(text), bindings: b.list(), groups: [1, 1, 1] };
}
