// Sums over axes, of values that are computed on the way; several of the same values in one pass. Always in the same
// order, so always the same bits.
import type { StepField } from '../../../runtime/plan.ts';
import { isOp, type Node, showShape, sizeOf, storageOf } from '../../ir/index.ts';
import { runOf } from '../../ir/ops/structure.ts';
import type { Group } from '../../schedule/index.ts';
import type { SumSchedule } from '../family-schedules.ts';
import { bindings, flatIndex, heading, type Kernel, spread } from '../kernel.ts';
import type { Target } from '../schedules.ts';
import { comment, kernelText, nothing, size, u32, type Wgsl, wgsl } from '../wgsl.ts';
import { compute, helpers, type Place, store, within } from './epilogue.ts';
import { numberBySubgroups, shuffleTree } from './shuffle-tree.ts';
import { offset, strides } from './strides.ts';

/** Elements of a partial sum; two levels keep the rounding of long sums small. */
const RUN = 256;
/** Steps of a loop beyond which Mesa leaves it one. */
const MOST_UNROLLED = 32;

type Sum = Node<'sum'> | Node<'partial_sum'>;
const isSum = (n: Node): boolean => isOp(n, 'sum') || isOp(n, 'partial_sum');

/** What is computed before the sums, for each term; the sums; and what is computed of them. */
function partsOf(group: Group): { readonly before: readonly Node[]; sums: readonly Sum[]; after: readonly Node[] } {
  const sums = group.nodes.filter(isSum);
  const operands = sums.map((s) => storageOf(s.inputs[0] as Node));
  const before = within(group.nodes, operands, isSum);
  const rest = group.nodes.filter((n) => !isSum(n) && !before.includes(n));
  return { before, sums: sums as unknown as Sum[], after: within(group.nodes, rest, isSum) };
}

const last = (n: Node): number => n.type.shape[n.type.shape.length - 1] ?? 1;

/** The sums of a group, and how many terms each has: fours of channels where the last axis stays, else one by one. */
export function sumsOf(group: Group) {
  const parts = partsOf(group);
  const root = parts.sums[0] as Sum;
  const { axes } = root.attrs;
  const x = root.inputs[0] as Node;
  const { shape } = x.type;
  const axis = shape.length - 1;
  const fours = axis >= 0 && !axes.includes(axis) && [x, ...parts.before].every((n) => last(n) % 4 === 0);
  const width: 1 | 4 = fours ? 4 : 1;
  const { kept, summed } = strides(
    shape.map((n, i) => (i === axis ? n / width : n)),
    axes,
  );
  const terms = summed.reduce((p, s) => p * s.n, 1);
  const each = kept.reduce((p, s) => p * s.n, 1);
  const runs = isOp(root as unknown as Node, 'partial_sum') ? (root as Node<'partial_sum'>).attrs.parts : 1;
  return {
    ...parts,
    root,
    x,
    axis,
    width,
    kept,
    summed,
    terms,
    each,
    runs,
    run: runOf(terms, runs),
    count: each * runs,
  };
}

