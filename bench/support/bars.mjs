// The bars that cnnc holds itself to: what was measured, what is asked, what is aimed at, and whether it was reached.
import { contenders, labelOf } from './contenders.mjs';
import { batchNetworks, batchPoints, depthPoints, growthOf } from './growth.mjs';
import { median, middle, number, percent, times } from './stats.mjs';

/** Networks of the bars; all at batch 128. */
export const BAR_BATCH = 128;
const software = ['digits', 'mnist', 'cifar10', 'fashion_cnn', 'resnet20'];
const onCard = ['mnist', 'cifar10', 'fashion_cnn', 'resnet20'];
const ceilingOf = ['mnist', 'fashion_cnn'];
/** Times on this kind of machine repeat to a few parts in a hundred: growth by more than this counts. */
const TOLERANCE = 0.05;
const peers = Object.keys(contenders).filter((c) => c !== 'cnnc' && contenders[c].webgpu);

/** `least`: the value must reach the bar; otherwise it must stay under it. */
function verdict(value, bar, aim, least) {
  if (value === undefined) return 'not measured';
  const reached = (limit) => limit !== undefined && (least ? value >= limit : value <= limit);
  if (reached(aim)) return 'met, and the aim';
  return reached(bar) ? 'met' : '**missed**';
}

/** All rows: {what, value, bar, aim, verdict, note}; values and bars as text. */
export function bars(state) {
  const { runs, ceilings, macs, plans, host, kernels, machine } = state;
  const hardware = machine.hardware === true;
  const figure = (contender, name, kind, key) =>
    middle(runs, { part: 'table', name, batch: BAR_BATCH, contender, kind, remedy: true }, key);
  const rows = [];
  const add = (what, value, { bar, aim, least = true, show = times, note = '' }) =>
    rows.push({
      what,
      value: value === undefined ? '' : show(value),
      bar: `${least ? '>=' : '<='} ${show(bar)}`,
      aim: aim === undefined ? '' : `${least ? '>=' : '<='} ${show(aim)}`,
      verdict: verdict(value, bar, aim, least),
      note,
    });
  /** cnnc's figure over the best of the peers': the greatest, or with `time` the least. */
  const against = (list, name, kind, key, time = false) => {
    const ours = figure('cnnc', name, kind, key);
    const theirs = list.flatMap((c) => {
      const value = figure(c, name, kind, key);
      return value === undefined ? [] : [[c, value]];
    });
    if (ours === undefined || theirs.length === 0) return { note: '' };
    const [best, value] = theirs.reduce((a, b) => ((time ? b[1] < a[1] : b[1] > a[1]) ? b : a));
    const able = list.filter((c) => kind === 'infer' || contenders[c].trains);
    const missing = able.filter((c) => !theirs.some(([there]) => there === c)).map(labelOf);
    const without = missing.length > 0 ? `; not measured: ${missing.join(', ')}` : '';
    return { value: ours / value, best, note: `best peer: ${labelOf(best)}${without}` };
  };

  for (const name of hardware ? [] : software) {
    const train = against(peers, name, 'train', 'train');
    const pipelined = against(peers, name, 'train', 'pipelined');
    const also = pipelined.value === undefined ? '' : `; ${times(pipelined.value)} pipelined`;
    add(`training of ${name} against the best WebGPU peer`, train.value, { bar: 2, aim: 5, note: train.note + also });
  }
  for (const name of hardware ? onCard : software) {
    const infer = against(peers, name, 'infer', 'infer');
    add(`inference of ${name} against the best WebGPU peer`, infer.value, { bar: 2, aim: 5, note: infer.note });
  }
  const peak = ceilings.length > 0 ? median(ceilings) : undefined;
  for (const name of hardware ? [] : ceilingOf) {
    const perSecond = figure('cnnc', name, 'train', 'train');
    const share = perSecond && peak && (perSecond * 6 * macs[name]) / 1e9 / peak;
    const note = share ? `${number(share * peak)} of ${number(peak)} GFLOP/s` : '';
    add(`multiply-adds of a training step of ${name}, of the ceiling`, share, {
      ...{ bar: 0.12, aim: 0.3, show: (v) => percent(v), note },
    });
  }
  // The aim of this bar is a time, not a ratio.
  const start = against(['tfjs', 'jax'], 'mnist', 'train', 'first', true);
  const seconds = (figure('cnnc', 'mnist', 'train', 'first') ?? 0) / 1000;
  const what = 'time to the first training step of mnist, of the quickest WebGPU peer';
  add(what, start.value, { bar: 1 / 4, least: false, note: start.note });
  if (start.value !== undefined) {
    const row = rows.at(-1);
    row.value += `, ${seconds.toPrecision(3)} s`;
    if (row.verdict === 'met' && seconds <= 2) row.verdict = 'met, and the aim';
  }
  rows.at(-1).aim = '<= 2 s';
  for (const name of ceilingOf) {
    const memory = against(['tfjs'], name, 'train', 'megabytes', true);
    const mine = figure('cnnc', name, 'train', 'megabytes');
    const note = mine ? `${Math.round(mine)} MB` : '';
    add(`peak memory training ${name}, of TensorFlow.js`, memory.value, { bar: 1 / 2, least: false, note });
  }
  const planned = (plans?.rows ?? []).filter((r) => r.live > 0).map((r) => ({ ...r, over: r.arena / r.live }));
  const worst = planned.reduce((a, b) => (a && a.over >= b.over ? a : b), undefined);
  add('arena of the training plan over the live bound, worst of all models', worst && worst.over - 1, {
    ...{ bar: 0.1, aim: 0.03, least: false, show: (v) => percent(v, 2) },
    note: worst ? `${worst.name}, of ${planned.length} models` : '',
  });
  const growth = (what, points) => {
    const { worst: value, complete } = growthOf(state, points);
    const note = value === undefined ? '' : `tolerance ${percent(TOLERANCE, 0)}${complete ? '' : '; not all points'}`;
    const v = verdict(value, 1 + TOLERANCE, undefined, false);
    rows.push({ what, value: value === undefined ? '' : percent(value), bar: '<= 100 %', aim: '', verdict: v, note });
  };
  growth("growth of resnet20's n = 3, 5, 7, 9: time over multiply-adds, greatest", depthPoints);
  for (const name of batchNetworks)
    growth(`growth of ${name}, batch 16 to 256: time a picture against batch 16, greatest`, batchPoints(name));
  if (!hardware)
    add("digits: part of a step's time outside the device's work", host?.outside, {
      ...{ bar: 0.1, least: false, show: (v) => percent(v), note: host?.note ?? '' },
    });
  for (const name of onCard) {
    const torch = against(['torch'], name, 'train', 'train');
    if (hardware || torch.value) add(`training of ${name} against PyTorch`, torch.value, { bar: 0.5, aim: 1 });
    if (!hardware) continue;
    const others = against(['tfjs', 'jax'], name, 'train', 'train');
    add(`training of ${name} against TensorFlow.js and jax-js`, others.value, { bar: 3, note: others.note });
  }
  if (hardware || kernels) {
    const least =
      kernels?.rows.length > 0
        ? Math.min(...kernels.rows.filter((r) => r.counts).map((r) => r.gflops / kernels.ceiling))
        : undefined;
    add('contraction kernels of 1024 and larger, of the ceiling, least', least, {
      ...{ bar: 0.4, aim: 0.7, show: (v) => percent(v), note: hardware ? '' : 'asked of a graphics processor only' },
    });
  } else {
    const what = 'on an H200: contraction kernels of 1024 and larger; training against PyTorch eager float32';
    rows.push({ what, value: '', bar: '', aim: '', verdict: 'not measured', note: 'this adapter is a processor' });
  }
  return rows;
}

export const barsTable = (rows) => [
  '## Bars',
  '',
  `Batch ${BAR_BATCH}; medians of this run; every step of training synchronised.`,
  '',
  '| what | measured | bar | aim | | |',
  '|---|---|---|---|---|---|',
  ...rows.map((r) => `| ${r.what} | ${r.value} | ${r.bar} | ${r.aim} | ${r.verdict} | ${r.note} |`),
];
