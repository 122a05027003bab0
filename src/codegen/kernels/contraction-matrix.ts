// The contraction by matrix units (Dawn's experimental subgroup matrices): tiles of both operands are staged in workgroup
// memory, each subgroup multiplies its block in products of the size that the unit has, and sums leave by workgroup memory.
import type { StepField } from '../../../runtime/plan.ts';
import type { Group } from '../../schedule/index.ts';
import type { Kernel } from '../kernel.ts';
import { blocksOf, type MatrixSchedule, padded, unitText } from '../subgroup-schedules.ts';
import { comment, i32, join, kernelText, list, nothing, size, u32, type Wgsl, wgsl } from '../wgsl.ts';
import { stepsOf } from './index-map.ts';
import { plus, rowStarts, stageA, stageB } from './staging.ts';
import { tileFrame } from './tile-frame.ts';

/** How a staged operand lies: `length` elements from one run to the next, along k or along its rows (or columns). */
interface Staged {
  readonly array: Wgsl;
  /** The order in which the unit reads it. */
  readonly order: Wgsl;
  readonly length: number;
  readonly elements: number;
  /** The function that writes four `i` of the tile. */
  readonly put: Wgsl;
  /** Where element (x, k) lies, x the row or the column. */
  readonly at: (x: Wgsl, k: Wgsl) => Wgsl;
}

function staged(name: 'a' | 'b', along: 'k' | 'm', across: number, { depth, unit }: MatrixSchedule): Staged {
  const run = along === 'k' ? depth : across;
  const length = padded(run, unit);
  const array: Wgsl = { wgsl: `s${name}` };
  // Runs along k: rows of a are rows, columns of b are columns. Runs across: the other way round.
  const rows = (along === 'k') === (name === 'a');
  return {
    array,
    order: { wgsl: rows ? 'row_major' : 'col_major' },
    length,
    elements: (along === 'k' ? across : depth) * length,
    put: wgsl`
fn put_${{ wgsl: name }}(i: i32, four: vec4f) {
  let p = i / ${i32(run / 4)} * ${i32(length)} + i % ${i32(run / 4)} * 4;
  ${list(4, (s) => wgsl`${array}[p${s === 0 ? nothing : wgsl` + ${i32(s)}`}] = ${{ wgsl: unit.type }}(four[${size(s)}]);`)}
}`,
    at: (x, k) => (along === 'k' ? wgsl`(${x}) * ${i32(length)} + ${k}` : wgsl`(${k}) * ${i32(length)} + ${x}`),
  };
}

