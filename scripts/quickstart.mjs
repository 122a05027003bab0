// npm run quickstart: set-up, then trains a small network with generated shaders and lets it look at a picture.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, StepFailed, say, script } from './lib/run.mjs';
import { setup } from './lib/setup.mjs';

const model = 'models/drawn.cnn';
const folder = 'runs/quickstart';
const picture = 'models/drawn-sample.png';

async function show(...words) {
  say(`\n$ ${words.join(' ')}`);
  const [, ...args] = words;
  const { code } = await run([process.execPath, ...args], { show: true });
  if (code !== 0) throw new StepFailed(`exit code ${code}: ${words.join(' ')}`);
}

await script(async () => {
  const adapter = await setup();
  // The float64 reference is slow: half the pictures keep it under two minutes.
  const device = adapter ? [] : ['--device', 'reference'];
  const data = adapter ? [] : ['--data', 'drawn:3000,500'];
  await show('node', 'dist/cnnc.js', 'train', model, '-o', folder, ...data, ...device);
  const weights = readdirSync(join(root, folder)).find((name) => name.endsWith('.safetensors'));
  if (weights === undefined) throw new StepFailed(`no weights in ${folder}`);
  await show('node', 'dist/cnnc.js', 'predict', model, '--weights', `${folder}/${weights}`, picture, ...device);
  say(`\nThe lines after "$" can be repeated. The network is ${model}, its weights are in ${folder}/${weights}.`);
});
