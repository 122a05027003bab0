// The models that come with cnnc: parameter counts, shapes and facts as they are published.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type CompiledModel, compileSource } from '../src/cli/model.ts';
import { renderAll } from '../src/diagnostics/index.ts';
import { parse, print } from '../src/parser/index.ts';
import { summarise } from '../src/summary.ts';
import { published as networks } from './networks/published.ts';
import { expectGolden } from './support/golden.ts';
import { root } from './support/need.ts';

const folder = join(root, 'models');
const names = readdirSync(folder)
  .filter((name) => name.endsWith('.cnn'))
  .map((name) => name.slice(0, -'.cnn'.length))
  .sort();
const textOf = (name: string): string => readFileSync(join(folder, `${name}.cnn`), 'utf8');
const compiled = new Map<string, CompiledModel>();
function model(name: string): CompiledModel {
  const known = compiled.get(name) ?? compileSource({ file: `${name}.cnn`, text: textOf(name) }, {}).compiled;
  compiled.set(name, known);
  return known;
}

/** Trainable parameters, and the shapes that are told of the network, in their order. */
const published: Readonly<Record<string, { parameters: number; shapes: string; layers?: readonly number[] }>> = {
  drawn: { parameters: 5386, shapes: '24x24x8 12x12x8 10x10x16 5x5x16 400 10' },
  augmented: { parameters: 5386, shapes: '28x28x1 24x24x8 12x12x8 10x10x16 5x5x16 400 10' },
  digits: { parameters: 5160, shapes: '6x6x10 3x3x10 90 50 10' },
  mnist: { parameters: 1_087_106, shapes: '24x24x32 12x12x32 8x8x64 4x4x64 1024 1000 10' },
  lenet5: { parameters: 61_706, shapes: '28x28x6 14x14x6 10x10x16 5x5x16 400 120 84 10' },
  fashion_mlp: { parameters: 266_610, shapes: '784 300 100 10', layers: [235_500, 30_100, 1010] },
  fashion_cnn: {
    parameters: 1_413_834,
    shapes: '28x28x64 14x14x64 14x14x128 14x14x128 7x7x128 7x7x256 7x7x256 3x3x256 2304 128 128 64 64 10',
    layers: [3200, 73_856, 147_584, 295_168, 590_080, 295_040, 8256, 650],
  },
  cifar10: { parameters: 122_570, shapes: '30x30x32 15x15x32 13x13x64 6x6x64 4x4x64 1024 64 10' },
};

test('there is a file for each model, and figures for each file', () => {
  expect(names).toEqual([...Object.keys(published), ...Object.keys(networks)].sort());
});

describe.each(names)('%s', (name) => {
  test('opens with what it is, its input, what it reaches or takes here, and its parameters, and is formatted', () => {
    const text = textOf(name);
    const head = text.slice(0, text.search(/^[^/]/m));
    expect(head).toMatch(/^\/\/ .+\n/);
    expect(head).toMatch(/Input: .*\d+/);
    expect(head).toMatch(/Expected: /);
    const parameters = published[name]?.parameters ?? networks[name]?.trainable ?? 0;
    expect(head).toContain(parameters === 0 ? 'No trainable parameters' : parameters.toLocaleString('en-US'));
    expect(head).toContain(' parameters');
    const parsed = parse({ file: `${name}.cnn`, text });
    expect(renderAll(parsed.diagnostics)).toBe('');
    expect(print(parsed.file)).toBe(text);
  });
});

// Those of networks.md that are larger, or take several shapes, are in test/networks.
describe.each(Object.keys(published))('%s', (name) => {
  test('compiles for training and inference, with the published figures', () => {
    const { parameters, shapes, layers } = published[name] as (typeof published)[string];
    const facts = summarise(model(name));
    expect(facts.model).toBe(name);
    expect(facts.trainable).toBe(parameters);
    expect(facts.parameters).toBe(parameters);
    expect(facts.layers.map((l) => l.output.join('x')).join(' ')).toBe(shapes);
    if (layers) expect(facts.layers.map((l) => l.parameters).filter((n) => n > 0)).toEqual(layers);
    expect(model(name).plan.programs.train.length).toBeGreaterThan(0);
    expect(model(name).plan.programs.infer.length).toBeGreaterThan(0);
    for (const d of model(name).diagnostics) expect(d.code).toBe('W0204');
  });
});

test('receptive fields grow by (extent - 1) times the jump', () => {
  expect(summarise(model('mnist')).layers.map((l) => l.receptive_field?.join('x') ?? '-')).toEqual([
    '5x5',
    '6x6',
    '14x14',
    '16x16',
    '-',
    '-',
    '-',
  ]);
  expect(summarise(model('lenet5')).receptive_field).toEqual([16, 16]);
  const field = (layers: string) =>
    summarise(compileSource({ file: 'm.cnn', text: `model m {\ninput 64x64x1\n${layers}\n}\n` }, {}).compiled)
      .receptive_field;
  expect(field([1, 2, 4, 8].map((d) => `conv 2 3x3 pad same dilation ${d}`).join('\n'))).toEqual([31, 31]);
  expect(field('conv 2 1x5 stride 1x2 | conv 2 3x3')).toEqual([3, 9]);
});

test('multiply-adds of one picture do not depend on the batch', () => {
  const at = (batch: number) =>
    summarise(compileSource({ file: 'mnist.cnn', text: textOf('mnist') }, { batch }).compiled).multiply_adds;
  // 24*24*32*25 + 8*8*64*25*32 + 1024*1000 + 1000*10
  expect(at(1)).toBe(460_800 + 3_276_800 + 1_024_000 + 10_000);
  expect(at(128)).toBe(at(1));
});

test('summary of mnist', async () => {
  const { runCnnc } = await import('./support/io.ts');
  const ran = await runCnnc(['summary', 'models/mnist.cnn'], root);
  expect(ran.code).toBe(0);
  // Sizes in memory depend on the schedules: they have tests of their own.
  expectGolden('test/commands/summary-mnist.txt', ran.stdout.replace(/^memory of a step.*$/m, 'memory of a step ...'));
});
