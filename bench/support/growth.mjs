// How time per picture grows with the network and with the batch.
import { middle, number, percent, select, spread, valuesOf } from './stats.mjs';

/** Blocks a stage, and batches: what the bar of growth names. */
export const depths = { resnet20: 3, resnet32: 5, resnet44: 7, resnet56: 9 };
export const batches = [16, 32, 64, 128, 256];
export const BATCH_OF_DEPTHS = 128;
export const batchNetworks = ['mnist', 'resnet20'];

/** All that is measured, in the order of one round. */
export const growthJobs = [
  ...Object.keys(depths).map((name) => ({ name, batch: BATCH_OF_DEPTHS })),
  ...batchNetworks.flatMap((name) => batches.map((batch) => ({ name, batch }))),
].filter((a, i, list) => list.findIndex((b) => a.name === b.name && a.batch === b.batch) === i);

/** Microseconds a picture, steps pipelined as in training. */
function microseconds(runs, name, batch) {
  const perSecond = middle(runs, { part: 'growth', name, batch }, 'pipelined');
  return perSecond && 1e6 / perSecond;
}

/** The slope of a straight line through logarithms: 1 is proportional, 0 constant. */
function exponent(points) {
  if (points.length < 2) return undefined;
  const [xs, ys] = [points.map(([x]) => Math.log(x)), points.map(([, y]) => Math.log(y))];
  const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length;
  const [mx, my] = [mean(xs), mean(ys)];
  const dot = (a, ma, b, mb) => a.reduce((sum, v, i) => sum + (v - ma) * (b[i] - mb), 0);
  return dot(xs, mx, ys, my) / dot(xs, mx, xs, mx);
}

/**
 * For the depths: time a picture over multiply-adds a picture, each against the smallest network. For batches: time a
 * picture against that of the smallest batch, whose multiply-adds are the same. `worst` is the greatest of these.
 */
export function growthOf({ runs, macs }, points) {
  const rows = points.flatMap(({ name, batch }) => {
    const us = microseconds(runs, name, batch);
    return us ? [{ name, batch, us, macs: macs[name] }] : [];
  });
  const [base] = rows;
  const grown = rows.map((r) => ({ ...r, time: r.us / base.us, work: r.macs / base.macs }));
  return {
    rows: grown,
    worst: grown.length > 1 ? Math.max(...grown.slice(1).map((r) => r.time / r.work)) : undefined,
    complete: rows.length === points.length,
  };
}

export const depthPoints = Object.keys(depths).map((name) => ({ name, batch: BATCH_OF_DEPTHS }));
export const batchPoints = (name) => batches.map((batch) => ({ name, batch }));

export function growthSection(state) {
  const { runs } = state;
  if (!runs.some((r) => r.part === 'growth')) return [];
  const images = (r) => spread(valuesOf(select(runs, { part: 'growth', name: r.name, batch: r.batch }), 'pipelined'));
  const deep = growthOf(state, depthPoints);
  const rows = [
    '## Growth (cnnc, training, pipelined)',
    '',
    `Batch ${BATCH_OF_DEPTHS}; blocks a stage.`,
    '',
    '| n | multiply-adds a picture | images/s | time a picture, us | multiply-adds, against the first | time, against the first | time over multiply-adds |',
    '|---|---|---|---|---|---|---|',
    ...deep.rows.map(
      (r) =>
        `| ${depths[r.name]} | ${(r.macs / 1e6).toPrecision(4)} M | ${images(r)} | ${number(r.us)} | ${r.work.toFixed(2)} | ${r.time.toFixed(2)} | ${percent(r.time / r.work)} |`,
    ),
    '',
  ];
  const slope = exponent(deep.rows.map((r) => [r.macs, r.us]));
  if (slope !== undefined) rows.push(`Time a picture grows as multiply-adds to the power ${slope.toFixed(2)}.`, '');
  for (const name of batchNetworks) {
    const { rows: list } = growthOf(state, batchPoints(name));
    if (list.length === 0) continue;
    rows.push(
      `${name}: batches.`,
      '',
      '| batch | images/s | time a picture, us | against the first |',
      '|---|---|---|---|',
      ...list.map((r) => `| ${r.batch} | ${images(r)} | ${number(r.us)} | ${percent(r.time)} |`),
      '',
    );
    const power = exponent(list.map((r) => [r.batch, r.us]));
    if (power !== undefined) rows.push(`Time a picture grows as the batch to the power ${power.toFixed(2)}.`, '');
  }
  return rows;
}
