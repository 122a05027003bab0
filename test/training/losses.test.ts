// Every loss: closed forms worked by hand, and ten steps on the device beside double precision.
import { describe, expect, test } from 'vitest';
import type { StepValues } from '../../runtime/index.ts';
import { compile } from '../../src/compile.ts';
import { interpret, isOp, sizeOf } from '../../src/ir/index.ts';
import { losses } from '../../src/training/losses/index.ts';
import { withDevice } from '../support/adapter.ts';
import { relativeError } from '../support/numbers.ts';
import { runnable, slow } from '../support/targets.ts';
import { follow, start } from './harness.ts';

const opened = await withDevice();

/** The loss and the metrics of one output: the model adds zero to its input, so that the output is what is given. */
function lossOf(
  settings: string,
  output: readonly number[],
  labels: readonly number[],
  shape = String(output.length),
  last = '',
): Record<string, number> {
  // A convolution or dense layer with the identity as weights leaves the input as it is.
  const c = Number(shape.split('x').at(-1));
  const layer = shape.includes('x') ? `conv ${c} 1x1` : `dense ${c}`;
  const text = `model m {\n  input ${shape}\n  ${layer} ${last}\n}\ntrain {\n  ${settings}\n  optimizer sgd\n}\n`;
  const { graphs, plan, diagnostics } = compile({ file: 'm.cnn', text }, { batch: 1 });
  if (!graphs?.evaluate || !plan) throw new Error(diagnostics.map((d) => d.message).join('\n'));
  const leaves = new Map(
    graphs.evaluate.nodes.flatMap((n) => {
      const size = sizeOf(n.type.shape);
      const identity = Float64Array.from({ length: size }, (_, i) =>
        n.id.endsWith('.bias') ? 0 : i % (c + 1) === 0 ? 1 : 0,
      );
      const data = isOp(n, 'input') ? output : isOp(n, 'labels') ? labels : isOp(n, 'parameter') ? identity : undefined;
      return data ? [[n.id, { shape: n.type.shape, data: Float64Array.from(data) }] as const] : [];
    }),
  );
  const { metrics } = interpret(graphs.evaluate, { leaves, step: new Map([['count', 1]]) });
  return Object.fromEntries(metrics);
}

