// Layers may be named as the user likes: no name of a value meets a name inside a kernel.
import { expect, test } from 'vitest';
import { functionNames } from '../../src/codegen/kernels/functions.ts';
import { nullDevice } from '../support/adapter.ts';
import { compileFor, targets } from '../support/targets.ts';
import { refused } from '../support/validate.ts';

const opened = await nullDevice();

const names = [
  'x',
  'y',
  'i',
  'm',
  'n',
  'r',
  'q',
  'o0',
  'p0',
  'b0',
  'r0',
  'acc0',
  'total',
  'row',
  'at',
  'tile',
  'column',
  'columns',
  'main',
  'step',
  'id',
  'T',
  'U',
  'Step',
  'in_window',
  ...functionNames,
  'image',
  'channel',
  'result',
  'best',
  'first',
  'd',
  'e',
  'k',
  'ky',
  'kx',
  'c',
  'f',
  'picture',
  'pixel',
  'value',
  'order',
  'labels',
  'pictures',
  'input',
  'parameters',
  'gradients',
  'metrics',
  'g',
  'a',
  'b',
  'lane',
  'load_a',
  'load_b',
  'vec4f',
  'select',
  'max',
  'f32',
  'loop',
  'low_y',
  'part_x',
  'place_y',
  'weight_of',
  'mirrored',
  'c0',
  'inside',
  'array',
];

/** One layer of each kind, each with a name. */
const model = (at: (i: number) => string): string => `model m {
  input 6x6x2
  conv 4 3x3 pad 1 relu name ${at(0)}
  maxpool 2x2 name ${at(1)}
  conv 3 2x2 pad same tanh name ${at(2)}
  avgpool 2x2 stride 1 pad [1, 0, 0, 1] name ${at(3)}
  dropout 0.5 name ${at(4)}
  pad 1 reflect name ${at(6)}
  upsample 2x2 bilinear name ${at(7)}
  crop [0, 1, 1, 0] name ${at(8)}
  flatten
  dense 3 softmax l2 0.1 name ${at(5)}
}
train {
  loss cross_entropy
  optimizer adam
}`;

test.each(targets)('every name in every place, target %s', async (target) => {
  const bad: string[] = [];
  for (let first = 0; first < names.length; first++) {
    const text = model((i) => names[(first + i) % names.length] as string);
    const { plan, diagnostics } = compileFor(target, { file: 'm.cnn', text }, { batch: 2 });
    expect(diagnostics.filter((d) => d.severity === 'error').map((d) => d.message)).toEqual([]);
    bad.push(...(await refused(opened.device, plan!)).map((r) => `from ${names[first]}: ${r.split('\n')[0]}`));
  }
  expect(bad).toEqual([]);
});
