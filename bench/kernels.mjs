// How near to the ceiling contraction kernels of 1024 and larger come: `cnnc bench` of dense layers so large. JSON on the last line.
//   node kernels.mjs ['{"hardware": true, "seconds": 2, "target": "gpu"}']
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { distFolder } from './support/dist.mjs';

const { hardware = false, seconds = 2, target = 'auto' } = JSON.parse(process.argv[2] ?? '{}');
const train = 'train {\n  data mnist\n  loss cross_entropy\n  optimizer sgd lr 0.001\n  epochs 1\n}\n';
const dense = (n) => ({
  network: `dense ${n}, batch ${n}`,
  batch: n,
  // Every side of every product is n: forward, gradient of the weights and gradient of the input.
  text: `model dense${n} {\n  input ${n}\n  dense ${n} relu\n  dense ${n} relu\n  dense 10 softmax\n}\n${train}`,
  least: 0.99 * n ** 3,
  counts: true,
});
const conv = (channels) => ({
  network: `conv ${channels} 3x3, batch 64`,
  batch: 64,
  text: `model conv${channels} {\n  input 32x32x${channels}\n  conv ${channels} 3x3 pad same relu\n  conv ${channels} 3x3 pad same relu\n  global_avgpool\n  dense 10 softmax\n}\n${train}`,
  least: 0.99 * 64 * 32 * 32 * 9 * channels ** 2,
  counts: false,
});
const cases = hardware ? [dense(1024), dense(2048), dense(4096), conv(256)] : [dense(1024)];

/** Seconds of processor time of the processes started here, in ticks of a hundredth; 0 where the system does not say. */
function childSeconds() {
  try {
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1].split(' ');
    return (Number(fields[13]) + Number(fields[14])) / 100;
  } catch {
    return 0;
  }
}

const folder = mkdtempSync(join(tmpdir(), 'cnnc-kernels-'));
const rows = [];
const failed = [];
let ceiling = 0;
for (const { network, batch, text, least, counts } of cases) {
  const file = join(folder, 'model.cnn');
  writeFileSync(file, text);
  const args = ['bench', file, '--batch', batch, '--seconds', 4 * seconds, '--target', target, '--json'].map(String);
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(distFolder, 'cnnc.js'), ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    timeout: 120_000,
  });
  if (status !== 0) {
    failed.push(`${network}: ${(stderr || 'not finished in time').trim().split('\n').slice(-3).join(' | ')}`);
    continue;
  }
  const found = JSON.parse(stdout);
  ceiling = Math.max(ceiling, found.ceilings.gflops);
  for (const { program, kernels } of found.programs)
    for (const k of kernels)
      if (k.family === 'contraction' && k.multiply_adds / k.dispatches >= least)
        rows.push({ network, kernel: `${program}: ${k.kernel}`, macs: k.multiply_adds, gflops: k.gflops, counts });
}
rmSync(folder, { recursive: true, force: true });
if (rows.length === 0) throw new Error(failed.join('; ') || 'no kernel so large was found');
console.log(JSON.stringify({ target, ceiling, rows, failed, used: childSeconds() }));
