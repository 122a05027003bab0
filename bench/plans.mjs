// How close the arena of each model's training step comes to the largest sum of live tensors. Needs no device. JSON on the last line.
//   node plans.mjs ['{"target": "cpu"}']
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cnncText, networks } from './networks.mjs';
import { dist } from './support/dist.mjs';

const { compile } = await import(`${dist}/index.js`);
const { target = 'cpu' } = JSON.parse(process.argv[2] ?? '{}');
const folder = fileURLToPath(new URL('../models', import.meta.url));

const read = (path, from) => {
  const file = join(dirname(from.file), path);
  try {
    return { file, text: readFileSync(file, 'utf8') };
  } catch {
    return undefined;
  }
};

function row(name, text, file, options) {
  try {
    const { emitted, plan, diagnostics } = compile({ file, text }, { target, read, ...options });
    const memory = emitted?.scheduled.train?.memory;
    if (!plan) return { name, failed: diagnostics.find((d) => d.severity === 'error')?.message ?? 'no plan' };
    if (!memory) return { name, untrained: true };
    return { name, batch: plan.batch, arena: memory.arenaBytes, live: memory.liveBytes };
  } catch (error) {
    return { name, failed: error.message };
  }
}

const files = readdirSync(folder).filter((f) => f.endsWith('.cnn'));
const rows = [
  ...files.map((f) => row(f.replace('.cnn', ''), readFileSync(join(folder, f), 'utf8'), join(folder, f), {})),
  ...['digits', 'mnist', 'cifar10', 'fashion_cnn', 'resnet20', 'resnet56'].map((name) =>
    row(`bench/${name}`, cnncText(name, networks[name], 128), `${name}.cnn`, {}),
  ),
];
const cpu = process.cpuUsage();
console.log(JSON.stringify({ target, rows, used: (cpu.user + cpu.system) / 1e6 }));