/** `least`: lanes that every subgroup has, where sums are added by shuffling. */
export function sumKernel(
  group: Group,
  { workgroup, lanes }: SumSchedule,
  { target, fields }: { readonly target: Target; readonly fields: readonly StepField[] },
  least?: number,
): Kernel {
  // 1. What is summed: `count` sums of `run` terms.
  const { before, sums, after, root, x, axis, width, kept, summed, terms, each, run, count, ...made } = sumsOf(group);
  const parts = made.runs;
  const { axes } = root.attrs;
  const { shape } = x.type;
  // 2. The terms of an invocation: every lanes-th of its run.
  const b = bindings(fields);
  const long = run / lanes > RUN;
  const column = axes.includes(axis) ? wgsl`e` : wgsl`i`;
  const place: Place = { index: wgsl`e`, column: wgsl`${column} % ${u32(Math.max(1, last(x) / width))}`, width, shape };
  const computed = compute(b, before, new Map(), place, () => 'read_write');
  const total = sums.map((_, s) => wgsl`t${size(s)}`);
  const part = long ? sums.map((_, s) => wgsl`p${size(s)}`) : total;
  const body = wgsl`
let e = base + ${offset(summed, wgsl`k`)};
${computed.lines}
${sums.map((s, n) => wgsl`${part[n] as Wgsl} += ${computed.value(s.inputs[0] as Node)};`)}`;
  const from = parts === 1 ? wgsl`0u` : wgsl`first`;
  const own = lanes === 1 ? from : parts === 1 && !long ? wgsl`lane` : wgsl`${long ? wgsl`start` : from} + lane`;
  const shared = lanes > 1;
  // It is 0: a short loop whose end the compiler of a processor's adapter knows is unrolled, which takes it up to ten times as long.
  const short = target === 'cpu' && terms / lanes <= MOST_UNROLLED;
  const zero = short ? wgsl` + ${shared ? wgsl`tile.z` : wgsl`id.z`}` : nothing;
  const end = parts === 1 ? wgsl`${u32(terms)}${zero}` : wgsl`end`;
  const next = lanes === 1 ? wgsl`k++` : wgsl`k += ${u32(lanes)}`;
  const loop = long
    ? wgsl`
  for (var start = ${from}; start < ${end}; start += ${u32(RUN * lanes)}) {
    ${part.map((p) => wgsl`var ${p} = T();`)}
    for (var k = ${lanes === 1 ? wgsl`start` : own}; k < min(start + ${u32(RUN * lanes)}, ${end}); ${next}) {
      ${{ wgsl: body.wgsl.trim() }}
    }
    ${total.map((t, n) => wgsl`${t} += ${part[n] as Wgsl};`)}
  }`
    : wgsl`
  for (var k = ${own}; k < ${end}; ${next}) {
    ${{ wgsl: body.wgsl.trim() }}
  }`;
  // 3. What is done with the sums.
  const result: Place = {
    index: wgsl`i`,
    column: wgsl`i % ${u32(Math.max(1, last(root as unknown as Node) / width))}`,
    width,
    shape: root.type.shape,
  };
  const known = new Map(sums.map((s, n): [Node, Wgsl] => [s as unknown as Node, total[n] as Wgsl]));
  const done = compute(b, after, known, result, () => 'read_write', wgsl`_r`);
  const stores = group.outputs.map((n) => store(b, n, wgsl`i`, done.value(n), width));
  // 4. Lanes that share a sum are neighbours in memory: of one result, or of one term of neighbouring results.
  const results = workgroup / lanes;
  const groups = spread(Math.ceil(count / results));
  const byTerm = (kept[0]?.stride ?? 2) > 1;
  const step = byTerm ? 1 : results;
  const shuffled = shared && least !== undefined ? shuffleTree(total, { workgroup, lanes, step, least }) : undefined;
  const memory = shuffled?.elements ?? (shared ? workgroup * sums.length : 0);
  const index = shared
    ? wgsl`${groups[1] === 1 ? wgsl`tile.x` : wgsl`(tile.x + tile.y * ${u32(groups[0])})`} * ${u32(results)} + ${byTerm ? wgsl`t / ${u32(lanes)}` : wgsl`t % ${u32(results)}`}`
    : flatIndex(groups, workgroup);
  const text = wgsl`
${shuffled ? numberBySubgroups.directives : nothing}
${heading(`${group.name} = ${group.nodes.map((n) => n.op).join(', ')}: ${terms} terms of ${showShape(shape)} each${parts === 1 ? '' : `, in ${parts} runs`}`, group.nodes)}
alias T = ${{ wgsl: width === 4 ? 'vec4f' : 'f32' }};
${b.declare()}
${memory > 0 ? wgsl`var<workgroup> sums: array<T, ${size(memory)}>;` : nothing}
${helpers(group.nodes, width)}

@compute @workgroup_size(${size(workgroup)})
fn main(${shared ? wgsl`@builtin(workgroup_id) tile: vec3u, ${shuffled ? numberBySubgroups.parameters : wgsl`@builtin(local_invocation_index) t: u32`}` : wgsl`@builtin(global_invocation_id) id: vec3u`}) {
  ${shuffled ? wgsl`let t = ${numberBySubgroups.value};` : nothing}
  ${shared ? wgsl`let lane = ${byTerm ? wgsl`t % ${u32(lanes)}` : wgsl`t / ${u32(results)}`};` : nothing}
  ${shared ? wgsl`let own = ${index};` : nothing}
  let i = ${shared ? wgsl`min(own, ${u32(count - 1)})` : index};
  ${shared ? nothing : wgsl`if (i >= ${u32(count)}) { return; }`}
  let base = ${parts > 1 && each === 1 ? u32(0) : offset(kept, parts === 1 ? wgsl`i` : wgsl`(i % ${u32(each)})`)};
  ${parts === 1 ? nothing : wgsl`let first = ${each === 1 ? wgsl`i` : wgsl`i / ${u32(each)}`} * ${u32(run)};`}
  ${parts === 1 ? nothing : wgsl`let end = min(first + ${u32(run)}, ${u32(terms)});`}
  ${total.map((t) => wgsl`var ${t} = T();`)}
  ${{ wgsl: loop.wgsl.trim() }}
  ${shuffled?.all ?? (shared ? tree(total, workgroup, lanes, step) : nothing)}
  ${shared ? wgsl`if (lane > 0u || own >= ${u32(count)}) { return; }` : nothing}
  ${shuffled?.first ?? nothing}
  ${done.lines}
  ${stores}
}`;
  return { name: group.name, wgsl: kernelText(text), bindings: b.list(), groups };
}

