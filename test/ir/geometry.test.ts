// The arithmetic of windows, against the tables of "A guide to convolution arithmetic" (Dumoulin & Visin 2016).
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  builder,
  ceilRows,
  emit,
  emptyWindow,
  extent,
  interpret,
  opDef,
  outputSize,
  type Shape,
  showArithmetic,
  sizeOf,
  unreadRows,
} from '../../src/ir/index.ts';
import { padAxis } from '../../src/layers/windows.ts';
import { root } from '../support/need.ts';
import { reshaped, tensorOf } from '../support/numbers.ts';

interface Row {
  readonly kind: 'conv' | 'pool' | 'dilated' | 'transposed';
  readonly i: number;
  readonly k: number;
  readonly s: number;
  readonly p: number;
  readonly d: number;
  readonly o: number;
}

/** i, k, s, p, d and the output: the figures of the guide, and rows where the division leaves a rest. */
const rows: readonly (readonly [number, number, number, number, number, number])[] = [
  [4, 3, 1, 0, 1, 2],
  [5, 4, 1, 2, 1, 6],
  [5, 3, 1, 1, 1, 5],
  [5, 3, 1, 2, 1, 7],
  [5, 3, 2, 0, 1, 2],
  [5, 3, 2, 1, 1, 3],
  [6, 3, 2, 1, 1, 3],
  [5, 3, 1, 0, 1, 3],
  [7, 3, 1, 0, 2, 3],
  [7, 3, 1, 0, 1, 5],
  [28, 5, 1, 0, 1, 24],
  [24, 2, 2, 0, 1, 12],
  [227, 11, 4, 0, 1, 55],
  [55, 3, 2, 0, 1, 27],
  [224, 7, 2, 3, 1, 112],
  [8, 3, 3, 0, 1, 2],
  [1, 1, 1, 0, 1, 1],
  [3, 1, 2, 0, 1, 2],
  [10, 2, 5, 0, 1, 2],
  [9, 5, 1, 0, 2, 1],
];

describe('output sizes', () => {
  for (const [i, k, s, p, d, o] of rows) {
    test(`i ${i} k ${k} s ${s} p ${p} d ${d} -> ${o}`, () => {
      expect(outputSize(i, k, s, 2 * p, d)).toBe(o);
      // The rest is what no window reads, and the windows with the rest are the padded input.
      expect(s * (o - 1) + extent(k, d) + unreadRows(i, k, s, 2 * p, d)).toBe(i + 2 * p);
    });
  }

  test('a window that does not fit has no outputs', () => {
    expect(outputSize(2, 3, 1, 0, 1)).toBeLessThan(1);
    expect(outputSize(4, 3, 1, 0, 2)).toBeLessThan(1);
    expect(unreadRows(2, 3, 1, 0, 1)).toBe(0);
  });

  test('arithmetic is shown with its numbers', () => {
    expect(showArithmetic(28, 5, 1, 0, 0, 1)).toBe('(28 - 5 + 0)/1 + 1');
    expect(showArithmetic(28, 5, 2, 2, 2, 1)).toBe('(28 - 5 + 2*2)/2 + 1');
    expect(showArithmetic(28, 3, 2, 0, 1, 2)).toBe('(28 - (2*(3 - 1) + 1) + (0 + 1))/2 + 1');
  });
});

describe('padding modes', () => {
  test('same gives ceil(i/s) outputs, for every size', () => {
    for (let i = 1; i < 12; i++)
      for (let k = 1; k < 7; k++)
        for (let s = 1; s < 5; s++)
          for (let d = 1; d < 3; d++) {
            const [before, after] = padAxis({ mode: 'same' }, 0, i, k, s, d);
            expect(outputSize(i, k, s, before + after, d), `i ${i} k ${k} s ${s} d ${d}`).toBe(Math.ceil(i / s));
            expect(after - before === 0 || after - before === 1).toBe(true);
          }
  });

  test('full gives i + k - 1, valid i - k + 1', () => {
    for (const [i, k] of [
      [7, 3],
      [5, 4],
      [3, 3],
    ] as const) {
      const sum = (mode: 'full' | 'valid'): number => padAxis({ mode }, 1, i, k, 1, 1).reduce((a, b) => a + b, 0);
      expect(outputSize(i, k, 1, sum('full'), 1)).toBe(i + k - 1);
      expect(outputSize(i, k, 1, sum('valid'), 1)).toBe(i - k + 1);
    }
  });
});

const table = join(root, '..', 'shared', 'conformance', 'conv_arithmetic.json');
if (!existsSync(table)) console.warn(`NOT TESTED: the whole table of convolution arithmetic, there is no ${table}`);