describe('closed forms', () => {
  const log = Math.log;
  const values = 'target values';
  // Values of the examples in the documentation of Keras 3 where there is one for a single sample, the rest by hand.
  const table: readonly (readonly [string, readonly number[], readonly number[], number])[] = [
    [`loss mse\n  ${values}`, [1, 3], [0, 1], 2.5],
    [`loss mae\n  ${values}`, [1, 3], [0, 1], 1.5],
    [`loss huber\n  ${values}`, [0.5, 3], [0, 1], (0.125 + 1.5) / 2],
    [`loss huber delta 2\n  ${values}`, [0.5, 4], [0, 1], (0.125 + 4) / 2],
    [`loss poisson\n  ${values}`, [1, 2], [0, 3], (1 + 2 - 3 * log(2)) / 2],
    [`loss kl_divergence\n  ${values}`, [0.5, 0.5], [0.25, 0.75], 0.25 * log(0.5) + 0.75 * log(1.5)],
    // keras.losses.Hinge: y_true [-1, 1] is -1/1 already.
    [`loss hinge\n  ${values}`, [0.6, 0.4], [-1, 1], (1.6 + 0.6) / 2],
    [`loss squared_hinge\n  ${values}`, [0.6, 0.4], [-1, 1], (1.6 ** 2 + 0.6 ** 2) / 2],
    ['loss hinge', [0.6, 0.4, -2], [1], (1.6 + 0.6 + 0) / 3],
    // Logits; keras.losses.BinaryCrossentropy(from_logits=True) of [-18.6, 0.51] against [0, 1] is 0.2353...
    [
      `loss binary_cross_entropy\n  ${values}`,
      [-18.6, 0.51],
      [0, 1],
      (log(1 + Math.exp(-18.6)) + log(1 + Math.exp(-0.51))) / 2,
    ],
    ['loss binary_cross_entropy', [log(3)], [1], -log(0.75)],
    ['loss binary_cross_entropy', [log(3)], [0], -log(0.25)],
    ['loss binary_cross_entropy label_smoothing 0.2', [log(3)], [1], -0.9 * log(0.75) - 0.1 * log(0.25)],
    ['loss cross_entropy', [0, log(3)], [1], -log(0.75)],
    ['loss cross_entropy class_weights [2, 4]', [0, log(3)], [1], -4 * log(0.75)],
    ['loss cross_entropy label_smoothing 0.2', [0, log(3)], [1], -0.9 * log(0.75) - 0.1 * log(0.25)],
    [`loss cross_entropy\n  ${values}`, [0, log(3)], [0.5, 0.5], -0.5 * log(0.75) - 0.5 * log(0.25)],
    // Classes as values: 1 at the class, 0 elsewhere; a single number is 1 for class 1.
    ['loss mse', [0.5, 1, 3], [1], (0.25 + 0 + 9) / 3],
    ['loss mse', [0.25], [1], 0.5625],
  ];
  test.each(table)('%s of %j against %j', (settings, output, labels, expected) => {
    expect(lossOf(settings, output, labels).loss).toBeCloseTo(expected, 6);
  });

  test('after sigmoid and softmax the losses are those of the logits', () => {
    const of = (name: string, last: string) => lossOf(`loss ${name}`, [log(3), 60], [1], '2', last).loss as number;
    expect(of('binary_cross_entropy', 'sigmoid')).toBeCloseTo((-log(0.25) + 0) / 2, 9);
    expect(of('cross_entropy', 'softmax')).toBeCloseTo(of('cross_entropy', ''), 12);
    expect(lossOf('loss binary_cross_entropy', [-200], [1], '1', 'sigmoid').loss).toBeCloseTo(200, 9);
  });

  test('of a map the mean is taken over pixels, and weights are factors', () => {
    const output = [0, log(3), 0, 0];
    expect(lossOf('loss cross_entropy', output, [1, 0], '1x2x2').loss).toBeCloseTo((-log(0.75) + log(2)) / 2, 9);
    const weighted = lossOf('loss cross_entropy class_weights [2, 1]', output, [1, 0], '1x2x2');
    expect(weighted.loss).toBeCloseTo((-log(0.75) + 2 * log(2)) / 2, 9);
    expect(weighted.accuracy).toBe(1);
    expect(lossOf('loss cross_entropy', output, [0, 1], '1x2x2').accuracy).toBe(0);
  });

  test('the input as target', () => {
    expect(lossOf('loss mse\n  target input', [1, 2, 3, 4], [], '2x2x1')).toEqual({ loss: 0, mae: 0 });
  });

  test('metrics', () => {
    const several = 'loss cross_entropy\n  metrics accuracy top2 mae mse binary_accuracy';
    expect(lossOf(several, [3, 2, 1], [1])).toMatchObject({
      accuracy: 0,
      top2: 1,
      mae: expect.closeTo(5 / 3),
      mse: expect.closeTo(11 / 3),
    });
    expect(lossOf('loss binary_cross_entropy', [-1], [0])).toMatchObject({ accuracy: 1 });
    expect(lossOf('loss binary_cross_entropy', [-1], [1])).toMatchObject({ accuracy: 0 });
    expect(lossOf('loss binary_cross_entropy', [0.1], [1])).toMatchObject({ accuracy: 1 });
    expect(lossOf('loss mse', [0.4], [1])).toMatchObject({ accuracy: 0 });
    expect(lossOf('loss hinge', [0.4], [1])).toMatchObject({ accuracy: 1 });
    const yesNo = lossOf(
      'loss binary_cross_entropy\n  target values\n  metrics binary_accuracy',
      [1, -1, 2, 3],
      [1, 0, 0, 1],
    );
    expect(yesNo.binary_accuracy).toBe(0.75);
  });
});

