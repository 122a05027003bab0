// The manual is kept true: its examples compile, or fail as they say, and the reference is written from the signatures.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commands } from '../src/cli/commands/index.ts';
import { compile } from '../src/compile.ts';
import type { Source } from '../src/diagnostics/types.ts';
import { activations } from '../src/layers/activations.ts';
import { type ArgSpec, inputSignature, layers, showSignature, signatureOf, structures } from '../src/layers/index.ts';
import { augments } from '../src/training/augments.ts';
import { dataDocs, dataSettings } from '../src/training/data-section.ts';
import { losses } from '../src/training/losses/index.ts';
import { metricOf, metrics } from '../src/training/metrics.ts';
import { optimizers } from '../src/training/optimizers.ts';
import { schedules } from '../src/training/schedules.ts';
import { settings } from '../src/training/settings.ts';
import { expectGolden } from './support/golden.ts';
import { runCnnc } from './support/io.ts';
import { root } from './support/need.ts';

const folder = join(root, 'docs');
const fence = /^```cnn(?: (\w+))?(?: ([EW]\d{4}))?\n([\s\S]*?)^```$/gm;

for (const file of readdirSync(folder).filter((name) => name.endsWith('.md'))) {
  const text = readFileSync(join(folder, file), 'utf8');
  // A library begins with its path, `// blocks/residual.cnn`: the examples may import it.
  const libraries = new Map(
    [...text.matchAll(fence)].flatMap(([, kind, , example = '']): [string, string][] => {
      const path = kind === 'library' ? /^\/\/ (\S+)/.exec(example)?.[1] : undefined;
      return path === undefined ? [] : [[path, example]];
    }),
  );
  const read = (path: string): Source | undefined => {
    const library = libraries.get(path);
    return library === undefined ? undefined : { file: path, text: library };
  };
  let number = 0;
  for (const [, kind, code, example = ''] of text.matchAll(fence)) {
    number++;
    test(`${file}, example ${number}: ${kind ?? 'compiles'} ${code ?? ''}`, () => {
      const whole = kind === 'settings' ? `model m {\n  input 4\n  dense 2 softmax\n}\n${example}` : example;
      const found = compile({ file, text: whole }, { read }).diagnostics.map((d) => d.code);
      expect(found).toEqual(kind === 'library' ? ['E0005'] : code === undefined ? [] : [code]);
    });
  }
}

test('the manual has examples', () => {
  const text = readFileSync(join(folder, 'language.md'), 'utf8');
  expect([...text.matchAll(fence)].length).toBeGreaterThan(6);
});

const kinds: { readonly [K in ArgSpec['kind']]: string } = {
  count: 'whole number',
  number: 'number',
  size: 'size: 3x3, or 3 for both',
  shape: 'shape',
  padding: 'padding',
  sides: 'number, pair or four sides',
  order: 'list of whole numbers',
  choice: 'word',
  numbers: 'list of numbers',
  name: 'name',
  text: 'name or "text"',
  flag: 'word alone',
  variant: 'one of its words',
};

