// Whole training steps of every model on the device, beside double precision: parameters, slots, losses, right answers.
import { describe, expect, test } from 'vitest';
import type { StepValues } from '../../runtime/index.ts';
import { isOp, sizeOf } from '../../src/ir/index.ts';
import { withDevice } from '../support/adapter.ts';
import { modelNames, narrowSource } from '../support/models.ts';
import { relativeError } from '../support/numbers.ts';
import { runnable, slow } from '../support/targets.ts';
import { follow, start } from './harness.ts';

const opened = await withDevice();
const BATCH = 5;
const COUNT = 13; // the third batch has three pictures

const everything = `model m {
  input 9x8x2
  conv 5 3x2 stride 2x1 pad [1, 0, 2, 1] tanh l2 0.01
  maxpool 2x2 stride 1 pad same
  repeat 2 { conv 4 3x3 pad same dilation 2 relu }
  avgpool 3x3 stride 2 pad 1
  dropout 0.25
  flatten
  dense 6 sigmoid nobias l2 0.1
  dense 4
}
train {
  loss cross_entropy
  optimizer sgd lr 0.1 momentum 0.9
}`;

const augmented = `data {
  normalise mean [0.4, 0.5, 0.6] std [0.2, 0.25, 0.2]
  augment {
    flip horizontal
    crop pad 2 fill reflect
    zoom 0.2
    contrast 0.3
    brightness 0.1 chance 0.5
    noise 0.1
    cutout 3x2
  }
}
model m {
  input 9x8x3
  conv 4 3x3 pad same
  conv 4 1x1
}
train {
  loss cross_entropy
  optimizer sgd lr 0.1
}`;

const moved = `model m {
  input 7x5x3
  pad [1, 0, 2, 1] reflect
  conv 8 3x3 relu
  upsample 2x2 bilinear
  avgpool 3x2 ceil pad 1 include_pad
  pad [1, 2, 1, 0] edge
  space_to_depth 2
  slice 3 13
  reshape 16x13
  maxpool 3 stride 2
  resize 9 bilinear
  pad 1x2
  transpose [1, 0]
  upsample 2
  crop 0x3
  global_maxpool keep
  identity
  flatten
  dense 4
}
train {
  loss cross_entropy
  optimizer sgd lr 0.1
}`;

const branched = `block residual(c, s = 1) {
  add {
    branch { conv c 3x3 stride s pad same relu | conv c 3x3 pad same nobias }
    branch { if s > 1 { conv c 1x1 stride s } }
  }
  relu
}
model m {
  input 6x5x3
  conv 4 3x3 pad same tanh as skip
  freeze { residual 4 }
  multiply { branch { } branch { global_avgpool | dense (channels / 2) relu | dense 4 sigmoid } }
  residual 6 2 | upsample 2 | crop [0, 0, 0, 1]
  concat skip | conv 4 1x1 frozen | add skip relu
  concat axis height { branch { } branch { conv 4 1x1 } }
  flatten
  dense 4
}
train {
  loss cross_entropy
  optimizer sgd lr 0.1 momentum 0.9
}`;

const convolutions = `model m {
  input 9x8x6
  conv 8 3x3 pad same groups 2 relu l2 0.01
  depthwise 3x3 pad [0, 1, 1, 0] multiplier 2 stride 2x1 tanh l2 0.01
  separable 6 1x3 pad same relu
  conv 6 3x1 groups 3 pad same bias per_position tanh
  conv_transpose 4 4x3 stride 2 pad same groups 2 tanh
  conv_transpose 3 3x3 stride 2 pad 1 output_pad 1 nobias
  conv 3 5x3 stride 3 dilation 2x1 flip
  conv 2 kernel [[1, 2], [-2, 1]] sigmoid
  flatten
  dense 4
}
train {
  loss cross_entropy
  optimizer adam lr 0.01
}`;

const signal = `model s {
  input 33x2
  conv 4 5 relu l2 0.01                  => 29x4
  maxpool 2                              => 14x4
  conv 4 3 dilation 2 pad same groups 2  => 14x4
  depthwise 3 pad full multiplier 2      => 16x8
  separable 6 3 stride 2 pad same relu   => 8x6
  conv_transpose 3 4 stride 2 tanh       => 18x3
  conv 2 kernel [1, -2, 1] bias per_position
  flatten
  dense 4
}
train {
  loss cross_entropy
  optimizer sgd lr 0.1 momentum 0.9
}`;

