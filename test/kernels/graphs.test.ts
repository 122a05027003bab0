// Random graphs on the device: what fuses with what, views, several results of one kernel, memory that is used again.
import fc from 'fast-check';
import { describe, test } from 'vitest';
import { isFree, isOp, printGraph, storageOf } from '../../src/ir/index.ts';
import { removeDeadCode } from '../../src/passes/dce.ts';
import { foldConstants } from '../../src/passes/fold-constants.ts';
import { withDevice } from '../support/adapter.ts';
import { randomTensor } from '../support/numbers.ts';
import { randomGraph } from '../support/random-graphs.ts';
import { runnable, slow } from '../support/targets.ts';
import { checkGraph } from './harness.ts';

const opened = await withDevice();
const seed = Number(process.env.CNNC_FUZZ_SEED ?? 1);
const usable = randomGraph
  .map((g) => removeDeadCode(foldConstants(g)))
  .filter((g) => g.effects.every((e) => !isFree(storageOf(e.value))));
const graphs = fc.sample(usable, { seed, numRuns: slow ? 200 : 25 });

describe.skipIf(!opened).each(runnable(opened))('random graphs, target %s', (target) => {
  const some = target === 'portable' && !slow && opened?.adapter.kind === 'software' ? graphs.slice(0, 6) : graphs;
  test.each(some.map((g, i) => [i + 1, g] as const))(`seed ${seed}, graph %d`, async (_, graph) => {
    const given = graph.nodes.filter((n) => isOp(n, 'parameter') || isOp(n, 'input'));
    const leaves = new Map(given.map((n, i) => [n.id, randomTensor(n.type.shape, i + 1)]));
    try {
      await checkGraph(opened!.device, target, graph, leaves, { within: 2e-5, step: { seed: 3, step: 5 } });
    } catch (error) {
      throw new Error(`${printGraph(graph)}${String(error)}`);
    }
  });
});
