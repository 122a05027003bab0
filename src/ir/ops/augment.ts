// Pictures changed by chance: moved, in one sampling for all moves; varied in brightness and contrast; with a box cut out.
// What is drawn is a function of seed, step, operation and the picture's place in the batch. Only training has them.
import { hash32 } from '../../../runtime/random.ts';
import type { WarpAttrs, WarpStep } from '../attrs.ts';
import { f32, type OpDef } from '../op.ts';
import { type Shape, showShape, sizeOf, type Tensor, type TensorType } from '../types.ts';
import { dropoutStream } from './dropout.ts';

/** A hash at or below this happens with the probability `chance`, above 0 and at most 1. */
export const chanceLimit = (chance: number): number => Math.max(0, Math.round(chance * 0x1_0000_0000) - 1);

/** Hashes that each step of a warp has for each picture: is it done, and two numbers. */
export const WARP_DRAWS = 3;

/** Uniform in [-1, 1), 24 bits: exact in f32. */
const signed = (hash: number): number => (hash >>> 8) / 0x800000 - 1;
/** One of 0 to n - 1 (n up to 65536), of the high 16 bits: the bias is below n / 2^16. */
const among = (hash: number, n: number): number => Math.floor(((hash >>> 16) * n) / 0x10000);

/** Are all places whole numbers? Then pixels are moved, and not mixed. */
export const movesWhole = ({ steps }: WarpAttrs): boolean =>
  steps.every(({ kind }) => kind === 'flip' || kind === 'shift');

/** Images as N x H x W x C: a map of classes has one channel. */
export const asPictures = (shape: Shape): readonly [number, number, number, number] => {
  const [n = 0, h = 0, w = 0, c = 1] = shape;
  return [n, h, w, c];
};

/** Where the pixel at (y, x) of the result comes from: the steps backwards, from the last. */
function sourceOf(
  steps: readonly WarpStep[],
  hash: (index: number) => number,
  [h, w]: readonly [number, number],
  y: number,
  x: number,
): [number, number] {
  const [cy, cx] = [(h - 1) / 2, (w - 1) / 2];
  for (let s = steps.length - 1; s >= 0; s--) {
    const step = steps[s] as WarpStep;
    const draw = (k: number): number => hash(WARP_DRAWS * s + k);
    if (draw(0) > chanceLimit(step.chance)) continue;
    if (step.kind === 'flip') {
      if (step.axis === 'horizontal') x = w - 1 - x;
      else y = h - 1 - y;
    } else if (step.kind === 'shift') {
      y -= among(draw(1), 2 * step.rows + 1) - step.rows;
      x -= among(draw(2), 2 * step.columns + 1) - step.columns;
    } else if (step.kind === 'rotate') {
      const angle = (signed(draw(1)) * step.degrees * Math.PI) / 180;
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      [y, x] = [cy + c * (y - cy) + s * (x - cx), cx + c * (x - cx) - s * (y - cy)];
    } else {
      const factor = 1 + signed(draw(1)) * step.by;
      [y, x] = [cy + (y - cy) / factor, cx + (x - cx) / factor];
    }
  }
  return [y, x];
}

/** The pixel that stands for place `at` of n, and -1 where there is none: edges repeated, or mirrored without being repeated. */
function bordered(border: WarpAttrs['border'], at: number, n: number): number {
  if (at >= 0 && at < n) return at;
  if (border === 'zero') return -1;
  if (border === 'edge' || n === 1) return at < 0 ? 0 : n - 1;
  const period = 2 * (n - 1);
  const t = Math.abs(at) % period;
  return Math.min(t, period - t);
}