/** A picture of classes or values, a vector of them, or a single number. */
const models = {
  classes: 'input 6x5x2\n  conv 4 3x3 tanh\n  flatten\n  dense 3',
  map: 'input 6x5x2\n  conv 4 3x3 pad same tanh\n  conv 4 1x1',
  single: 'input 6x5x2\n  flatten\n  dense 5 tanh\n  dense 1',
  picture: 'input 5x4x2\n  conv 3 3x3 pad same tanh\n  conv 2 3x3 pad same',
} as const;

type Row = readonly [model: keyof typeof models, last: string, settings: string];
const rows: readonly Row[] = [
  ...Object.keys(losses).map((name): Row => ['classes', /kl|poisson/.test(name) ? 'softmax' : '', `loss ${name}`]),
  ['classes', 'softmax', 'loss cross_entropy label_smoothing 0.1 class_weights [1, 2, 0.5]\n  metrics accuracy top2'],
  ['classes', '', 'loss cross_entropy label_smoothing 0.1\n  target values'],
  ['map', 'softmax', 'loss cross_entropy'],
  ['map', '', 'loss cross_entropy class_weights [1, 2, 0.5, 1]\n  metrics accuracy top3 mse'],
  ['map', '', 'loss cross_entropy\n  metrics accuracy top2 top3 binary_accuracy mae mse'],
  ['map', '', 'loss squared_hinge'],
  ['single', 'sigmoid', 'loss binary_cross_entropy label_smoothing 0.1'],
  ['picture', 'sigmoid', 'loss mse\n  target input'],
  ['picture', 'sigmoid', 'loss binary_cross_entropy\n  target input\n  metrics mae binary_accuracy'],
  ['picture', '', 'loss huber delta 0.3\n  target values'],
];

describe.skipIf(!opened).each(runnable(opened))('ten steps on the device, target %s', (target) => {
  const few = target === 'portable' && opened?.adapter.kind === 'software' && !slow;
  test.each(few ? rows.filter((_, i) => i % 5 === 3) : rows)('%s %s, %s', async (model, last, settings) => {
    const text = `model m {\n  ${models[model]} ${last}\n}\ntrain {\n  ${settings}\n  optimizer sgd lr 0.05\n}\n`;
    opened!.device.pushErrorScope('validation');
    const running = await start(opened!.device, target, { file: 'm.cnn', text }, 3, 8);
    const { session, data, leaves } = running;
    const steps = Array.from(
      { length: 10 },
      (_, i): StepValues => ({
        start: (i % 3) * 3,
        count: i % 3 === 2 ? 2 : 3,
        step: i + 1,
        seed: 1,
        lr: 0.05,
        scale: data.scale,
      }),
    );
    session.run('train', steps, data);
    const sums = await session.readMetrics();
    const expected = steps
      .map((step) => follow(running, 'train', step).metrics)
      .reduce((a, b) => a.map((v, i) => v + (b[i] as number)));
    sums.forEach((sum, i) => {
      expect(
        relativeError([sum], [expected[i] as number]),
        `${running.compiled.plan.metrics[i]} ${sum} ${expected[i]}`,
      ).toBeLessThan(1e-4);
    });
    for (const [name, values] of await session.parameters())
      expect(relativeError(values, leaves.get(name)!.data), name).toBeLessThan(1e-4);
    session.run('evaluate', [steps[2]!], data);
    const { metrics, output } = follow(running, 'evaluate', steps[2]!);
    expect(relativeError(await session.readMetrics(), metrics), 'evaluation').toBeLessThan(1e-4);
    expect(relativeError(await session.readOutput(), output!), 'output').toBeLessThan(1e-4);
    data.destroy();
    session.dispose();
    expect((await opened!.device.popErrorScope())?.message).toBeUndefined();
  });
});
