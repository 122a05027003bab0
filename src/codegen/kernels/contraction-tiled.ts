// The contraction on a graphics processor: a workgroup stages tiles of both operands in its memory, and each invocation
// multiplies a few rows by a few columns of them. k runs over all loops at once, so that no tile is half empty.
import type { StepField } from '../../../runtime/plan.ts';
import type { Group } from '../../schedule/index.ts';
import type { Kernel } from '../kernel.ts';
import type { TiledSchedule } from '../schedules.ts';
import { i32, join, kernelText, list, nothing, size, type Wgsl, wgsl } from '../wgsl.ts';
import { stepsOf } from './index-map.ts';
import { plus, rowStarts, stageA, stageB, type stagingOf } from './staging.ts';
import { tileFrame } from './tile-frame.ts';

export function tiledKernel(group: Group, schedule: TiledSchedule, fields: readonly StepField[]): Kernel {
  const { rows, columns, depth, each } = schedule;
  const frame = tileFrame(group, schedule, fields);
  const { map, staging } = frame;
  const across = columns / each.columns;
  const down = rows / each.rows;
  const invocations = across * down;
  const r = list(each.rows, (i) => i);
  const v = list(each.columns / 4, (j) => j);
  const acc = (i: number, j: number): Wgsl => wgsl`acc${size(i)}_${size(j)}`;
  const bias = frame.rides ? v.map((j) => wgsl`bias${size(j)}`) : [];
  /** Row i of an invocation: fours of rows lie `down` fours apart, as they are staged. */
  const rowOf = (i: number): Wgsl => plus(wgsl`m + ${fourOf(i, down)} * 4`, i % 4);
  const columnOf = (j: number): Wgsl => plus(wgsl`n / 4 + tx`, j * across);
  const how = `A workgroup makes ${rows} x ${columns} of y, ${depth} steps of k at a time; an invocation ${each.rows} x ${each.columns}.`;
  const text = wgsl`
${frame.head(how)}
var<workgroup> sa: array<vec4f, ${size((rows * depth) / 4)}>;
var<workgroup> sb: array<vec4f, ${size((columns * depth) / 4)}>;
${frame.functions}

@compute @workgroup_size(${size(invocations)})
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) id: u32) {
  ${frame.tile}
  let lane = i32(id);
  let tx = lane % ${i32(across)};
  let ty = lane / ${i32(across)};
  ${frame.corner('m')}
  ${rowStarts(map, staging.a, schedule, invocations)}
  ${r.flatMap((i) => v.map((j) => wgsl`var ${acc(i, j)} = vec4f();`))}
  ${bias.map((name) => wgsl`var ${name} = vec4f();`)}
  for (var k0 = 0; k0 < ${i32(stepsOf(map))}; k0 += ${i32(depth)}) {
    ${stageA(map, staging.a, schedule, invocations, frame.a)}
    ${stageB(map, staging.b, schedule, invocations, frame.b)}
    workgroupBarrier();
    for (var q = 0; q < ${i32(depth / 4)}; q++) {
      ${products(staging, schedule, across, down, acc, bias)}
    }
    workgroupBarrier();
  }
  ${frame.first}
  ${frame.finishAll(each, rowOf, columnOf, acc)}
  ${frame.rides ? wgsl`if (m == 0 && ty == 0) {\n  ${bias.flatMap((sum, j) => frame.ride(columnOf(j), sum))}\n}` : nothing}
}`;
  return { name: group.name, wgsl: kernelText(text), bindings: frame.bindings.list(), groups: frame.groups };
}

/** The four of rows that row i of an invocation is in. */
const fourOf = (i: number, down: number): Wgsl => (i < 4 ? wgsl`ty` : wgsl`(ty + ${i32(Math.floor(i / 4) * down)})`);

/** The multiply-adds of four steps of k. */
function products(
  { a, b }: ReturnType<typeof stagingOf>,
  { rows, columns, depth, each }: TiledSchedule,
  across: number,
  down: number,
  acc: (i: number, j: number) => Wgsl,
  bias: readonly Wgsl[],
): Wgsl[] {
  const v = list(each.columns / 4, (j) => j);
  const r = list(each.rows, (i) => i);
  const bAt = (s: number, j: number): Wgsl =>
    wgsl`let b${size(s)}_${size(j)} = sb[${plus(wgsl`(${plus(wgsl`q * 4`, s)}) * ${i32(columns / 4)} + tx`, j * across)}];`;
  const name = (s: number, j: number): Wgsl => wgsl`b${size(s)}_${size(j)}`;
  const sums = v.flatMap((j) =>
    bias[j]
      ? [
          wgsl`${bias[j] as Wgsl} += ${join(
            list(4, (s) => name(s, j)),
            ' + ',
          )};`,
        ]
      : [],
  );
  const fours = list(each.rows / 4, (g) => g);
  if (a.along === 'm') {
    return list(4, (s) => [
      ...v.map((j) => bAt(s, j)),
      ...fours.map(
        (g) =>
          wgsl`let a${size(s)}_${size(g)} = sa[${plus(wgsl`(${plus(wgsl`q * 4`, s)}) * ${i32(rows / 4)} + ty`, g * down)}];`,
      ),
      ...r.flatMap((i) =>
        v.map(
          (j) =>
            wgsl`${acc(i, j)} = fma(vec4f(a${size(s)}_${size(Math.floor(i / 4))}[${size(i % 4)}]), ${name(s, j)}, ${acc(i, j)});`,
        ),
      ),
    ])
      .flat()
      .concat(sums);
  }
  const aAt = (i: number): Wgsl => wgsl`sa[(${plus(wgsl`${fourOf(i, down)} * 4`, i % 4)}) * ${i32(depth / 4)} + q]`;
  return [
    ...v.flatMap((j) => list(4, (s) => bAt(s, j))),
    ...r.flatMap((i) => [
      wgsl`let a${size(i)} = ${aAt(i)};`,
      ...v.map((j) =>
        b.along === 'k'
          ? wgsl`${acc(i, j)} += vec4f(${join(
              list(4, (s) => wgsl`dot(a${size(i)}, ${name(s, j)})`),
              ', ',
            )});`
          : wgsl`${acc(i, j)} = fma(vec4f(a${size(i)}.w), ${name(3, j)}, fma(vec4f(a${size(i)}.z), ${name(2, j)}, fma(vec4f(a${size(i)}.y), ${name(1, j)}, fma(vec4f(a${size(i)}.x), ${name(0, j)}, ${acc(i, j)}))));`,
      ),
    ]),
    ...sums,
  ];
}
