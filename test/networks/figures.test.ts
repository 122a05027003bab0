// The networks of the lectures: their figures are those that are published.
import { describe, expect, test } from 'vitest';
import { compileSource } from '../../src/cli/model.ts';
import { type Summary, summarise } from '../../src/summary.ts';
import { modelSource, readImport } from '../support/models.ts';
import { published } from './published.ts';

const figures = (name: string, set: Record<string, number> = {}): Summary =>
  summarise(compileSource(modelSource(name), { inferOnly: true, batch: 1, read: readImport, set }).compiled);

/** Are all the words among the others, in this order? */
function inOrder(words: readonly string[], among: readonly string[]): string[] {
  let at = 0;
  return words.filter((word) => {
    const found = among.indexOf(word, at);
    if (found >= 0) at = found + 1;
    return found < 0;
  });
}

describe.each(Object.entries(published))('%s', (name, { trainable, total, shapes, giga, sees }) => {
  const facts = figures(name);
  test('has the parameters that are published', () => {
    expect(facts.trainable).toBe(trainable);
    if (total !== undefined) expect(facts.parameters).toBe(total);
    expect(facts.layers.reduce((n, l) => n + l.parameters, 0)).toBe(facts.parameters);
  });
  test('has the shapes, multiply-adds and receptive field', () => {
    const outputs = [facts.input, ...facts.layers.map((l) => l.output)].map((shape) => shape.join('x'));
    expect(inOrder(shapes.split(' '), outputs)).toEqual([]);
    if (giga !== undefined) expect((facts.multiply_adds / 1e9).toFixed(1)).toBe(giga.toFixed(1));
    if (sees) expect(facts.receptive_field).toEqual(sees);
  });
});

test('of alexnet on one graphics card: no groups', () => {
  expect(figures('alexnet', { groups: 1 }).trainable).toBe(62_378_344);
});

test('of resnet20 and plain20, made deeper: 6n + 2 layers', () => {
  const block = (c: number): number => 2 * 9 * c * c + 2 * 2 * c;
  expect(figures('resnet20', { n: 9 }).trainable).toBe(272_474 + 6 * (block(16) + block(32) + block(64)));
  const layers = figures('plain20', { n: 9 }).layers.filter((l) => l.op === 'conv' || l.op === 'dense');
  expect(layers.length).toBe(56);
});

test('of squeeze and excitation: what se_resnet50 adds to resnet50, and its shapes', () => {
  expect(figures('se_resnet50').trainable - figures('resnet50').trainable).toBe(2_530_992);
});

test('resnets have as many layers as they are named after, without the projections', () => {
  for (const [name, projections] of [
    ['resnet18', 3],
    ['resnet34', 3],
    ['resnet50', 4],
    ['resnet152', 4],
  ] as const) {
    const layers = figures(name).layers.filter((l) => l.op === 'conv' || l.op === 'dense');
    expect(layers.length - projections).toBe(Number(name.slice('resnet'.length)));
  }
});

test('vgg16 has thirteen convolutions and three dense layers', () => {
  const { layers } = figures('vgg16');
  expect(layers.filter((l) => l.op === 'conv').length).toBe(13);
  expect(layers.filter((l) => l.op === 'dense').map((l) => l.parameters)).toEqual([102_764_544, 16_781_312, 4_097_000]);
});

test('googlenet: multiply-adds of its parts, as in table 1 of the paper', () => {
  const { layers } = figures('googlenet');
  const of = (prefix: string): number =>
    layers.filter((l) => l.name.startsWith(prefix)).reduce((n, l) => n + l.multiply_adds, 0);
  const told = { i3a: 128, i3b: 304, i4a: 73, i4b: 88, i4c: 100, i4d: 119, i4e: 170, i5a: 54, i5b: 71, dense1: 1 };
  for (const [part, millions] of Object.entries(told))
    expect(Math.abs(of(part) / 1e6 - millions), part).toBeLessThan(3);
  expect(of('conv1')).toBe(112 * 112 * 64 * 7 * 7 * 3);
  expect((of('') - of('conv1') + 34e6) / 1e9).toBeCloseTo(1.5, 1);
});
