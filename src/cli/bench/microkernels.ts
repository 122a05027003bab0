// Small programs whose speed is the adapter's own: multiply-adds without memory, a copy, and a dispatch that does nothing.

/** Independent sums of one invocation: enough to hide the latency of a multiply-add. */
const CHAINS = 12;
/** Steps of each sum in the body of the loop. */
const UNROLL = 32;
export const FMA_GROUP = 64;
/** Multiply-adds of one invocation in one round. */
export const FMA_PER_ROUND = CHAINS * UNROLL;

const chains = (line: (i: number, next: number) => string): string =>
  Array.from({ length: CHAINS }, (_, i) => line(i, (i + 1) % CHAINS)).join(' ');

/**
 * `rounds[0]` rounds of multiply-adds in registers. Each sum takes part of its neighbour, or a compiler would compute
 * one after the other; what they give is written, or it would compute nothing.
 */
export function fmaKernel(): string {
  const step = `{ ${chains((i, next) => `let d${i} = c${i} * x + c${next};`)} ${chains((i) => `c${i} = d${i};`)} }`;
  return `@group(0) @binding(0) var<storage, read_write> out: array<f32>;
@group(0) @binding(1) var<storage, read> rounds: array<u32>;
@compute @workgroup_size(${FMA_GROUP}) fn main(@builtin(global_invocation_id) id: vec3u) {
  let x = 0.5 + f32(id.x) * 1e-7;
  ${chains((i) => `var c${i} = ${i}f;`)}
  for (var r = 0u; r < rounds[0]; r++) {
    ${Array(UNROLL).fill(step).join('\n    ')}
  }
  out[id.x] = ${Array.from({ length: CHAINS }, (_, i) => `c${i}`).join(' + ')};
}`;
}

export const COPY_GROUP = 64;
/** Vectors of 16 bytes that one invocation copies. */
export const COPY_EACH = 4;

/** Copies `vec4f`s; a workgroup copies neighbouring ones. */
export const copyKernel = (): string => `@group(0) @binding(0) var<storage, read_write> to: array<vec4f>;
@group(0) @binding(1) var<storage, read> source: array<vec4f>;
@compute @workgroup_size(${COPY_GROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let first = group.x * ${COPY_GROUP * COPY_EACH}u + lane;
  ${Array.from({ length: COPY_EACH }, (_, i) => `to[first + ${COPY_GROUP * i}u] = source[first + ${COPY_GROUP * i}u];`).join('\n  ')}
}`;

/** Next to nothing. It writes a word, so that each dispatch waits for the one before it, as those of a network do. */
export const emptyKernel = (): string => `@group(0) @binding(0) var<storage, read_write> out: array<f32>;
@group(0) @binding(1) var<storage, read> given: array<f32>;
@compute @workgroup_size(1) fn main() { out[0] = given[0]; }`;
