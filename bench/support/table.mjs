// Results as a Markdown page: medians, spread, ratios, and what the machine was doing meanwhile.

import { DISTURBED } from './load.mjs';

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
const number = (v) => (v >= 100 ? Math.round(v).toLocaleString('en') : v.toPrecision(3));
const spread = (list) =>
  list.length > 1
    ? `${number(median(list))} (${number(Math.min(...list))} to ${number(Math.max(...list))})`
    : number(list[0]);
const times = (v) => `${v.toPrecision(3)}x`;

const names = { cnnc: 'cnnc', tfjs: 'TensorFlow.js WebGPU', jax: 'jax-js WebGPU' };

/** `runs`: what child.mjs printed, with network, contender, remedy and round. */
export function page({ runs, failures, ceilings, machine, macs, batches }) {
  const peak = median(ceilings);
  const rows = [];
  const of = (network, contender, remedy = true) => {
    const all = runs.filter((r) => r.name === network && r.contender === contender && r.remedy === remedy);
    const calm = all.filter((r) => r.others <= DISTURBED);
    return calm.length > 0 ? calm : all;
  };
  const values = (list, key) => list.map((r) => r[key]).filter((v) => v !== undefined && v !== null);
  const others = (list) => `up to ${Math.max(...values(list, 'others')).toFixed(2)}`;
  const found = [...new Set(runs.map((r) => r.name))];

  for (const network of found) {
    rows.push(`## ${network}, batch ${batches[network]}`, '');
    rows.push(`${(macs[network] / 1e6).toPrecision(3)} M multiply-adds forward a picture.`, '');
    rows.push(
      '| | training, every step synchronised, images/s | GFLOP/s | of ceiling | training, pipelined, images/s | inference, images/s | GFLOP/s | first step, s | peak memory training, MB | processes | cores used by others |',
    );
    rows.push('|---|---|---|---|---|---|---|---|---|---|---|');
    const gf = (perSecond, factor) => (perSecond * factor * 2 * macs[network]) / 1e9;
    for (const contender of Object.keys(names)) {
      const list = of(network, contender);
      if (list.length === 0) continue;
      const train = gf(median(values(list, 'train')), 3);
      const infer = gf(median(values(list, 'infer')), 1);
      rows.push(
        `| ${names[contender]} | ${spread(values(list, 'train'))} | ${number(train)} | ${((100 * train) / peak).toFixed(1)} % | ${spread(values(list, 'pipelined'))} | ${spread(values(list, 'infer'))} | ${number(infer)} | ${spread(values(list, 'first').map((ms) => ms / 1000))} | ${spread(values(list, 'trainMegabytes'))} | ${list.length} | ${others(list)} |`,
      );
    }
    for (const contender of Object.keys(names)) {
      const list = of(network, contender, false);
      if (list.length > 0)
        rows.push(
          `| ${names[contender]}, without the polling remedy | ${spread(values(list, 'train'))} | | | ${spread(values(list, 'pipelined'))} | | | ${spread(values(list, 'first').map((ms) => ms / 1000))} | | ${list.length} | ${others(list)} |`,
        );
    }
    const ours = of(network, 'cnnc');
    const peers = Object.keys(names).filter((c) => c !== 'cnnc' && of(network, c).length > 0);
    if (ours.length > 0 && peers.length > 0) {
      const middle = (c, key) => median(values(of(network, c), key));
      const best = (key, least = false) => (least ? Math.min : Math.max)(...peers.map((c) => middle(c, key)));
      const against = peers
        .map((c) => `${times(middle('cnnc', 'train') / middle(c, 'train'))} of ${names[c]}`)
        .join(', ');
      rows.push(
        '',
        `cnnc: training ${against} (synchronised), ${times(middle('cnnc', 'pipelined') / best('pipelined'))} of the best peer pipelined; inference ${times(middle('cnnc', 'infer') / best('infer'))} of the best peer; first step ${times(middle('cnnc', 'first') / best('first', true))} of the time of the quickest peer; memory ${times(middle('cnnc', 'trainMegabytes') / best('trainMegabytes', true))} of the leanest peer's.`,
      );
      const difference = Math.max(
        ...peers.flatMap((c) =>
          of(network, c).map((r) => Math.max(...r.losses.map((l, i) => Math.abs(l / ours[0].losses[i] - 1)))),
        ),
      );
      rows.push(
        '',
        `Same mathematics: losses of the first ${ours[0].losses.length} steps differ by at most ${difference.toExponential(1)} relative. First to last: ${['cnnc', ...peers].map((c) => `${names[c]} ${of(network, c)[0].losses[0].toFixed(3)} to ${of(network, c)[0].last.toFixed(3)} in ${of(network, c)[0].steps} steps`).join('; ')}.`,
      );
    }
    rows.push('');
  }
  const head = [
    `# cnnc and its WebGPU peers: ${machine.adapter}`,
    '',
    `${machine.date}. ${machine.cpu}, ${machine.cores} cores, ${machine.platform}, Node ${machine.node}, Dawn of webgpu ${machine.webgpu}. ` +
      Object.entries(machine.versions)
        .map(([k, v]) => `${k} ${v}`)
        .join(', ') +
      '.',
    '',
    `Medians over ${machine.rounds} alternating rounds, least to greatest in parentheses. Each figure is of its own process; processes during which others used more than ${DISTURBED} cores are left out where there are calmer ones; shader disk cache off; cnnc's polling remedy for all contenders unless said otherwise. GFLOP/s count two operations a multiply-add and training as three forward passes.`,
    '',
    `Multiply-add ceiling in the same run: ${spread(ceilings)} GFLOP/s. Load average ${machine.loadBefore.toFixed(2)} at the start.`,
    '',
    ...Object.entries(machine.info).map(([c, text]) => `- ${names[c]}: ${text}`),
    '',
  ];
  const wrong = failures.length > 0 ? ['## Failures', '', ...failures.map((f) => `- ${f}`), ''] : [];
  return [...head, ...rows, ...wrong].join('\n');
}
