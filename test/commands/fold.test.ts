// `cnnc compile --weights`: batch normalisation is folded into trained weights, and predicts the same.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { Plan } from '../../runtime/index.ts';
import { compile } from '../../src/compile.ts';
import { readSafetensors } from '../../src/interop/safetensors.ts';
import { interpret, isOp, type Tensor } from '../../src/ir/index.ts';
import { runCnnc } from '../support/io.ts';
import { randomTensor, relativeError } from '../support/numbers.ts';

const text = `model m {
  input 28x28x1
  conv 4 4x4 stride 2 nobias | batchnorm relu
  conv 6 3x3 stride 2 | batchnorm | relu
  flatten
  dense 10 softmax
}
train {
  data      "drawn:64,16"
  loss      cross_entropy
  optimizer sgd lr 0.05
  batch     16
  epochs    2
}
`;
const folder = mkdtempSync(join(tmpdir(), 'cnnc-fold-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('the folded plan has no normalisation left and gives what the trained model gives', async () => {
  writeFileSync(join(folder, 'm.cnn'), text);
  const trained = await runCnnc(['train', 'm.cnn', '-o', 'run', '--device', 'reference', '--quiet'], folder);
  expect(trained.code, trained.stderr).toBe(0);
  const ran = await runCnnc(
    ['compile', 'm.cnn', '-o', 'out', '--infer-only', '--batch', '2', '--weights', 'run/m.safetensors'],
    folder,
  );
  expect(ran.stderr).toBe('');
  expect(ran.stdout).toContain('m.safetensors');
  const source = { file: 'm.cnn', text };
  const read = (path: string) => readSafetensors(readFileSync(join(folder, path)), path).tensors;
  const values = new Map([...read('run/m.safetensors')].map(([name, t]) => [name, t.values]));
  const plain = compile(source, { inferOnly: true, batch: 2 });
  const folded = compile(source, { inferOnly: true, batch: 2, fold: values });
  const plan = JSON.parse(readFileSync(join(folder, 'out/plan.json'), 'utf8')) as Plan;
  expect(plan.parameters.map((p) => p.name)).toEqual(folded.plan!.parameters.map((p) => p.name));
  expect(plan.parameters.some((p) => p.name.includes('moving'))).toBe(false);
  const x = randomTensor([2, 28, 28, 1], 3, 0, 1);
  const outputOf = (
    graph: NonNullable<typeof plain.graphs>['infer'],
    weights: ReadonlyMap<string, ArrayLike<number>>,
  ) => {
    const leaves = new Map<string, Tensor>();
    for (const n of graph.nodes) {
      if (isOp(n, 'input')) leaves.set(n.id, x);
      if (isOp(n, 'parameter'))
        leaves.set(n.id, { shape: n.type.shape, data: Float64Array.from(weights.get(n.id) as ArrayLike<number>) });
    }
    return interpret(graph, { leaves, step: new Map([['count', 2]]) }).outputs.get('output')!.data;
  };
  const beside = new Map([...read('out/m.safetensors')].map(([name, t]) => [name, t.values]));
  const expected = outputOf(plain.graphs!.infer, values);
  expect(relativeError(outputOf(folded.graphs!.infer, beside), expected)).toBeLessThan(1e-5);
});