const activations = `model m {
  input 8x7x2
  conv 4 3x3 leaky_relu 0.1 init he_normal lr_scale 0.1
  spatial_dropout 0.25
  conv 5 3x3 pad same prelu l1 0.01 l2 0.02 init normal 0.3
  softmax axis rows
  gaussian_noise 0.1
  flatten
  dense 9 gelu init truncated_normal 0.5
  alpha_dropout 0.1
  dense 5 mish init orthogonal lr_scale 0.1
  log_softmax
}
train {
  loss cross_entropy
  optimizer sgd lr 0.1 momentum 0.9
}`;

// No bias stands before a batchnorm, which takes it away: its gradient would be rounding errors alone.
const normalised = `model m {
  input 9x8x3
  conv 8 3x3 pad same nobias
  batchnorm momentum 0.7 relu
  conv 5 3x3 nobias
  batchnorm nocenter tanh
  conv 8 3x3 stride 2 nobias
  groupnorm 4 relu
  lrn size 3 alpha 0.5
  instancenorm noscale
  layernorm tanh
  flatten
  dense 12 nobias
  batchnorm epsilon 0.01 sigmoid
  layernorm
  dense 4
}
train {
  loss cross_entropy
  optimizer sgd lr 0.1 momentum 0.9
}`;

describe.skipIf(!opened).each(runnable(opened))('training on the device, target %s', (target) => {
  // Portable kernels of all models take minutes to compile on a software adapter.
  const few = target === 'portable' && opened?.adapter.kind === 'software' && !slow;
  const sources = [
    ...modelNames.filter(() => !few).map((name) => [name, narrowSource(name)] as const),
    ['pictures that are augmented', { file: 'm.cnn', text: augmented }] as const,
    ['a little of everything', { file: 'm.cnn', text: everything }] as const,
    ...(few ? [] : [['branches that join', { file: 'm.cnn', text: branched }] as const]),
    ['convolutions of all kinds', { file: 'm.cnn', text: convolutions }] as const,
    ['a signal', { file: 's.cnn', text: signal }] as const,
    ['what moves and resizes', { file: 'm.cnn', text: moved }] as const,
    ...(few ? [] : [['activations, noise and options', { file: 'm.cnn', text: activations }] as const]),
    ['every normalisation', { file: 'm.cnn', text: normalised }] as const,
  ];
  test.each(sources)('%s: three steps, the last with fewer pictures, then an evaluation', async (_, source) => {
    opened!.device.pushErrorScope('validation');
    const running = await start(opened!.device, target, source, BATCH, COUNT);
    const { session, data, leaves, compiled } = running;
    const { plan, graphs, emitted } = compiled;
    const rows = [0, 1, 2].map(
      (i): StepValues => ({
        start: i * BATCH,
        count: Math.min(BATCH, COUNT - i * BATCH),
        step: i + 1,
        seed: 11,
        lr: plan.train?.lr ?? 0.1,
        scale: data.scale,
      }),
    );
    session.run('train', rows.slice(0, 1), data);
    session.run('train', rows.slice(1), data);
    const sums = await session.readMetrics();
    const expected = rows
      .map((row) => follow(running, 'train', row).metrics)
      .reduce((a, b) => a.map((v, i) => v + (b[i] as number)));
    expect(relativeError(sums, expected), `metrics ${[...sums]} and ${expected}`).toBeLessThan(1e-4);
    for (const [name, values] of await session.parameters()) {
      expect(relativeError(values, leaves.get(name)!.data), name).toBeLessThan(1e-4);
    }
    for (const node of graphs.train!.nodes.filter((n) => isOp(n, 'state'))) {
      const view = emitted.scheduled.train!.memory.places.get(node)!;
      const values = new Float32Array(await session.read(view)).subarray(0, sizeOf(node.type.shape));
      expect(relativeError(values, leaves.get(node.id)!.data), node.id).toBeLessThan(1e-4);
    }
    const last = rows[2]!;
    session.run('evaluate', [last], data);
    const { metrics, output } = follow(running, 'evaluate', last);
    expect(relativeError(await session.readMetrics(), metrics), 'evaluation').toBeLessThan(1e-4);
    expect(relativeError(await session.readOutput(), output!), 'output').toBeLessThan(1e-4);
    data.destroy();
    session.dispose();
    expect((await opened!.device.popErrorScope())?.message).toBeUndefined();
  });
});
