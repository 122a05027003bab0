// Convolutions on awkward sizes, for tests of kernels: y with an epilogue, both gradients, and the gradient of the bias.
import fc from 'fast-check';
import { type ConvAttrs, emit, windowOutput } from '../../src/ir/index.ts';
import type { Scene, Where } from './harness.ts';

export interface Geometry extends ConvAttrs {
  readonly n: number;
  readonly size: readonly [number, number];
  readonly c: number;
  readonly f: number;
  readonly kernel: readonly [number, number];
  /** Where the weights lie. */
  readonly where: Where;
}

const show = (g: Geometry): string =>
  `x ${g.n}x${g.size.join('x')}x${g.c} w ${g.kernel.join('x')}x${g.c / g.groups}x${g.f} stride ${g.stride} pad ${g.padding} dilation ${g.dilation} groups ${g.groups} (${g.where})`;

/** y = relu(conv(x, w) + bias), dx, dw and the gradient of the bias, which rides along with dw. */
export function addConvolution(s: Scene, g: Geometry): void {
  const { stride, padding, dilation, groups } = g;
  const attrs = { stride, padding, dilation, groups };
  const [oh, ow] = windowOutput(g.size, g.kernel, attrs);
  const xShape = [g.n, ...g.size, g.c];
  const wShape = [...g.kernel, g.c / groups, g.f];
  const x = s.given(xShape, 'arena');
  const w = s.given(wShape, g.where);
  const dy = s.given([g.n, oh, ow, g.f], 'arena');
  const y = emit(s.b, 'conv2d', [x, w], attrs, 'conv');
  const z = emit(s.b, 'add', [y, s.given([g.f])], {}, 'conv_z');
  s.compare(emit(s.b, 'relu', [z], {}, 'conv_relu'), `y of ${show(g)}`);
  s.compare(emit(s.b, 'conv2d_dx', [dy, w], { ...attrs, shape: xShape }, 'dx'), `dx of ${show(g)}`);
  s.compare(emit(s.b, 'conv2d_dw', [x, dy], { ...attrs, shape: wShape }, 'dw'), `dw of ${show(g)}`);
  s.compare(emit(s.b, 'sum', [dy], { axes: [0, 1, 2] }, 'db'), `db of ${show(g)}`);
}

const plain = { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1, where: 'parameter' } as const;
export const chosen: readonly Geometry[] = [
  // One of everything: a scalar in disguise.
  { ...plain, n: 1, size: [1, 1], c: 1, f: 1, kernel: [1, 1] },
  // Channels and filters around the widths of vectors and tiles.
  ...[1, 2, 3, 4, 5, 8, 10, 16, 20, 32, 33, 64].map(
    (c) => ({ ...plain, n: 1, size: [5, 7], c, f: 4, kernel: [3, 3] }) as Geometry,
  ),
  ...[1, 2, 3, 5, 8, 10, 16, 20, 32, 33, 64].map(
    (f) => ({ ...plain, n: 3, size: [7, 5], c: 3, f, kernel: [2, 3] }) as Geometry,
  ),
  // 1x1 convolutions, with and without stride.
  { ...plain, n: 3, size: [7, 7], c: 16, f: 20, kernel: [1, 1] },
  { ...plain, n: 1, size: [7, 5], c: 4, f: 8, kernel: [1, 1], stride: [2, 2] },
  { ...plain, n: 1, size: [7, 5], c: 4, f: 3, kernel: [1, 1], stride: [3, 2], padding: [1, 2, 0, 1] },
  // A stride larger than the kernel: rows that nobody reads have no gradient.
  { ...plain, n: 2, size: [11, 13], c: 5, f: 4, kernel: [2, 2], stride: [3, 3] },
  { ...plain, n: 1, size: [10, 10], c: 4, f: 4, kernel: [1, 2], stride: [4, 5] },
  // Padding: same, full, lopsided, larger than the kernel.
  { ...plain, n: 2, size: [7, 7], c: 4, f: 8, kernel: [3, 3], padding: [1, 1, 1, 1] },
  { ...plain, n: 2, size: [7, 6], c: 3, f: 5, kernel: [4, 4], padding: [1, 2, 1, 2] },
  { ...plain, n: 1, size: [3, 3], c: 2, f: 2, kernel: [3, 3], padding: [2, 2, 2, 2] },
  { ...plain, n: 1, size: [5, 4], c: 4, f: 4, kernel: [2, 2], padding: [5, 0, 0, 4] },
  { ...plain, n: 1, size: [5, 4], c: 1, f: 3, kernel: [2, 3], padding: [0, 3, 4, 0], stride: [2, 3] },
  { ...plain, n: 1, size: [1, 1], c: 4, f: 4, kernel: [7, 7], padding: [3, 3, 3, 3] },
  // Dilation, with stride and padding.
  { ...plain, n: 2, size: [9, 11], c: 4, f: 4, kernel: [3, 3], dilation: [2, 3] },
  { ...plain, n: 1, size: [9, 9], c: 3, f: 8, kernel: [3, 2], dilation: [4, 1], padding: [4, 4, 1, 0], stride: [2, 1] },
  { ...plain, n: 1, size: [8, 8], c: 1, f: 4, kernel: [2, 2], dilation: [1, 2], stride: [1, 2] },
  // Kernels of one row, one column, the whole picture.
  { ...plain, n: 2, size: [7, 7], c: 3, f: 4, kernel: [1, 7] },
  { ...plain, n: 2, size: [7, 7], c: 4, f: 3, kernel: [7, 1] },
  { ...plain, n: 3, size: [6, 5], c: 8, f: 10, kernel: [6, 5] },
  { ...plain, n: 3, size: [1, 17], c: 2, f: 4, kernel: [1, 3] },
  // Sums of many terms, and more rows than one tile of workgroups.
  { ...plain, n: 1, size: [9, 9], c: 64, f: 8, kernel: [7, 7] },
  { ...plain, n: 9, size: [29, 31], c: 1, f: 4, kernel: [5, 5] },
  { ...plain, n: 16, size: [28, 28], c: 1, f: 32, kernel: [5, 5] },
];

