// Kernels that read weights of 8 and 16 bits against the reference, on awkward sizes: what they load are the same numbers.
import { describe, test } from 'vitest';
import { halfToNumber, numberToHalf, type Stored } from '../../runtime/index.ts';
import { type ConvAttrs, emit, type Node, type Shape, windowOutput } from '../../src/ir/index.ts';
import { withDevice } from '../support/adapter.ts';
import { randomTensor } from '../support/numbers.ts';
import { runnable } from '../support/targets.ts';
import { check, type Scene, scene } from './harness.ts';

const opened = await withDevice();
let made = 0;

/** A parameter with random numbers of its type. */
function weights(s: Scene, shape: Shape, stored: Stored): Node {
  const { data } = randomTensor(shape, ++made, -1, 1);
  const init = { kind: 'constant', value: 0 } as const;
  const leaf = emit(s.b, 'parameter', [], { shape, init, trainable: false, stored }, `weights_${made}`);
  const value = stored === 'f16' ? (v: number) => halfToNumber(numberToHalf(v)) : (v: number) => Math.round(127 * v);
  s.leaves.set(leaf.id, { shape, data: data.map(value) });
  return leaf;
}

/** y = relu(scale conv(x, w) + bias), and, where asked for, the input gradient, which is a transposed convolution. */
function convolution(
  s: Scene,
  stored: Stored,
  [n, h, w, c]: readonly [number, number, number, number],
  f: number,
  kernel: readonly [number, number],
  { transposed = false, ...more }: Partial<ConvAttrs> & { readonly transposed?: boolean } = {},
): void {
  const attrs = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1, ...more } as const;
  const [oh, ow] = windowOutput([h, w], kernel, attrs);
  const shape = [...kernel, c / attrs.groups, f];
  const name = `${stored} x ${[n, h, w, c].join('x')} w ${shape.join('x')} ${JSON.stringify(more)}`;
  const y = emit(s.b, 'conv2d', [s.given([n, h, w, c], 'arena'), weights(s, shape, stored)], attrs, 'conv');
  const scaled = emit(s.b, 'mul', [y, s.given([f])], {}, 'scaled');
  s.compare(emit(s.b, 'relu', [emit(s.b, 'add', [scaled, s.given([f])], {}, 'z')], {}, 'out'), `y of ${name}`);
  if (!transposed) return;
  const dy = s.given([n, oh, ow, f], 'arena');
  const dx = emit(s.b, 'conv2d_dx', [dy, weights(s, shape, stored)], { ...attrs, shape: [n, h, w, c] }, 'dx');
  s.compare(dx, `dx of ${name}`);
}

function product(s: Scene, stored: Stored, m: number, k: number, n: number, transposeB: boolean): void {
  const w = weights(s, transposeB ? [n, k] : [k, n], stored);
  const y = emit(s.b, 'matmul', [s.given([m, k], 'arena'), w], { transposeA: false, transposeB }, 'product');
  s.compare(y, `${stored} ${m} x ${k} x ${n}${transposeB ? ' of transposed weights' : ''}`);
}

describe.skipIf(!opened).each([...runnable(opened), 'gpu'] as const)(
  'weights in fewer bits, for the target %s',
  (target) => {
    test.each(['f16', 'i8'] as const)('%s: convolutions, depthwise ones and dense layers', async (stored) => {
      const s = scene();
      // Few and small: a software adapter compiles each kernel for a second. Fours and ones, with and without a rest.
      convolution(s, stored, [1, 3, 2, 3], 5, [2, 1]);
      convolution(s, stored, [1, 4, 3, 4], 8, [3, 2], { padding: [1, 1, 1, 0], transposed: true });
      convolution(s, stored, [1, 3, 3, 6], 9, [2, 2], { groups: 3 });
      product(s, stored, 3, 9, 8, false);
      product(s, stored, 2, 5, 3, true);
      product(s, stored, 4, 8, 12, true);
      // A target of its own kind has contractions of its own alone.
      if (target === 'gpu') return void (await check(opened?.device as GPUDevice, target, s));
      // Depthwise: fours of channels, single ones, and several filters a channel.
      convolution(s, stored, [1, 3, 4, 8], 8, [2, 2], { groups: 8, padding: [1, 0, 1, 0], transposed: true });
      convolution(s, stored, [1, 3, 3, 3], 6, [2, 2], { groups: 3, stride: [2, 1] });
      product(s, stored, 1, 7, 3, false);
      await check(opened?.device as GPUDevice, target, s);
    });
  },
);