/** The lanes of a result add their sums two by two; `step` is from one lane to the next. */
function tree(total: readonly Wgsl[], workgroup: number, lanes: number, step: number): Wgsl {
  const at = total.map((_, n) => (n === 0 ? wgsl`t` : wgsl`${u32(n * workgroup)} + t`));
  return {
    wgsl: wgsl`
${total.map((t, n) => wgsl`sums[${at[n] as Wgsl}] = ${t};`)}
workgroupBarrier();
for (var half = ${u32(lanes / 2)}; half > 0u; half /= 2u) {
  if (lane < half) {
    ${at.map((a) => wgsl`sums[${a}] += sums[${a} + half${step === 1 ? nothing : wgsl` * ${u32(step)}`}];`)}
  }
  workgroupBarrier();
}
${total.map((t, n) => wgsl`${t} = sums[${at[n] as Wgsl}];`)}`.wgsl.trim(),
  };
}

/** The mean of the first count elements: one invocation. */
export function meanKernel(group: Group, fields: readonly StepField[]): Kernel {
  const node = group.nodes[0] as Node;
  const b = bindings(fields);
  const x = node.inputs[0] as Node;
  const xs = b.use(storageOf(x), 'f32', 'read_write');
  const out = b.use(node, 'f32', 'read_write');
  const counted = b.step((node.inputs[1] as Node<'step'>).attrs.field);
  const text = wgsl`
${heading(`${group.name} = ${node.op} of ${showShape(x.type.shape)}`, group.nodes)}
${b.declare()}

@compute @workgroup_size(1)
fn main() {
  var total = 0.0;
  for (var start = 0u; start < ${counted}; start += ${u32(RUN)}) {
    var part = 0.0;
    for (var k = start; k < min(start + ${u32(RUN)}, ${counted}); k++) {
      part += ${xs}[k];
    }
    total += part;
  }
  ${out}[0] = total / f32(${counted});
}`;
  return { name: group.name, wgsl: kernelText(text), bindings: b.list(), groups: [1, 1, 1] };
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
