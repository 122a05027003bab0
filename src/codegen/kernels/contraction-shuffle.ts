// The contraction where lanes share by shuffling: neighbours of a subgroup that compute the same rows hold a tile of a in
// their registers, a few fours each, and pass each four to one another when its turn comes. b lies in workgroup memory
// or is read where it lies. Right for subgroups of any size that is no smaller than the number of lanes that share.
import type { StepField } from '../../../runtime/plan.ts';
import type { Group } from '../../schedule/index.ts';
import type { Kernel } from '../kernel.ts';
import { lanesOf, type ShuffleSchedule } from '../subgroup-schedules.ts';
import { comment, i32, join, kernelText, list, nothing, size, u32, type Wgsl, wgsl } from '../wgsl.ts';
import { grouped, type IndexMap, stepsOf } from './index-map.ts';
import { numberBySubgroups } from './shuffle-tree.ts';
import { plus, rowStarts, stageA, stageB } from './staging.ts';
import { type TileFrame, tileFrame } from './tile-frame.ts';

export function shuffleKernel(group: Group, schedule: ShuffleSchedule, fields: readonly StepField[]): Kernel {
  const { rows, columns, depth, each, staged } = schedule;
  const frame = tileFrame(group, schedule, fields);
  const { map, staging, groups } = frame;
  const lanes = lanesOf(schedule);
  const clusters = rows / each.rows;
  const invocations = lanes * clusters;
  const own = { rows: each.rows, depth };
  const fours = (each.rows * depth) / 4 / lanes;
  const r = list(each.rows, (i) => i);
  const v = list(each.columns / 4, (j) => j);
  const columnOf = (j: number): Wgsl => plus(wgsl`n / 4 + lane`, j * lanes);
  const whole = map.m % rows === 0;
  const hold = stageA(map, staging.a, own, lanes, frame.a, { put: (_, four, i) => wgsl`held${size(i)} = ${four};` });
  const functions = wgsl`
${frame.functions}

${staged ? nothing : loadB(frame)}

${
  lanes === 4
    ? nothing
    : wgsl`${comment(`What lane i of the ${lanes} that share holds; the first of them is lane first_lane of its subgroup.`)}
fn share(four: vec4f, i: u32, first_lane: u32) -> vec4f { return subgroupShuffle(four, first_lane + i); }`
}`;
  const how = `A workgroup makes ${rows} x ${columns} of y, ${depth} steps of k at a time; ${lanes} lanes of a subgroup share ${each.rows} rows, each of them ${each.columns} columns.`;
  const text = wgsl`
${numberBySubgroups.directives}
${frame.head(how)}
${staged ? wgsl`var<workgroup> sb: array<vec4f, ${size((columns * depth) / 4)}>;` : nothing}
${functions}

@compute @workgroup_size(${size(invocations)})
fn main(@builtin(workgroup_id) tile: vec3u, ${numberBySubgroups.parameters}) {
  ${comment('Counted by subgroups, so that those who share are neighbours in one.')}
  let id = i32(${numberBySubgroups.value});
  let lane = id % ${i32(lanes)};
  ${lanes === 4 ? nothing : wgsl`let first_lane = in_subgroup - u32(lane);`}
  ${frame.tile}
  ${frame.corner('top')}
  let m = top + id / ${i32(lanes)} * ${i32(each.rows)};
  ${rowStarts(map, staging.a, own, lanes, whole)}
  ${list(fours, (i) => wgsl`var held${size(i)} = vec4f();`)}
  ${r.flatMap((i) => v.map((j) => wgsl`var ${acc(i, j)} = vec4f();`))}
  ${frame.rides ? v.map((j) => wgsl`var bias${size(j)} = vec4f();`) : []}
  for (var k0 = 0; k0 < ${i32(stepsOf(map))}; k0 += ${i32(depth)}) {
    ${hold}
    ${staged ? stageB(map, staging.b, schedule, invocations, frame.b, { lane: wgsl`id` }) : []}
    ${staged ? wgsl`workgroupBarrier();` : nothing}
    ${products(frame, schedule, lanes)}
    ${staged ? wgsl`workgroupBarrier();` : nothing}
  }
  ${frame.first}
  ${frame.finishAll(each, (i) => plus(wgsl`m`, i), columnOf, acc)}
  ${frame.rides ? wgsl`if (m == 0) {\n  ${v.flatMap((j) => frame.ride(columnOf(j), wgsl`bias${size(j)}`))}\n}` : nothing}
}`;
  return { name: group.name, wgsl: kernelText(text), bindings: frame.bindings.list(), groups };
}

/** Can b be read where it lies: is a row of columns one run of memory, each step of k one row further? */
export const readsInPlace = (map: IndexMap): boolean => map.bColumn === 1;