const table = (args: Readonly<Record<string, ArgSpec>>): string[] => [
  '| argument | is | meaning |',
  '|---|---|---|',
  ...Object.entries(args).map(
    ([name, spec]) =>
      `| \`${name}\` | ${spec.kind === 'choice' ? spec.choices.map((word) => `\`${word}\``).join(', ') : kinds[spec.kind]} | ${spec.doc} |`,
  ),
];

test('the reference is what the signatures say', () => {
  const layerText = Object.values(layers).flatMap((def) => {
    const signature = signatureOf(def);
    return [
      `### ${def.name}`,
      '',
      def.doc,
      '',
      `    ${showSignature(signature)}`,
      '',
      `For example \`${def.example}\`.`,
      '',
      ...table(signature.args),
      '',
    ];
  });
  const lines = [
    '# Reference',
    '',
    'Every layer, activation and setting, written from the signatures that the compiler binds words with.',
    '',
    '## Layers',
    '',
    '### input',
    '',
    'The shape of one picture; every model begins with it.',
    '',
    `    ${showSignature(inputSignature)}`,
    '',
    ...table(inputSignature.args),
    '',
    ...layerText,
    '## Structure',
    '',
    ...Object.values(structures).flatMap((s) => [
      `### ${s.name}`,
      '',
      s.doc,
      '',
      `For example \`${s.example}\`.`,
      '',
      ...(Object.keys(s.signature.args).length > 0 ? [...table(s.signature.args), ''] : []),
    ]),
    '## Activations',
    '',
    'A word at the end of `conv` and `dense`, or a layer of their own. Where one takes a number, it stands behind the word.',
    '',
    ...Object.entries(activations).map(([name, { doc }]) => `- \`${name}\`: ${doc}`),
    '',
    '## Settings of a train section',
    '',
    ...Object.entries(settings).flatMap(([name, s]) => [
      `### ${name}`,
      '',
      `For example \`${s.example}\`.`,
      '',
      ...table(s.args),
      '',
    ]),
    '## Settings of a data section',
    '',
    ...Object.entries(dataSettings).flatMap(([name, s]) => [
      `### ${name}`,
      '',
      dataDocs[name as keyof typeof dataDocs],
      '',
      `For example \`${s.example}\`.`,
      '',
      ...(Object.keys(s.args).length > 0 ? [...table(s.args), ''] : []),
    ]),
    '## Augmentation',
    '',
    'The lines of `augment`; x is a picture from 0 to 1, y what comes of it, r a row and c a column.',
    '',
    ...Object.values(augments).flatMap(({ name, doc, signature }) => [
      `### augment: ${name}`,
      '',
      doc,
      '',
      `    ${showSignature(signature)}`,
      '',
      `For example \`${signature.example}\`.`,
      '',
      ...table(signature.args),
      '',
    ]),
    '## Losses',
    '',
    ...Object.values(losses).flatMap((l) => [
      `### ${l.name}`,
      '',
      l.doc,
      '',
      `For example \`${l.example}\`.`,
      '',
      ...(Object.keys(l.args).length > 0 ? [...table(l.args), ''] : []),
    ]),
    '## Metrics',
    '',
    ...Object.values(metrics).map((m) => `- \`${m.name}\`: ${m.doc}`),
    `- \`topK\`, such as \`top5\`: ${metricOf('top5')?.doc.replace('5', 'K')}`,
    '',
    '## Optimizers',
    '',
    ...Object.values(optimizers).flatMap((o) => [
      `### ${o.name}`,
      '',
      o.doc,
      '',
      `For example \`${o.example}\`. Defaults: ${Object.entries(o.defaults)
        .map(([k, v]) => `${k} ${v}`)
        .join(', ')}.`,
      '',
      ...table(o.args),
      '',
    ]),
    '## Schedules',
    '',
    'All of them take a warm-up. Times are counted from its end.',
    '',
    ...Object.values(schedules).flatMap((s) => [
      `### ${s.name}`,
      '',
      s.doc,
      '',
      `For example \`${s.example}\`.`,
      '',
      ...table(s.args),
      '',
    ]),
  ];
  expectGolden('docs/reference.md', `${lines.join('\n').trimEnd()}\n`);
});

test('the manual of commands is what --help says', async () => {
  const help = async (...words: string[]): Promise<string> => (await runCnnc(words, root)).stdout.trimEnd();
  const names = [...(await help('--help')).matchAll(/^ {2}([a-z][a-z-]*) {2,}\S/gm)].map((m) => m[1] as string);
  const parts = [
    '# Commands',
    '',
    'Written from `cnnc help`. Exit codes: 0 when all is well, 1 with a message, 2 when the command line is wrong.',
    'What `--json` prints, field by field, stands in [JSON output](json.md).',
    '',
    '```',
    await help('--help'),
    '```',
    '',
  ];
  for (const name of names) parts.push(`## ${name}`, '', '```', await help('help', name), '```', '');
  expect(names).toEqual(commands.map(({ name }) => name));
  expectGolden('docs/commands.md', `${parts.join('\n').trimEnd()}\n`);
});
