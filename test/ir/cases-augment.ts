// Cases of pictures changed by chance: certain changes by hand, and drawn ones from the hashes that they are defined by.
import { hash32 } from '../../runtime/random.ts';
import { dropoutStream } from '../../src/ir/ops/dropout.ts';
import type { CasesOf } from './case.ts';

const [seed, step, stream] = [7, 3, 99];
const inputs = (x: readonly number[][][][]) => [x, seed, step];
const none = { none: 'pictures have no gradient while training, and nothing else draws' };
const one = (...rows: number[][]) => [rows.map((row) => row.map((v) => [v]))];
const warp = (steps: readonly object[], more: object = {}) =>
  ({ steps: steps.map((s) => ({ chance: 1, ...s })), border: 'zero', stream, ...more }) as never;
const hash = (index: number): number => hash32(seed, dropoutStream(stream, step), index);
const signed = (index: number): number => (hash(index) >>> 8) / 2 ** 23 - 1;
const picture = one([1, 2, 3], [4, 5, 6]);
/** What the shift of the second draw of a picture moves, among -1, 0 and 1: found once, of this seed and stream. */
const right = Math.floor(((hash(2) >>> 16) * 3) / 65536) - 1;
const shifted = (row: number[], beyond: readonly [number, number]): number[] =>
  row.map((_, i) => (i - right < 0 ? beyond[0] : i - right >= row.length ? beyond[1] : (row[i - right] as number)));

export const augmentation: CasesOf<'warp2d' | 'vary' | 'cutout'> = {
  warp2d: {
    examples: [
      {
        inputs: inputs(picture),
        attrs: warp([{ kind: 'flip', axis: 'horizontal' }]),
        expected: one([3, 2, 1], [6, 5, 4]),
      },
      {
        inputs: inputs(picture),
        attrs: warp([{ kind: 'flip', axis: 'vertical' }]),
        expected: one([4, 5, 6], [1, 2, 3]),
      },
      {
        inputs: inputs(picture),
        attrs: warp([{ kind: 'shift', rows: 0, columns: 1 }]),
        expected: one(shifted([1, 2, 3], [0, 0]), shifted([4, 5, 6], [0, 0])),
      },
      {
        inputs: inputs(picture),
        attrs: warp([{ kind: 'shift', rows: 0, columns: 1 }], { border: 'edge' }),
        expected: one(shifted([1, 2, 3], [1, 3]), shifted([4, 5, 6], [4, 6])),
      },
      {
        inputs: inputs(picture),
        attrs: warp([{ kind: 'shift', rows: 0, columns: 1 }], { border: 'reflect' }),
        expected: one(shifted([1, 2, 3], [2, 2]), shifted([4, 5, 6], [5, 5])),
      },
      // A step whose chance is as good as none, and turns and zooms by nothing, leave the picture.
      {
        inputs: inputs(picture),
        attrs: warp([
          { kind: 'flip', axis: 'vertical', chance: 1e-9 },
          { kind: 'rotate', degrees: 0 },
          { kind: 'zoom', by: 0 },
        ]),
        expected: picture,
      },
    ],
    gradients: none,
  },
  vary: {
    examples: [
      {
        inputs: inputs(picture),
        attrs: { way: 'add', by: 0.5, about: 0, chance: 1, stream },
        expected: picture.map((p) => p.map((row) => row.map(([v = 0]) => [v + 0.5 * signed(1)]))),
      },
      {
        inputs: inputs(picture),
        attrs: { way: 'multiply', by: 0.5, about: 2, chance: 1, stream },
        expected: picture.map((p) => p.map((row) => row.map(([v = 0]) => [2 + (v - 2) * (1 + 0.5 * signed(1))]))),
      },
      { inputs: inputs(picture), attrs: { way: 'add', by: 1, about: 0, chance: 1e-9, stream }, expected: picture },
    ],
    gradients: none,
  },
  cutout: {
    examples: [
      // A box of twice the size covers all, wherever its middle is.
      {
        inputs: inputs(picture),
        attrs: { size: [4, 6], value: 9, chance: 1, stream },
        expected: one([9, 9, 9], [9, 9, 9]),
      },
      { inputs: inputs(picture), attrs: { size: [4, 6], value: 9, chance: 1e-9, stream }, expected: picture },
      {
        inputs: inputs(picture),
        attrs: { size: [1, 1], value: 0, chance: 1, stream },
        expected: picture.map((p) =>
          p.map((row, r) =>
            row.map(([v = 0], c) => {
              const [y, x] = [((hash(1) >>> 16) * 2) >>> 16, ((hash(2) >>> 16) * 3) >>> 16];
              return [r === y && c === x ? 0 : v];
            }),
          ),
        ),
      },
    ],
    gradients: none,
  },
};
