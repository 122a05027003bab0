// npm run picture: makes the pictures of the README. It runs a few commands and draws docs/quickstart.svg, the terminal that
// they ran in, and lets cnnc draw two networks.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, StepFailed, say, script } from './lib/run.mjs';

const commands = [
  'summary models/drawn.cnn',
  'train models/drawn.cnn -o runs/picture',
  'predict models/drawn.cnn --weights runs/picture/drawn.safetensors models/drawn-sample.png',
];
/** The model that the README writes out as an example of branches. */
const example = 'tiny_resnet';
const [charWidth, lineHeight, margin] = [8.4, 19, 22];

const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

function cnnc(command) {
  const done = spawnSync(process.execPath, ['dist/cnnc.js', ...command.split(' ')], { cwd: root, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`cnnc ${command}: ${done.stderr}`);
  return done;
}

function drawNetworks() {
  cnnc('graph models/lenet5.cnn -o docs/lenet5.svg');
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/^```cnn\n([\s\S]*?)^```$/gm)].map((m) => m[1]);
  const text = blocks.find((block) => block.includes(`model ${example}`));
  if (text === undefined) throw new StepFailed(`README.md has no model ${example}`);
  mkdirSync(join(root, 'runs/picture'), { recursive: true });
  writeFileSync(join(root, `runs/picture/${example}.cnn`), text);
  cnnc(`graph runs/picture/${example}.cnn -o docs/${example}.svg`);
  say(`wrote docs/lenet5.svg and docs/${example}.svg`);
}

await script(async () => {
  drawNetworks();
  const lines = [];
  for (const command of commands) {
    const done = cnnc(command);
    const output = `${done.stderr}${done.stdout}`.split('\n').filter((line) => !line.includes('artificially reduced'));
    if (lines.length > 0) lines.push({ text: '' });
    lines.push({ text: `$ cnnc ${command}`, prompt: true }, ...output.map((text) => ({ text })));
    while (lines[lines.length - 1]?.text === '') lines.pop();
  }
  const columns = Math.max(...lines.map(({ text }) => text.length));
  const [width, height] = [Math.ceil(columns * charWidth + 2 * margin), lines.length * lineHeight + 2 * margin + 24];
  const rows = lines.map(
    ({ text, prompt }, i) =>
      `<text x="${margin}" y="${margin + 38 + i * lineHeight}" fill="${prompt ? '#7ee787' : '#d0d7de'}">${escaped(text)}</text>`,
  );
  const dots = ['#ff5f57', '#febc2e', '#28c840'].map(
    (fill, i) => `<circle cx="${margin + 4 + 18 * i}" cy="20" r="6" fill="${fill}"/>`,
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="A terminal: cnnc summary, train and predict">
<rect width="${width}" height="${height}" rx="10" fill="#161b22"/>
${dots.join('')}
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="14" xml:space="preserve">
${rows.join('\n')}
</g>
</svg>
`;
  writeFileSync(join(root, 'docs/quickstart.svg'), svg);
  say('wrote docs/quickstart.svg');
});
