// Weights in fewer bits: which become small, how they are rounded, and that the graph computes the same with them.
import { expect, test } from 'vitest';
import { halfToNumber, numberToHalf, storedBytes, storedValues } from '../../runtime/index.ts';
import { compile } from '../../src/compile.ts';
import { readSafetensors, writeSafetensors } from '../../src/interop/safetensors.ts';
import { quantise } from '../../src/passes/store-weights.ts';
import { referenceBackend } from '../../src/reference/train.ts';

test('numbers become the nearest halves, ties to even, and halves stay what they are', () => {
  const wrong: string[] = [];
  const check = (value: number, bits: number): void => {
    if (numberToHalf(value) !== bits) wrong.push(`${value} became ${numberToHalf(value)}, not ${bits}`);
  };
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = halfToNumber(bits);
    if (!Number.isNaN(value)) check(value, bits);
    // Between two neighbours: nearer to the one, nearer to the other, and in the middle.
    const next = halfToNumber(bits + 1);
    if ((bits & 0x7fff) >= 0x7bff) continue;
    const step = next - value;
    check(value + 0.49 * step, bits);
    check(value + 0.51 * step, bits + 1);
    check(value + 0.5 * step, bits + (bits & 1));
  }
  expect(wrong).toEqual([]);
  expect([65504, 65519.9, 65520, -1e9, 2 ** -25, 2 ** -25 * 1.01].map(numberToHalf)).toEqual([
    0x7bff, 0x7bff, 0x7c00, 0xfc00, 0, 1,
  ]);
  expect(numberToHalf(Number.NaN)).toBe(0x7e00);
});

test('bytes are filled up to words, and give the values back', () => {
  const values = Float32Array.of(0.5, -127, 3);
  for (const [stored, bytes] of [
    ['f16', 8],
    ['i8', 4],
  ] as const) {
    const packed = storedBytes(values.map(stored === 'i8' ? Math.round : (v) => v), stored);
    expect(packed).toHaveLength(bytes);
    expect([...storedValues(packed.buffer, 0, 3, stored)]).toEqual(stored === 'f16' ? [0.5, -127, 3] : [1, -127, 3]);
  }
});

test('each channel is scaled by its largest weight', () => {
  // 2 x 3: columns are channels, or rows.
  const weights = [1, 0, -3, -2, 0, 1.5];
  const columns = quantise(weights, [2, 3], 1);
  expect([...columns.scales].map((s) => s * 127)).toEqual([2, 0, 3].map((v) => expect.closeTo(v, 5)));
  expect([...columns.values]).toEqual([64, 0, -127, -127, 0, 64]);
  const rows = quantise(weights, [2, 3], 0);
  expect([...rows.values]).toEqual([42, 0, -127, -127, 0, 95]);
});

const text = `model m {
  input 6x6x2

  conv 4 3x3 nobias | batchnorm relu
  depthwise 3x3
  flatten
  dense 5 softmax
}

train {
  loss      cross_entropy
  optimizer sgd lr 0.1
}
`;

test('weights of products become small, and cost what rounding costs', async () => {
  const source = { file: 'm.cnn', text };
  const plain = compile(source);
  if (!plain.plan || !plain.graphs) throw new Error(plain.diagnostics[0]?.message);
  const reference = referenceBackend(plain.graphs, plain.plan);
  reference.initialise(3);
  const weights = await reference.parameters();
  const x = Float32Array.from({ length: 2 * 72 }, (_, i) => Math.sin(i));
  const wanted = await reference.predict(x);
  for (const stored of ['f16', 'i8'] as const) {
    const { plan, graphs, folded } = compile(source, { fold: weights, stored });
    if (!plan || !graphs || !folded) throw new Error('the model does not compile');
    expect(plan.parameters.filter((p) => p.stored === stored).map((p) => p.name)).toEqual([
      'conv1.weight',
      'depthwise1.weight',
      'dense1.weight',
    ]);
    expect(plan.parameters.filter((p) => p.name.endsWith('.scale'))).toHaveLength(stored === 'i8' ? 3 : 0);
    // Loss and metrics can be measured; training is left out.
    expect([plan.programs.evaluate.length > 0, plan.programs.train.length]).toEqual([true, 0]);
    const small = referenceBackend(graphs, plan);
    small.initialise(3);
    small.setParameters(new Map(folded));
    const found = await small.predict(x);
    const apart = Math.max(...found.map((v, i) => Math.abs(v - (wanted[i] as number))));
    expect(apart).toBeGreaterThan(0);
    expect(apart).toBeLessThan(stored === 'f16' ? 1e-3 : 3e-2);
    // The file holds the same numbers.
    const tensors = plan.parameters.map((p) => ({ ...p, values: folded.get(p.name) as Float32Array<ArrayBuffer> }));
    const read = readSafetensors(writeSafetensors(tensors, {})).tensors;
    for (const { name, stored: type } of tensors) {
      expect(read.get(name)?.dtype).toBe(type === 'f16' ? 'F16' : type === 'i8' ? 'I8' : 'F32');
      expect([...(read.get(name)?.values ?? [])]).toEqual([...(folded.get(name) ?? [])]);
    }
  }
});
