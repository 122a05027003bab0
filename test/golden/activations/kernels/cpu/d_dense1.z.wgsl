enable subgroups;
// d_dense1.z = matmul, dropout, mul, gelu_dx: 2x8
// line 12: dense 3 mish
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 2 x 8 x 3
// A workgroup is one subgroup: 8 rows, and for each lane 1 x 1 columns.
alias T = f32;
// y is M x N, the inner dimension is K.
const M = 2; const N = 8; const K = 3;
@group(0) @binding(0) var<storage, read_write> d_dense2_z: array<f32, 6>;
@group(0) @binding(1) var<storage, read> dense2_weight: array<f32, 24>;
@group(0) @binding(2) var<storage, read_write> dense1_z: array<f32, 16>;
@group(0) @binding(3) var<storage, read_write> d_dense1_z: array<f32, 16>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  seed: u32,
  step: u32,
  lr: f32,
}
@group(0) @binding(4) var<uniform> step: Step;

// 32 random bits of (seed, stream, index): pcg3d (Jarzynski & Olano 2020), as runtime/random.ts.
fn hash32(seed: u32, stream: u32, index: u32) -> u32 {
  var v = vec3u(seed, stream, index) * 1664525u + 1013904223u;
  v.x += v.y * v.z; v.y += v.z * v.x; v.z += v.x * v.y;
  v ^= v >> vec3u(16u);
  v.x += v.y * v.z; v.y += v.z * v.x; v.z += v.x * v.y;
  return v.z ^ (v.z >> 16u);
}

fn dropout_mask(seed: u32, stream: u32, element: u32, threshold: u32) -> T {
  return select(0.0, 1.0, hash32(seed, stream, element) >= threshold);
}

// The error function, to 1e-7 (polynomials by N. Juffa, 2018).
fn erf_of(x: T) -> T {
  let t = min(abs(x), T(4.0));
  let q = t * t;
  let near = t + t * ((((((-0.000596761703) * q + 0.00499119423) * q + -0.0267681349) * q + 0.112819925) * q + -0.376125336) * q + 0.128379166);
  let far = 1.0 - exp(t * (((((((-0.000017285347) * t + 0.000383197126) * t + -0.00388396438) * t + 0.0242546219) * t + -0.106777877) * t + -0.634846687) * t + -0.128717512) - t);
  return sign(x) * select(far, near, t < T(0.927734375));
}

fn gelu_dx_of(x: T) -> T {
  // The density is 0 beyond 13, where x^2 may overflow.
  let c = clamp(x, T(-13.0), T(13.0));
  return 0.5 + 0.5 * erf_of(x * 0.7071067811865476) + c * exp(-0.5 * c * c) * 0.3989422804014327;
}

fn load_a(i: i32) -> f32 { return d_dense2_z[i]; }
fn load_b(i: i32) -> f32 { return dense2_weight[i]; }

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m * K, 0, 0);
}

// Where a's elements of a row start.
fn at(r: vec3i) -> i32 {
  return r.x;
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let lane = i32(id.x);
  let t = i32(tile.x);
  let n = t % 1 * 8 + lane;
  let m = t / 1 * 8;
  let n0 = n + 0;
  let r0 = row(min(m + 0 + lane, 1));
  var c0_0 = T();
  var c1_0 = T();
  var c2_0 = T();
  var c3_0 = T();
  var c4_0 = T();
  var c5_0 = T();
  var c6_0 = T();
  var c7_0 = T();
  let p0 = at(r0);
  let q = 0;
  for (var k = 0; k < 3 + i32(tile.z); k += 1) {
    let b0_0 = load_b(q + k * 1 + n0 * 3);
    let a0 = load_a(p0 + k * 1);
    let q0 = subgroupBroadcast(a0, 0u);
    c0_0 = c0_0 + q0 * b0_0;
    let q1 = subgroupBroadcast(a0, 1u);
    c1_0 = c1_0 + q1 * b0_0;
    let q2 = subgroupBroadcast(a0, 2u);
    c2_0 = c2_0 + q2 * b0_0;
    let q3 = subgroupBroadcast(a0, 3u);
    c3_0 = c3_0 + q3 * b0_0;
    let q4 = subgroupBroadcast(a0, 4u);
    c4_0 = c4_0 + q4 * b0_0;
    let q5 = subgroupBroadcast(a0, 5u);
    c5_0 = c5_0 + q5 * b0_0;
    let q6 = subgroupBroadcast(a0, 6u);
    c6_0 = c6_0 + q6 * b0_0;
    let q7 = subgroupBroadcast(a0, 7u);
    c7_0 = c7_0 + q7 * b0_0;
  }
  // The results, one row after the other. tile.z is 0; that the compiler cannot know keeps this a loop.
  var result = array<T, 8>(c0_0, c1_0, c2_0, c3_0, c4_0, c5_0, c6_0, c7_0);
  for (var i = 0u; i < 8u + tile.z; i++) {
    let r = m + i32(i % 8u);
    let column = u32(n) + i / 8u * 8u;
    if (r >= 2 || column >= 8u) { continue; }
    let o = u32(r) * 8u + column;
    let d_dense1_kept_v = result[i] * dropout_mask(step.seed, (step.step * 2654435769u) ^ 3740940646u, o, 429496730u) * 1.1111111111111112;
    let d_dense1_v = d_dense1_kept_v * T(0.8291560645347403);
    let d_dense1_z_v = d_dense1_v * gelu_dx_of(dense1_z[o]);
    d_dense1_z[o] = d_dense1_z_v;
  }
}