describe.skipIf(!existsSync(table))('the whole table', () => {
  const all = existsSync(table)
    ? (JSON.parse(readFileSync(table, 'utf8')) as {
        figures: Row[];
        derived: { rows: Row[] };
        numerical: {
          op: string;
          input: number[][];
          kernel?: number[][];
          k: number;
          s: number;
          p: number;
          output: number[][];
          tolerance: number;
        }[];
      })
    : { figures: [], derived: { rows: [] }, numerical: [] };

  test('sizes of convolutions and poolings, by formula and by the shape rule', () => {
    const here = [...all.figures, ...all.derived.rows].filter((r) => r.kind !== 'transposed');
    expect(here.length).toBeGreaterThan(400);
    for (const r of here) {
      expect(outputSize(r.i, r.k, r.s, 2 * r.p, r.d), JSON.stringify(r)).toBe(r.o);
      const attrs = { stride: [r.s, r.s], padding: [r.p, r.p, r.p, r.p], dilation: [r.d, r.d] } as const;
      const f32 = (shape: Shape) => ({ dtype: 'f32', shape }) as const;
      const x = f32([1, r.i, r.i, 1]);
      const y =
        r.kind === 'pool'
          ? opDef('avgpool2d').infer([x], { ...attrs, window: [r.k, r.k] })
          : opDef('conv2d').infer([x, f32([r.k, r.k, 1, 1])], { ...attrs, groups: 1 });
      expect(y, JSON.stringify(r)).toEqual(f32([1, r.o, r.o, 1]));
    }
  });

  test('transposed convolutions: the input gradient of the convolution they belong to', () => {
    const here = [...all.figures, ...all.derived.rows].filter((r) => r.kind === 'transposed');
    expect(here.length).toBeGreaterThan(50);
    for (const r of here) {
      const attrs = {
        stride: [r.s, r.s],
        padding: [r.p, r.p, r.p, r.p],
        dilation: [r.d, r.d],
        groups: 1,
        shape: [1, r.o, r.o, 1],
      } as const;
      const f32 = (shape: Shape) => ({ dtype: 'f32', shape }) as const;
      const dx = opDef('conv2d_dx').infer([f32([1, r.i, r.i, 1]), f32([r.k, r.k, 1, 1])], attrs);
      expect(dx, JSON.stringify(r)).toEqual(f32([1, r.o, r.o, 1]));
    }
  });

  test('the numbers of the figures', () => {
    expect(all.numerical.length).toBeGreaterThan(0);
    for (const n of all.numerical) {
      const b = builder();
      const picture = tensorOf(n.input);
      const [h, w] = picture.shape as [number, number];
      const init = { kind: 'constant', value: 0 } as const;
      const x = emit(b, 'input', [], { shape: [1, h, w, 1] }, 'x');
      const kernel = emit(b, 'parameter', [], { shape: [n.k, n.k, 1, 1], init, trainable: false }, 'w');
      const attrs = { stride: [n.s, n.s], padding: [n.p, n.p, n.p, n.p], dilation: [1, 1] } as const;
      const window = { ...attrs, window: [n.k, n.k] } as const;
      const y =
        n.op === 'conv'
          ? emit(b, 'conv2d', [x, kernel], { ...attrs, groups: 1 }, 'y')
          : /max/.test(n.op)
            ? emit(b, 'maxpool2d', [x], window, 'y')
            : emit(b, 'avgpool2d', [x], window, 'y');
      const leaves = new Map([
        ['x', reshaped(picture, x.type.shape)],
        [
          'w',
          n.kernel
            ? reshaped(tensorOf(n.kernel), kernel.type.shape)
            : { shape: kernel.type.shape, data: new Float64Array(sizeOf(kernel.type.shape)) },
        ],
      ]);
      const got = interpret(b.finish(n.op), { leaves, step: new Map() }).values.get(y)!;
      const expected = tensorOf(n.output).data;
      got.data.forEach((v, i) => {
        expect(Math.abs(v - expected[i]!), `${n.op} ${i}`).toBeLessThanOrEqual(n.tolerance + 1e-9);
      });
    }
  });
});

test('rounding up gives as many windows as ceil_mode of PyTorch, and none that holds padding only', () => {
  let rounded = 0;
  for (let i = 1; i <= 9; i++)
    for (let k = 1; k <= 4; k++)
      for (let s = 1; s <= 4; s++)
        for (let p = 0; p <= k / 2; p++)
          for (const d of [1, 2]) {
            // pooling_output_shape of ATen/native/Pool.h.
            let o = Math.floor((i + 2 * p - d * (k - 1) - 1 + s - 1) / s) + 1;
            if ((o - 1) * s >= i + p) o--;
            if (o < 1) continue;
            const extra = ceilRows(i, k, s, [p, p], d);
            expect(outputSize(i, k, s, 2 * p + extra, d), `i ${i} k ${k} s ${s} p ${p} d ${d}`).toBe(o);
            if (extra > 0) rounded++;
            if (d === 1) expect(emptyWindow(i, k, s, p, d, o)).toBeUndefined();
          }
  expect(rounded).toBeGreaterThan(50);
});
