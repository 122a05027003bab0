// Operators of ONNX in the forms that the given cases do not have: old attributes, other sizes, values that are known.
// Each model is made of bytes by the published schema, and compared with numbers worked out by hand.
import { describe, expect, test } from 'vitest';
import { Failure } from '../../src/diagnostics/index.ts';
import { compareTensors } from '../../src/interop/onnx/cases.ts';
import { type Converted, convertModel } from '../../src/interop/onnx/convert.ts';
import { decodeModel, type OnnxTensor } from '../../src/interop/onnx/decode.ts';
import { execute } from '../../src/interop/onnx/execute.ts';
import { reference } from '../../src/interop/onnx/prepare.ts';
import { withDevice } from '../support/adapter.ts';
import { runnable } from '../support/targets.ts';
import { bytes } from './model-bytes.ts';
import type { Case } from './operator-cases/build.ts';
import { cases } from './operator-cases/index.ts';

const opened = await withDevice();
const target = runnable(opened).includes('cpu') ? 'cpu' : undefined;

function converted(one: Case): Converted {
  const inputs = one.inputs.flatMap((v, i): [string, OnnxTensor][] =>
    v && !v.file
      ? [[`x${i}`, { name: `x${i}`, dims: v.dims, type: v.whole ? 'int64' : 'float', values: v.values }]]
      : [],
  );
  return convertModel(decodeModel(bytes(one), 'test.onnx'), new Map(inputs), 'test.onnx');
}

function check(one: Case, model: Converted, found: ReadonlyMap<string, ArrayLike<number>>): void {
  one.expected.forEach(({ dims, values }, i) => {
    const name = `y${i}`;
    const want: OnnxTensor = { name, dims, type: 'float', values };
    const compared = compareTensors(name, model.outputs.get(name)!.dims, found.get(name) ?? [], want);
    if (!compared.ok)
      expect({ dims: model.outputs.get(name)!.dims, values: Array.from(found.get(name) ?? []) }).toEqual({
        dims,
        values,
      });
  });
}

const good = cases.filter((one) => one.refused === undefined);

describe('operators in their forms', () => {
  test.each(good.map((one) => [one.title, one] as const))('%s', (_, one) => {
    const model = converted(one);
    check(one, model, reference(model));
  });

  test.each(cases.flatMap((one) => (one.refused === undefined ? [] : [[one.title, one] as const])))(
    'refused: %s',
    (_, one) => {
      let said = '';
      try {
        converted(one);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        said = error.diagnostics.map(({ message }) => message).join();
      }
      expect(said).toContain(one.refused);
    },
  );
});

describe.skipIf(!opened)('on the device', () => {
  test('all of them', { timeout: 240_000 }, async () => {
    for (const one of good) {
      const model = converted(one);
      check(one, model, await execute(model, opened!.device, target));
    }
  });
});