function warped(x: Tensor, seed: number, step: number, attrs: WarpAttrs): Float64Array {
  const [n, h, w, c] = asPictures(x.shape);
  const { steps, border, nearest, stream } = attrs;
  const own = dropoutStream(stream, step);
  const out = new Float64Array(x.data.length);
  for (let picture = 0; picture < n; picture++) {
    const hash = (index: number): number => hash32(seed, own, WARP_DRAWS * steps.length * picture + index);
    const pixel = (row: number, column: number, channel: number): number => {
      const [y, x_] = [bordered(border, row, h), bordered(border, column, w)];
      return y < 0 || x_ < 0 ? 0 : x.data[((picture * h + y) * w + x_) * c + channel]!;
    };
    for (let row = 0; row < h; row++) {
      for (let column = 0; column < w; column++) {
        const [y, x_] = sourceOf(steps, hash, [h, w], row, column);
        const [low, left] = nearest ? [Math.floor(y + 0.5), Math.floor(x_ + 0.5)] : [Math.floor(y), Math.floor(x_)];
        const [down, right] = nearest ? [0, 0] : [y - low, x_ - left];
        for (let channel = 0; channel < c; channel++) {
          const along = (at: number): number =>
            pixel(at, left, channel) * (1 - right) + (right === 0 ? 0 : pixel(at, left + 1, channel) * right);
          out[((picture * h + row) * w + column) * c + channel] =
            along(low) * (1 - down) + (down === 0 ? 0 : along(low + 1) * down);
        }
      }
    }
  }
  return out;
}

const inputs = ['x', 'seed', 'step'];

export const warp2d: OpDef<'warp2d'> = {
  name: 'warp2d',
  doc: 'Each picture flipped, shifted, rotated and zoomed by chance, in the order of the steps: every pixel is taken from where the steps backwards lead, between four pixels in their shares (bilinear), and beyond the border from zeros, the edge, or the mirrored picture. Maps of classes move with their pictures, and take the nearest pixel.',
  inputs,
  infer: ([x], { steps, nearest }) => {
    const { shape, dtype } = x!;
    if (shape.length !== 4 && !(shape.length === 3 && nearest))
      return `a picture N x H x W x C is needed, not ${showShape(shape)}`;
    if (dtype === 'u32' && !nearest) return 'classes cannot be mixed';
    const [, h, w] = asPictures(shape);
    const far = steps.find((s) => s.kind === 'shift' && (s.rows >= h || s.columns >= w));
    return far ? 'a shift leaves nothing of the picture' : { dtype, shape };
  },
  reference: ([x, seed, step], attrs) => warped(x!, seed!.data[0]!, step!.data[0]!, attrs),
  vjp: 'nondifferentiable',
};

const same = ([x]: readonly TensorType[]): TensorType => f32(x!.shape);

export const vary: OpDef<'vary'> = {
  name: 'vary',
  doc: 'x + d, or about + (x - about) (1 + d), with d uniform in [-by, by) for each picture.',
  inputs,
  infer: same,
  pointwise: true,
  reference: ([x, seed, step], { way, by, about, chance, stream }) => {
    const perPicture = sizeOf(x!.shape.slice(1));
    const own = dropoutStream(stream, step!.data[0]!);
    const drawn = (picture: number): number => {
      const hash = (k: number): number => hash32(seed!.data[0]!, own, 2 * picture + k);
      return hash(0) > chanceLimit(chance) ? 0 : by * signed(hash(1));
    };
    return x!.data.map((v, i) => {
      const d = drawn(Math.floor(i / perPicture));
      return way === 'add' ? v + d : about + (v - about) * (1 + d);
    });
  },
  vjp: 'nondifferentiable',
};

export const cutout: OpDef<'cutout'> = {
  name: 'cutout',
  doc: 'Each picture with a box of one value whose middle may be any pixel; what of it lies outside is lost (DeVries & Taylor 2017).',
  inputs,
  infer: ([x]) =>
    x!.shape.length === 4 ? f32(x!.shape) : `a picture N x H x W x C is needed, not ${showShape(x!.shape)}`,
  pointwise: true,
  reference: ([x, seed, step], { size, value, chance, stream }) => {
    const [, h, w, c] = asPictures(x!.shape);
    const own = dropoutStream(stream, step!.data[0]!);
    return x!.data.map((v, i) => {
      const pixel = Math.floor(i / c);
      const hash = (k: number): number => hash32(seed!.data[0]!, own, 3 * Math.floor(pixel / (h * w)) + k);
      if (hash(0) > chanceLimit(chance)) return v;
      const row = (Math.floor(pixel / w) % h) - (among(hash(1), h) - Math.floor(size[0] / 2));
      const column = (pixel % w) - (among(hash(2), w) - Math.floor(size[1] / 2));
      return row >= 0 && row < size[0] && column >= 0 && column < size[1] ? value : v;
    });
  },
  vjp: 'nondifferentiable',
};
