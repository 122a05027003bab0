// The arena of a training step against what lives at the same time: placing values wastes next to nothing.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/compile.ts';
import { storageOf } from '../../src/ir/index.ts';
import { align, bytesOf } from '../../src/passes/plan-memory.ts';
import { type Scheduled, sharedPlace } from '../../src/schedule/index.ts';
import { networks } from '../properties/networks.ts';
import { modelNames, modelSource, narrow, readImport } from '../support/models.ts';

/**
 * The largest sum of values that live at the same time when each lives no longer than from its kernel to its last reader: gradients
 * that one update reads too, which the plan keeps side by side from the first of them on.
 */
function tensorBound({ fused, memory }: Scheduled): number {
  const { groups } = fused;
  const last = new Map<unknown, number>();
  groups.forEach((g, at) => {
    for (const n of [...g.outputs, ...g.inputs]) last.set(n, at);
  });
  const kept = new Set(fused.graph.effects.flatMap((e) => (e.kind === 'output' ? [storageOf(e.value)] : [])));
  const inPlace = new Set(groups.flatMap((g) => sharedPlace(g, memory)?.output ?? []));
  const [input, labels] = ['input', 'labels'].map((op) => fused.graph.nodes.filter((n) => n.op === op));
  let live = [...(input ?? []), ...(labels ?? []), ...kept].reduce((sum, n) => sum + align(bytesOf(n)), 0);
  let most = live;
  groups.forEach((g, at) => {
    const mine = g.outputs.filter((n) => !kept.has(n));
    live += mine.reduce((sum, n) => sum + align(bytesOf(n)), 0);
    const replaced = mine.filter((n) => inPlace.has(n)).reduce((sum, n) => sum + align(bytesOf(n)), 0);
    most = Math.max(most, live - replaced);
    const ends = new Set([...g.inputs, ...mine].filter((n) => last.get(n) === at && !kept.has(n)));
    for (const n of ends) if (groups.some((h) => h.outputs.includes(n))) live -= align(bytesOf(n));
  });
  return most;
}

const within = (s: Scheduled, most: number, what: string): void => {
  const { arenaBytes, liveBytes } = s.memory;
  expect(arenaBytes / liveBytes, `${what}: arena over blocks that live at once`).toBeLessThanOrEqual(most);
  expect(arenaBytes / tensorBound(s), `${what}: arena over tensors that live at once`).toBeLessThanOrEqual(1.1);
};

describe('the arena of training is within 3 % of what lives at the same time', () => {
  test.each(modelNames.map((name) => [name]))('%s', (name) => {
    const { emitted } = compile(modelSource(name), { read: readImport, batch: 128 });
    const { train, infer } = emitted!.scheduled;
    if (train) within(train, 1.03, name);
    expect(infer!.memory.arenaBytes / infer!.memory.liveBytes).toBeLessThanOrEqual(1.03);
  });

  test.each(Object.keys(narrow).filter((name) => !modelNames.includes(name)))('%s', (name) => {
    const { emitted } = compile(modelSource(name), { read: readImport, batch: 128 });
    const { train } = emitted!.scheduled;
    if (train) within(train, 1.03, name);
  });

  test('random networks', () => {
    const ratios: number[] = [];
    const check = (text: string): void => {
      const { train } = compile({ file: 'drawn.cnn', text }, { batch: 32 }).emitted!.scheduled;
      if (train) ratios.push(train.memory.arenaBytes / train.memory.liveBytes);
    };
    fc.assert(fc.property(networks(8), check), { numRuns: 60, seed: Number(process.env.CNNC_FUZZ_SEED ?? 1) });
    const sorted = ratios.sort((a, b) => a - b);
    expect(sorted.length).toBeGreaterThan(50);
    expect(sorted[Math.floor(0.9 * sorted.length)]).toBeLessThanOrEqual(1.03);
    expect(sorted[sorted.length - 1]).toBeLessThanOrEqual(1.1);
  });
});