export function matrixKernel(group: Group, schedule: MatrixSchedule, fields: readonly StepField[]): Kernel {
  const { rows, columns, depth, each, unit, lanes } = schedule;
  const frame = tileFrame(group, schedule, fields);
  const { map, staging } = frame;
  const blocks = blocksOf(schedule);
  const invocations = blocks * lanes;
  const [down, across] = [each.rows / unit.m, each.columns / unit.n];
  const wide = columns / each.columns;
  const [a, b] = [staged('a', staging.a.along, rows, schedule), staged('b', staging.b.along, columns, schedule)];
  const type: Wgsl = { wgsl: unit.type };
  const r = list(down, (i) => i);
  const v = list(across, (j) => j);
  const acc = (i: number, j: number): Wgsl => wgsl`acc${size(i)}_${size(j)}`;
  const put = (name: 'a' | 'b') => (at: Wgsl, four: Wgsl) => wgsl`put_${{ wgsl: name }}(${at}, ${four});`;
  const load = (kind: 'Left' | 'Right', { array, order, length, at }: Staged, x: Wgsl, k: number): Wgsl =>
    wgsl`subgroupMatrixLoad<${{ wgsl: kind }}, ${order}>(&${array}, u32(${at(x, i32(k))}), ${u32(length)})`;
  const steps = list(depth / unit.k, (s) => s * unit.k);
  const products = steps.map(
    (k) => wgsl`{
  ${r.map((i) => wgsl`let left${size(i)} = ${load('Left', a, wgsl`first_row + ${i32(i * unit.m)}`, k)};`)}
  ${v.map((j) => wgsl`let right${size(j)} = ${load('Right', b, wgsl`first_column + ${i32(j * unit.n)}`, k)};`)}
  ${r.flatMap((i) => v.map((j) => wgsl`${acc(i, j)} = subgroupMatrixMultiplyAccumulate(left${size(i)}, right${size(j)}, ${acc(i, j)});`))}
}`,
  );
  const drained = (i: number, j: number): Wgsl => {
    const { places } = frame;
    // An item is four columns of a row of a block, or of all rows of a window.
    const perRow = unit.n / 4;
    const items = (unit.m / places) * perRow;
    const [start, times] = places === 1 ? [wgsl`4 * e`, nothing] : [wgsl`p`, wgsl` * ${i32(places)}`];
    const fours = places === 1 ? [wgsl`four_of`] : list(places, (k) => wgsl`t${size(k)}`);
    const four = (k: number): Wgsl[] => list(4, (s) => wgsl`scratch[${plus(start, k * unit.n + s)}]`);
    return wgsl`
if (busy) { subgroupMatrixStore<row_major>(&scratch, u32(block * ${i32(unit.m * unit.n)}), ${acc(i, j)}, ${u32(unit.n)}); }
workgroupBarrier();
for (var e = id; e < ${i32(blocks * items)}; e += ${i32(invocations)}) {
  let of_block = e / ${i32(items)};
  let row_of = m + of_block / ${i32(wide)} * ${i32(each.rows)} + ${i32(i * unit.m)} + e % ${i32(items)} / ${i32(perRow)}${times};
  let column_of = n / 4 + of_block % ${i32(wide)} * ${i32(each.columns / 4)} + ${i32((j * unit.n) / 4)} + e % ${i32(perRow)};
  ${places === 1 ? nothing : wgsl`let p = (e / ${i32(perRow)}${times} * ${i32(perRow)} + e % ${i32(perRow)}) * 4;`}
  ${fours.map((name, k) => wgsl`let ${name} = vec4f(${join(four(k), ', ')});`)}
  ${frame.finish(wgsl`row_of`, wgsl`column_of`, fours)}
}
workgroupBarrier();`;
  };
  const ride = frame.rides
    ? wgsl`
if (m == 0 && id < ${i32(columns / 4)}) {
  for (var q = 0; q < ${i32(depth)}; q++) {
    bias += vec4f(${{ wgsl: list(4, (s) => `f32(sb[${b.at(wgsl`id * 4 + ${i32(s)}`, wgsl`q`).wgsl}])`).join(', ') }});
  }
}`
    : nothing;
  const how = `A workgroup makes ${rows} x ${columns} of y, ${depth} steps of k at a time; a subgroup ${each.rows} x ${each.columns}, by ${unitText(unit)}.`;
  const text = wgsl`
enable subgroups;
enable chromium_experimental_subgroup_matrix;
${unit.type === 'f16' ? wgsl`enable f16;` : nothing}
requires subgroup_id;
diagnostic(off, chromium.subgroup_matrix_uniformity); ${comment('a subgroup has one number, which the analysis does not know')}
${frame.head(how)}
alias Left = subgroup_matrix_left<${type}, ${size(unit.k)}, ${size(unit.m)}>;
alias Right = subgroup_matrix_right<${type}, ${size(unit.n)}, ${size(unit.k)}>;
alias Result = subgroup_matrix_result<f32, ${size(unit.n)}, ${size(unit.m)}>;
var<workgroup> sa: array<${type}, ${size(a.elements)}>;
var<workgroup> sb: array<${type}, ${size(b.elements)}>;
var<workgroup> scratch: array<f32, ${size(blocks * unit.m * unit.n)}>;
${frame.functions}

${a.put}
${b.put}

@compute @workgroup_size(${size(invocations)})
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) lane: u32, @builtin(subgroup_id) in_group: u32) {
  let id = i32(lane);
  ${comment('Where subgroups have fewer lanes than they may, there are more of them than blocks.')}
  let block = i32(in_group);
  let busy = block < ${i32(blocks)};
  let first_row = block / ${i32(wide)} * ${i32(each.rows)};
  let first_column = block % ${i32(wide)} * ${i32(each.columns)};
  ${frame.tile}
  ${frame.corner('m')}
  ${rowStarts(map, staging.a, schedule, invocations, undefined, { lane: wgsl`id` })}
  ${r.flatMap((i) => v.map((j) => wgsl`var ${acc(i, j)} = Result();`))}
  ${frame.rides ? wgsl`var bias = vec4f();` : nothing}
  for (var k0 = 0; k0 < ${i32(stepsOf(map))}; k0 += ${i32(depth)}) {
    ${stageA(map, staging.a, schedule, invocations, frame.a, { lane: wgsl`id`, put: put('a') })}
    ${stageB(map, staging.b, schedule, invocations, frame.b, { lane: wgsl`id`, put: put('b') })}
    workgroupBarrier();
    if (busy) {
      ${products}
    }
    ${ride}
    workgroupBarrier();
  }
  ${frame.first}
  ${r.flatMap((i) => v.map((j) => ({ wgsl: drained(i, j).wgsl.trim() })))}
  ${frame.rides ? wgsl`if (m == 0 && id < ${i32(columns / 4)}) {\n  ${frame.ride(wgsl`n / 4 + id`, wgsl`bias`)}\n}` : nothing}
}`;
  return { name: group.name, wgsl: kernelText(text), bindings: frame.bindings.list(), groups: frame.groups };
}
