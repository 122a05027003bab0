// The same pictures, labels and first weights for every contender, from a seed. No download.
import { parameters } from './networks.mjs';

/** mulberry32: numbers in 0..1 */
function random(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const BATCHES = 4;

/** `count` pictures in bytes, height x width x channels: a faint pattern of the class under noise, so that a loss can fall. */
export function pictures(network, count, seed = 1) {
  const next = random(seed);
  const size = network.input.reduce((a, b) => a * b, 1);
  const patterns = Uint8Array.from({ length: 10 * size }, () => next() * 100);
  const labels = Uint32Array.from({ length: count }, () => next() * 10);
  const values = new Uint8Array(count * size);
  labels.forEach((label, i) => {
    for (let j = 0; j < size; j++) values[i * size + j] = patterns[label * size + j] + 155 * next();
  });
  return { values, labels, size, scale: 1 / 255 };
}

/** First weights by name. */
export function weights(network, seed = 2) {
  const next = random(seed);
  return new Map(
    parameters(network).map(({ name, shape, middle, limit }) => {
      const length = shape.reduce((a, b) => a * b, 1);
      return [name, { shape, values: Float32Array.from({ length }, () => middle + (2 * next() - 1) * limit) }];
    }),
  );
}

/** Batches of pictures as the network sees them, and labels as one-hot rows, for peers that take them so. */
export function floatBatches({ values, labels, size, scale }, batch) {
  return Array.from({ length: labels.length / batch }, (_, b) => {
    const oneHot = new Float32Array(batch * 10);
    for (let i = 0; i < batch; i++) oneHot[i * 10 + labels[b * batch + i]] = 1;
    const part = values.subarray(b * batch * size, (b + 1) * batch * size);
    return { x: Float32Array.from(part, (v) => v * scale), y: oneHot };
  });
}

/** Pictures from channel-last to channel-first. */
export function toNCHW(values, batch, [h, w, c]) {
  if (c === 1) return values;
  const out = new Float32Array(values.length);
  for (let b = 0, at = 0; b < batch; b++)
    for (let p = 0; p < h * w; p++) for (let i = 0; i < c; i++) out[(b * c + i) * h * w + p] = values[at++];
  return out;
}
