// The arithmetic of windows: o = floor((i + 2p - d(k - 1) - 1)/s) + 1 (Dumoulin & Visin 2016, relationships 6 and 15).
import type { WindowAttrs } from './attrs.ts';

/** Size of a dilated kernel: d(k - 1) + 1. */
export const extent = (kernel: number, dilation: number): number => dilation * (kernel - 1) + 1;

/** Output size along one axis; below 1 when the window does not fit. `padding` is the sum of both sides. */
export function outputSize(input: number, kernel: number, stride: number, padding: number, dilation: number): number {
  return Math.floor((input + padding - extent(kernel, dilation)) / stride) + 1;
}

/**
 * Output size of a transposed convolution along one axis: s(i - 1) + d(k - 1) + 1 - p + a, where p is the padding of both
 * sides and a the rows added at the end (Dumoulin & Visin 2016, relationship 14).
 */
export const transposedSize = (
  input: number,
  kernel: number,
  stride: number,
  padding: number,
  dilation: number,
  added: number,
): number => stride * (input - 1) + extent(kernel, dilation) - padding + added;

/** The formula of `transposedSize` with its numbers: `2*(7 - 1) + 3 - 2*1 + 1`. */
export function showTransposedArithmetic(
  input: number,
  kernel: number,
  stride: number,
  before: number,
  after: number,
  dilation: number,
  added: number,
): string {
  const k = dilation === 1 ? `${kernel}` : `(${dilation}*(${kernel} - 1) + 1)`;
  const p = before === after ? (before === 0 ? '' : ` - 2*${before}`) : ` - (${before} + ${after})`;
  return `${stride}*(${input} - 1) + ${k}${p}${added === 0 ? '' : ` + ${added}`}`;
}

/** Rows at the end of the padded input that no window reads. */
export function unreadRows(input: number, kernel: number, stride: number, padding: number, dilation: number): number {
  const free = input + padding - extent(kernel, dilation);
  return free < 0 ? 0 : free % stride;
}

/**
 * Rows to add at the end so that the number of windows rounds up: o = ceil((i + 2p - d(k - 1) - 1)/s) + 1, without a last
 * window that would begin behind the input (as PyTorch's ceil_mode).
 */
export function ceilRows(
  input: number,
  kernel: number,
  stride: number,
  sides: readonly [number, number],
  dilation: number,
): number {
  const free = input + sides[0] + sides[1] - extent(kernel, dilation);
  const steps = Math.ceil(free / stride);
  const last = steps * stride < input + sides[0] ? steps : steps - 1;
  return Math.max(0, last * stride - free);
}

/** The first window along an axis that holds padding only, as the places it reads; undefined when there is none. */
export function emptyWindow(
  input: number,
  kernel: number,
  stride: number,
  before: number,
  dilation: number,
  count: number,
): readonly number[] | undefined {
  for (let o = 0; o < count; o++) {
    const places = Array.from({ length: kernel }, (_, k) => o * stride - before + k * dilation);
    if (places.every((at) => at < 0 || at >= input)) return places;
  }
  return undefined;
}

/** The formula with its numbers: `(28 - 5 + 2*2)/1 + 1`, or with the sides' sum when they differ. */
export function showArithmetic(
  input: number,
  kernel: number,
  stride: number,
  before: number,
  after: number,
  dilation: number,
): string {
  const k = dilation === 1 ? `${kernel}` : `(${dilation}*(${kernel} - 1) + 1)`;
  const p = before === after ? (before === 0 ? '0' : `2*${before}`) : `(${before} + ${after})`;
  return `(${input} - ${k} + ${p})/${stride} + 1`;
}

/** Output height and width of a window over a picture. */
export function windowOutput(
  size: readonly [number, number],
  kernel: readonly [number, number],
  w: WindowAttrs,
): [number, number] {
  return [
    outputSize(size[0], kernel[0], w.stride[0], w.padding[0] + w.padding[1], w.dilation[0]),
    outputSize(size[1], kernel[1], w.stride[1], w.padding[2] + w.padding[3], w.dilation[1]),
  ];
}