/** Groups as wide as vectors, as tiles of columns, and as neither; then depthwise, with one filter a channel and several. */
export const grouped: readonly Geometry[] = [
  { ...plain, n: 2, size: [5, 7], c: 4, f: 6, kernel: [3, 3], groups: 2 },
  { ...plain, n: 1, size: [7, 6], c: 8, f: 16, kernel: [3, 2], groups: 2, padding: [1, 1, 0, 1], stride: [2, 1] },
  { ...plain, n: 3, size: [5, 5], c: 48, f: 80, kernel: [2, 2], groups: 2, padding: [1, 0, 1, 0] },
  { ...plain, n: 16, size: [5, 4], c: 40, f: 24, kernel: [2, 3], groups: 2, padding: [1, 1, 1, 1] },
  { ...plain, n: 1, size: [7, 7], c: 10, f: 20, kernel: [3, 3], groups: 2, dilation: [2, 1] },
  { ...plain, n: 1, size: [4, 5], c: 6, f: 3, kernel: [2, 2], groups: 3, where: 'arena' },
  { ...plain, n: 3, size: [6, 6], c: 64, f: 64, kernel: [3, 3], groups: 16, padding: [1, 1, 1, 1] },
  { ...plain, n: 1, size: [9, 11], c: 12, f: 12, kernel: [1, 1], groups: 3, stride: [3, 2] },
];
/** Strides that divide the size: rows of the input gradient are ordered by their phase. */
export const phases: readonly Geometry[] = [
  { ...plain, n: 2, size: [12, 8], c: 4, f: 8, kernel: [4, 4], stride: [2, 2], padding: [1, 1, 1, 1] },
  { ...plain, n: 1, size: [9, 10], c: 3, f: 5, kernel: [2, 5], stride: [3, 2], padding: [0, 1, 2, 0] },
  { ...plain, n: 3, size: [8, 6], c: 33, f: 16, kernel: [1, 1], stride: [4, 3] },
  { ...plain, n: 1, size: [8, 16], c: 8, f: 40, kernel: [3, 3], stride: [2, 1], dilation: [2, 1], groups: 2 },
];
export const depthwise: readonly Geometry[] = [
  { ...plain, n: 2, size: [7, 5], c: 8, f: 8, kernel: [3, 3], groups: 8, padding: [1, 1, 1, 1] },
  { ...plain, n: 3, size: [5, 7], c: 3, f: 3, kernel: [2, 3], groups: 3 },
  { ...plain, n: 1, size: [6, 5], c: 4, f: 8, kernel: [3, 3], groups: 4, stride: [2, 2], padding: [0, 1, 0, 1] },
  { ...plain, n: 1, size: [9, 11], c: 5, f: 15, kernel: [3, 2], groups: 5, dilation: [2, 3], padding: [4, 0, 1, 5] },
  { ...plain, n: 1, size: [11, 10], c: 36, f: 36, kernel: [2, 2], groups: 36, stride: [4, 3], where: 'arena' },
  { ...plain, n: 5, size: [30, 31], c: 20, f: 20, kernel: [3, 3], groups: 20, padding: [1, 1, 1, 1] },
  { ...plain, n: 2, size: [1, 17], c: 2, f: 2, kernel: [1, 5], groups: 2 },
];

const small = fc.constantFrom(1, 2, 3, 4, 5, 8, 10, 16, 20, 32, 33, 64);
export const geometry: fc.Arbitrary<Geometry> = fc
  .record({
    n: fc.constantFrom(1, 3),
    size: fc.tuple(fc.constantFrom(1, 2, 3, 5, 7, 11, 13), fc.constantFrom(1, 2, 3, 5, 8, 11, 13)),
    c: small,
    f: small,
    kernel: fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 7 })),
    stride: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    padding: fc.tuple(
      ...([0, 1, 2, 3].map(() => fc.constantFrom(0, 0, 0, 1, 1, 2, 3, 5)) as [
        fc.Arbitrary<number>,
        fc.Arbitrary<number>,
        fc.Arbitrary<number>,
        fc.Arbitrary<number>,
      ]),
    ),
    dilation: fc.tuple(fc.constantFrom(1, 1, 1, 2, 3), fc.constantFrom(1, 1, 1, 2, 3)),
    groups: fc.constantFrom(1, 1, 2, 4, 32),
    where: fc.constantFrom<Where>('parameter', 'parameter', 'arena'),
  })
  .map((g) => ({ ...g, groups: g.c % g.groups === 0 && g.f % g.groups === 0 ? g.groups : 1 }))
  .filter((g) => {
    const [oh, ow] = windowOutput(g.size, g.kernel, g);
    return oh > 0 && ow > 0 && g.n * oh * ow * g.kernel[0] * g.kernel[1] * g.c * g.f < 3e6;
  });
