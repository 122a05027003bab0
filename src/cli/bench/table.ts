// The report of `cnnc bench` as people read it.
import { bytesText, grouped, percent, table } from '../format.ts';
import type { Measured, ProgramReport } from './measure.ts';

/** Three significant digits, and no exponent. */
export const digits = (n: number): string =>
  n >= 100 ? grouped(Math.round(n)) : n >= 10 ? n.toFixed(1) : n >= 1 ? n.toFixed(2) : n.toFixed(3);

const named = { train: 'training', infer: 'inference' } as const;
const clocks = {
  timestamps: 'timestamps around each dispatch',
  differences: 'differences of repeated dispatches, as this adapter has no timestamps fine enough',
} as const;

function throughputText(programs: readonly ProgramReport[], ceiling: number): string {
  const rows = programs.map(({ program, throughput: t, gflops }) => [
    named[program],
    digits(t.images_per_s),
    `${digits(t.slowest)} to ${digits(t.fastest)}`,
    `${percent(t.spread, 1)}`,
    digits(t.step_ms),
    digits(gflops),
    percent(gflops / ceiling, 1),
    `${t.repetitions} x ${t.steps}`,
  ]);
  const head = ['', 'images/s', 'from, to', 'spread', 'ms/step', 'GFLOP/s', 'of ceiling', 'runs x steps'];
  return table([head, ...rows], [false, true, true, true, true, true, true, true]);
}

/** What bounds the time of a program, in one sentence or two. */
function boundsText({ bounds, ideal_ms, kernels_ms }: ProgramReport): string {
  const what = {
    kernel: 'no ceiling but the kernels themselves',
    arithmetic: 'multiply-adds',
    memory: 'memory',
    dispatch: 'dispatches',
  } as const;
  const parts = bounds.map((b) => `${percent(b.share, 0)} by ${what[b.bound]}`);
  return `bound: ${parts.join(', ')}\nat the nearest ceiling each, they would take ${digits(ideal_ms)} ms: ${percent(ideal_ms / (kernels_ms || 1), 0)} of what they do\n`;
}

function kernelsText(p: ProgramReport, { gflops, gb_per_s }: Measured['ceilings']): string {
  const some = (n: number, ceiling: number): [string, string] =>
    n > 0 ? [digits(n), percent(n / ceiling, 0)] : ['', ''];
  const rows = p.kernels.map((k) => [
    k.kernel,
    k.layer ?? '',
    k.family,
    digits(k.ms),
    percent(k.share, 1),
    ...some(k.gflops, gflops),
    ...some(k.gb_per_s, gb_per_s),
    k.bound === 'kernel' ? `itself (${k.nearest} ${percent(k.reached, 0)})` : `${k.bound} ${percent(k.reached, 0)}`,
  ]);
  const head = ['kernel', 'layer', 'family', 'ms', 'share', 'GFLOP/s', 'of ceiling', 'GB/s', 'of ceiling', 'bound by'];
  const left = [true, true, true];
  const right = head.map((_, i) => !(left[i] || i === head.length - 1));
  const families = p.families.map((f) => [
    f.family,
    `${f.kernels} kernel${f.kernels === 1 ? '' : 's'}`,
    digits(f.ms),
    percent(f.share, 1),
    ...some((2 * f.multiply_adds) / f.ms / 1e6, gflops),
    ...some(f.bytes / f.ms / 1e6, gb_per_s),
  ]);
  const all = ['all', '', digits(p.kernels_ms), percent(1, 1), '', '', '', ''];
  const sums = [['family', '', 'ms', 'share', 'GFLOP/s', 'of ceiling', 'GB/s', 'of ceiling'], ...families, all];
  return `kernels of ${named[p.program]}, by ${clocks[p.clock]}, medians of ${p.repetitions}: ${digits(p.kernels_ms)} ms of ${digits(p.throughput.step_ms)} ms a step
${table([head, ...rows], right)}
${table(sums, [false, true, true, true, true, true, true, true])}
${boundsText(p)}`;
}

function memoryText(m: Measured): string {
  const rows = m.programs.map(({ program, memory: { arena_bytes, live_bytes, computed_again, more_work } }) => [
    `arena of ${named[program]}`,
    bytesText(arena_bytes),
    `${bytesText(live_bytes)} live at the same time: ${percent(arena_bytes / (live_bytes || 1) - 1, 1)} above${computed_again > 0 ? `; ${computed_again} values computed again, ${percent(more_work, 1)} more work` : ''}`,
  ]);
  return table(
    [
      ...rows,
      ['parameters', bytesText(m.parameter_bytes), ''],
      ['optimizer', bytesText(m.state_bytes), ''],
      ...(m.operand_bytes > 0 ? [['operand textures', bytesText(m.operand_bytes), '']] : []),
      ['sums, steps', bytesText(m.other_bytes), ''],
      ['peak', bytesText(m.total_bytes), `without the data set: ${grouped(m.data_set_picture_bytes)} bytes a picture`],
    ],
    [false, true, false],
  );
}

/** `about` is the line of the model, the adapter and the batch. */
export function benchText(about: string, m: Measured): string {
  const { gflops, gb_per_s, dispatch_us } = m.ceilings;
  return [
    about,
    `ceilings: ${digits(gflops)} GFLOP/s of multiply-adds, ${digits(gb_per_s)} GB/s of a copy, ${digits(dispatch_us)} us a dispatch\n`,
    throughputText(m.programs, gflops),
    ...m.programs.map((p) => kernelsText(p, m.ceilings)),
    memoryText(m),
  ].join('\n');
}
