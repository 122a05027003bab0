// Without any GPU: Dawn's null backend accepts every kernel, binding and dispatch of every model, for every target.
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/compile.ts';
import { nullDevice } from '../support/adapter.ts';
import { modelNames, modelSource, narrow, narrowOptions } from '../support/models.ts';
import { compileFor, targets } from '../support/targets.ts';
import { refused } from '../support/validate.ts';

const opened = await nullDevice();

describe.each(targets)('target %s', (target) => {
  test.each(modelNames)('models/%s', async (name) => {
    // The batch of the file, one picture, and an odd number of them.
    for (const options of [{}, { batch: 1 }, { batch: 3 }, { batch: 7, inferOnly: true }]) {
      const { plan } = compileFor(target, modelSource(name), options);
      expect(await refused(opened.device, plan!)).toEqual([]);
      expect(plan!.programs.train.length > 0).toBe(options.inferOnly !== true);
    }
  });
});

// Target cpu of these runs on the device, in test/networks.
test.each(Object.keys(narrow))('target portable, a small copy of models/%s', async (name) => {
  const { plan } = compileFor('portable', modelSource(name), narrowOptions(name));
  expect(await refused(opened.device, plan!)).toEqual([]);
  expect(plan!.programs.train.length).toBeGreaterThan(0);
});

test('a plan is data: JSON carries all of it', () => {
  const { plan } = compile(modelSource('mnist'));
  expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
});

test('compiling twice gives the same plan', () => {
  for (const name of modelNames)
    expect(JSON.stringify(compile(modelSource(name)).plan)).toBe(JSON.stringify(compile(modelSource(name)).plan));
});
