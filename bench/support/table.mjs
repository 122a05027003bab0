// Results as a Markdown page: bars first, then each network, growth, memory plans and what the machine was doing meanwhile.
import { bars, barsTable } from './bars.mjs';
import { contenders, labelOf } from './contenders.mjs';
import { growthSection } from './growth.mjs';
import { DISTURBED } from './load.mjs';
import { hostSection, kernelSection, planSection } from './sections.mjs';
import { median, middle, number, percent, select, spread, times, valuesOf } from './stats.mjs';

const all = Object.keys(contenders);

/** One network: a line for each contender, ratios, and how equal their numbers are. */
function networkSection({ runs, ceilings, macs }, name, batch) {
  const peak = ceilings.length > 0 ? median(ceilings) : undefined;
  const table = (contender, kind, remedy = true) =>
    select(runs, { part: 'table', name, batch, contender, kind, remedy });
  const gf = (perSecond, factor) => (perSecond * factor * 2 * macs[name]) / 1e9;
  const rows = [
    `## ${name}, batch ${batch}`,
    '',
    `${(macs[name] / 1e6).toPrecision(3)} M multiply-adds forward a picture.`,
    '',
    '| | training, every step synchronised, images/s | GFLOP/s | of ceiling | training, pipelined, images/s | inference, images/s | GFLOP/s | first step, s | peak memory training, MB | processes, steps measured | cores used by others |',
    '|---|---|---|---|---|---|---|---|---|---|---|',
  ];
  const seconds = (list) => spread(valuesOf(list, 'first').map((ms) => ms / 1000));
  const line = (contender, remedy) => {
    const [train, infer] = [table(contender, 'train', remedy), table(contender, 'infer', remedy)];
    if (train.length + infer.length === 0) return [];
    const of = (list, key, factor) => (list.length > 0 ? gf(median(valuesOf(list, key)), factor) : undefined);
    const [t, i] = [of(train, 'train', 3), of(infer, 'infer', 1)];
    const steps = valuesOf(train.length > 0 ? train : infer, 'measured');
    const cells = [
      labelOf(contender) + (remedy ? '' : ', without the polling remedy'),
      spread(valuesOf(train, 'train')),
      t === undefined ? '' : number(t),
      t === undefined || !peak ? '' : percent(t / peak),
      spread(valuesOf(train, 'pipelined')),
      spread(valuesOf(infer, 'infer')),
      i === undefined ? '' : number(i),
      seconds(train),
      spread(valuesOf(train, 'megabytes')),
      `${train.length} + ${infer.length}, ${Math.min(...steps)} or more`,
      `up to ${Math.max(...valuesOf([...train, ...infer], 'others')).toFixed(2)}`,
    ];
    return [`| ${cells.join(' | ')} |`];
  };
  for (const remedy of [true, false]) rows.push(...all.flatMap((c) => line(c, remedy)));
  rows.push('', ...comparison({ runs, name, batch, table }), '');
  return rows;
}

/** cnnc against each other contender, and how far numbers that should be equal lie apart. */
function comparison({ runs, name, batch, table }) {
  const figure = (contender, kind, key) =>
    middle(runs, { part: 'table', name, batch, contender, kind, remedy: true }, key);
  const against = (kind, key, upside = false) => {
    const ours = figure('cnnc', kind, key);
    const list = all.flatMap((c) => {
      const theirs = c === 'cnnc' ? undefined : figure(c, kind, key);
      if (!ours || !theirs) return [];
      return [`${times(upside ? theirs / ours : ours / theirs)} of ${labelOf(c)}`];
    });
    return list.join(', ');
  };
  const said = [
    ['training', against('train', 'train')],
    ['pipelined', against('train', 'pipelined')],
    ['inference', against('infer', 'infer')],
    ['time to the first step', against('train', 'first')],
    ['peak memory', against('train', 'megabytes')],
  ].filter(([, text]) => text);
  const rows = said.length > 0 ? [`cnnc: ${said.map(([what, text]) => `${what} ${text}`).join('; ')}.`, ''] : [];
  const ours = table('cnnc', 'train')[0];
  const trained = all.filter((c) => c !== 'cnnc').flatMap((c) => table(c, 'train'));
  if (ours && trained.length > 0) {
    const apart = trained.map((r) => Math.max(...r.losses.map((l, i) => Math.abs(l / ours.losses[i] - 1) || 0)));
    const first = trained.map((r) => Math.abs(r.losses[0] / ours.losses[0] - 1));
    rows.push(
      `Same mathematics: the first loss differs by at most ${Math.max(...first).toExponential(1)} relative, losses of the first steps by at most ${Math.max(...apart).toExponential(1)}.`,
    );
  }
  const outputs = all.filter((c) => c !== 'cnnc').flatMap((c) => valuesOf(table(c, 'infer'), 'difference'));
  if (outputs.length > 0)
    rows.push(
      `Probabilities with the first weights differ from cnnc's by at most ${Math.max(...outputs).toExponential(1)}.`,
    );
  return rows;
}

/** `state`: {machine, options, runs, failures, ceilings, macs, plans, host, kernels, stopped}. */
export function page(state) {
  const { machine, runs, ceilings, failures } = state;
  const found = [...new Set(runs.filter((r) => r.part === 'table').map((r) => `${r.name} ${r.batch}`))];
  const versions = Object.entries(machine.versions).map(([k, v]) => `${k} ${v}`);
  const info = Object.entries(machine.info).map(([c, text]) => `- ${labelOf(c)}: ${text}`);
  return [
    `# cnnc and its peers: ${machine.adapter}`,
    '',
    `${machine.date}. ${machine.cpu}, ${machine.cores} cores, ${machine.platform}, Node ${machine.node}, Dawn of webgpu ${machine.webgpu}. ${versions.join(', ')}.`,
    '',
    ...(state.stopped ? ['**This run was stopped before its end.**', ''] : []),
    ...barsTable(bars(state)),
    '',
    `Medians over up to ${machine.rounds} alternating rounds, least to greatest in parentheses. Each figure is of its own process; processes during which others used more than ${DISTURBED} cores are left out where there are calmer ones; Mesa's shader cache off for times to the first step and memory, on for all else (one round is enough where a process takes long); cnnc's polling remedy for all contenders that poll through the package \`webgpu\`, unless said otherwise. GFLOP/s count two operations a multiply-add and training as three forward passes. Contenders that compute on the processor without WebGPU are shown for scale, once, and do not count as peers.`,
    '',
    ceilings.length > 0
      ? `Multiply-add ceiling in the same run: ${spread(ceilings)} GFLOP/s. Load average ${machine.loadBefore.toFixed(2)} at the start.`
      : 'No ceiling was measured.',
    '',
    ...info,
    ...(info.length > 0 ? [''] : []),
    ...found.flatMap((key) => networkSection(state, key.split(' ')[0], Number(key.split(' ')[1]))),
    ...growthSection(state),
    ...hostSection(state),
    ...kernelSection(state),
    ...planSection(state),
    ...(failures.length > 0 ? ['## Failures', '', ...failures.map((f) => `- ${f}`), ''] : []),
  ].join('\n');
}
