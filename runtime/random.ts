// Random numbers without a state: each is a function of a seed, a stream and an index, the same on every machine.

/**
 * 32 random bits for (seed, stream, index), each taken modulo 2^32.
 * The hash is pcg3d (Jarzynski & Olano 2020, "Hash Functions for GPU Rendering") with one more fold of the high bits
 * into the low ones. It uses only u32 multiplications, additions, shifts and xor, so that WGSL computes the same.
 */
export function hash32(seed: number, stream: number, index: number): number {
  // 1. Spread each number over the 32 bits.
  let x = (Math.imul(seed, 1664525) + 1013904223) | 0;
  let y = (Math.imul(stream, 1664525) + 1013904223) | 0;
  let z = (Math.imul(index, 1664525) + 1013904223) | 0;
  // 2. Mix them, fold the high halves down, and mix again.
  x = (x + Math.imul(y, z)) | 0;
  y = (y + Math.imul(z, x)) | 0;
  z = (z + Math.imul(x, y)) | 0;
  x ^= x >>> 16;
  y ^= y >>> 16;
  z ^= z >>> 16;
  x = (x + Math.imul(y, z)) | 0;
  y = (y + Math.imul(z, x)) | 0;
  z = (z + Math.imul(x, y)) | 0;
  // 3. The low bits of a product know only low bits: fold once more.
  return (z ^ (z >>> 16)) >>> 0;
}

/** Uniform in [0, 1), 24 bits: exact in f32. */
export function uniform(seed: number, stream: number, index: number): number {
  return (hash32(seed, stream, index) >>> 8) / 0x1000000;
}

/** Normal with mean 0 and deviation 1 (Box & Muller 1958), in double precision. Uses the hashes 2 index and 2 index + 1. */
export function normal(seed: number, stream: number, index: number): number {
  const radius = (hash32(seed, stream, 2 * index) + 0.5) / 0x100000000;
  const angle = hash32(seed, stream, 2 * index + 1) / 0x100000000;
  return Math.sqrt(-2 * Math.log(radius)) * Math.cos(2 * Math.PI * angle);
}

/** The numbers 0 to count - 1 in random order (Fisher-Yates). The bias of a choice among n is below n / 2^32. */
export function permutation(seed: number, stream: number, count: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = Math.floor((hash32(seed, stream, i) / 0x100000000) * (i + 1));
    const swapped = order[i] as number;
    order[i] = order[j] as number;
    order[j] = swapped;
  }
  return order;
}

/** The random stream of a name (FNV-1a): layers and parameters draw from their own, so that one does not disturb another. */
export function streamOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