/** `b_four(k, c)`: the columns from c at step k; zero beyond the last of either. */
function loadB({ map, staging, b }: TileFrame): Wgsl {
  const group = grouped(map) ? wgsl` + group * ${i32(map.groups.b)}` : nothing;
  const part = map.parts ? wgsl` + part * ${i32(map.parts.b)}` : nothing;
  const parameters = [
    wgsl`k: i32`,
    wgsl`c: i32`,
    ...(grouped(map) ? [wgsl`group: i32`] : []),
    ...(map.parts ? [wgsl`part: i32`] : []),
  ];
  const at = (c: Wgsl): Wgsl =>
    wgsl`select(0, k * ${i32(map.bStep)} + ${c}${group}, k < ${i32(stepsOf(map))} && ${c} < ${i32(map.n)})${part}`;
  const kept = (c: Wgsl): Wgsl => wgsl`k < ${i32(stepsOf(map))} && ${c} < ${i32(map.n)}`;
  const value = staging.b.vector
    ? wgsl`select(vec4f(), ${b(wgsl`(${at(wgsl`c`)}) / 4`)}, ${kept(wgsl`c`)})`
    : wgsl`vec4f(${join(
        list(4, (s) => {
          const c = plus(wgsl`c`, s);
          return wgsl`select(0.0, ${b(at(c))}, ${kept(c)})`;
        }),
        ', ',
      )})`;
  return wgsl`
${comment('Four columns of b from c at step k; zero beyond the last of either.')}
fn b_four(${join(parameters, ', ')}) -> vec4f { return ${value}; }`;
}

/** The multiply-adds of `depth` steps of k, unrolled: which lane holds what is known as the kernel is written. */
function products(frame: TileFrame, { columns, depth, each, staged }: ShuffleSchedule, lanes: number): Wgsl[] {
  const { map, staging } = frame;
  const v = list(each.columns / 4, (j) => j);
  const name = (k: number, j: number): Wgsl => wgsl`b${size(k)}_${size(j)}`;
  const more = [...(grouped(map) ? [wgsl`group`] : []), ...(map.parts ? [wgsl`part`] : [])];
  const bAt = (k: number, j: number): Wgsl => {
    const four = wgsl`lane${j === 0 ? nothing : wgsl` + ${i32(j * lanes)}`}`;
    return staged
      ? wgsl`let ${name(k, j)} = sb[${i32((k * columns) / 4)} + ${four}];`
      : wgsl`let ${name(k, j)} = b_four(${join([plus(wgsl`k0`, k), wgsl`n + (${four}) * 4`, ...more], ', ')});`;
  };
  const a = (four: number): Wgsl => passed(four, lanes);
  const ride = (k: number): Wgsl[] => (frame.rides ? v.map((j) => wgsl`bias${size(j)} += ${name(k, j)};`) : []);
  return list(depth / 4, (q) => q).flatMap((q) => scoped(staging.a.along === 'k' ? byRows(q) : bySteps(q)));

  /** Each four of a is four steps of one row. */
  function byRows(q: number): Wgsl[] {
    const b = (s: number, j: number): Wgsl => name(4 * q + s, j);
    return [
      ...list(4, (s) => v.map((j) => bAt(4 * q + s, j))).flat(),
      ...list(each.rows, (i) => i).flatMap((i) => [
        wgsl`let a${size(i)} = ${a((i * depth) / 4 + q)};`,
        ...v.map((j) => {
          const four = list(4, (s) => s);
          if (staging.b.along === 'k')
            return wgsl`${acc(i, j)} += vec4f(${join(
              four.map((s) => wgsl`dot(a${size(i)}, ${b(s, j)})`),
              ', ',
            )});`;
          const add = (sum: Wgsl, s: number): Wgsl => wgsl`fma(vec4f(a${size(i)}[${size(s)}]), ${b(s, j)}, ${sum})`;
          return wgsl`${acc(i, j)} = ${four.reduce(add, acc(i, j))};`;
        }),
      ]),
      ...list(4, (s) => ride(4 * q + s)).flat(),
    ];
  }

  /** Each four of a is four rows at one step. */
  function bySteps(q: number): Wgsl[] {
    return list(4, (s) => 4 * q + s).flatMap((k) => [
      ...v.map((j) => bAt(k, j)),
      ...list(each.rows / 4, (g) => g).flatMap((g) => [
        wgsl`let a${size(k)}_${size(g)} = ${a((k * each.rows) / 4 + g)};`,
        ...list(4, (s) => s).flatMap((s) =>
          v.map(
            (j) =>
              wgsl`${acc(4 * g + s, j)} = fma(vec4f(a${size(k)}_${size(g)}[${size(s)}]), ${name(k, j)}, ${acc(4 * g + s, j)});`,
          ),
        ),
      ]),
      ...ride(k),
    ]);
  }
}

/** The sums of four j of columns of row i. */
const acc = (i: number, j: number): Wgsl => wgsl`acc${size(i)}_${size(j)}`;

/** Names of four steps are their own: those of the next four are other values. */
const scoped = (lines: readonly Wgsl[]): Wgsl[] => [wgsl`{\n  ${lines}\n}`];

/** Four f of the tile of a: lane f % lanes holds it, in its register f / lanes. */
function passed(f: number, lanes: number): Wgsl {
  const held = wgsl`held${size(Math.floor(f / lanes))}`;
  const lane = u32(f % lanes);
  // A quad has words of its own, and so needs no number of a lane.
  return lanes === 4 ? wgsl`quadBroadcast(${held}, ${lane})` : wgsl`share(${held}, ${lane}, first_lane)`;
}
