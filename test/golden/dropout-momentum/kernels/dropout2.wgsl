// dropout2 = matmul, add, relu, dropout: 6x8
// line 7: dense 8 relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 6 x 8 x 12
alias T = vec4f;
// y is M x N, the inner dimension is K.
const M = 6; const N = 8; const K = 12;
@group(0) @binding(0) var<storage, read_write> dropout1: array<vec4f, 18>;
@group(0) @binding(1) var<storage, read> dense2_weight: array<vec4f, 24>;
@group(0) @binding(2) var<storage, read> dense2_bias: array<vec4f, 2>;
@group(0) @binding(3) var<storage, read_write> dense2: array<vec4f, 12>;
@group(0) @binding(4) var<storage, read_write> dropout2: array<vec4f, 12>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  seed: u32,
  step: u32,
  lr: f32,
}
@group(0) @binding(5) var<uniform> step: Step;

// 32 random bits of (seed, stream, index): pcg3d (Jarzynski & Olano 2020), as runtime/random.ts.
fn hash32(seed: u32, stream: u32, index: u32) -> u32 {
  var v = vec3u(seed, stream, index) * 1664525u + 1013904223u;
  v.x += v.y * v.z; v.y += v.z * v.x; v.z += v.x * v.y;
  v ^= v >> vec3u(16u);
  v.x += v.y * v.z; v.y += v.z * v.x; v.z += v.x * v.y;
  return v.z ^ (v.z >> 16u);
}

fn dropout_mask(seed: u32, stream: u32, element: u32, threshold: u32) -> T {
  return vec4f(
      select(0.0, 1.0, hash32(seed, stream, element * 4u) >= threshold),
      select(0.0, 1.0, hash32(seed, stream, element * 4u + 1u) >= threshold),
      select(0.0, 1.0, hash32(seed, stream, element * 4u + 2u) >= threshold),
      select(0.0, 1.0, hash32(seed, stream, element * 4u + 3u) >= threshold));
}

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m * K, 0, 0);
}

// Where a's elements of a row start.
fn at(r: vec3i) -> i32 {
  return r.x;
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tile = i32(id.x);
  if (tile >= 4) { return; }
  let n = tile % 2;
  let m = tile / 2 * 4;
  let column = u32(n);
  let r0 = row(min(m, 5));
  let r1 = row(min(m + 1, 5));
  let r2 = row(min(m + 2, 5));
  let r3 = row(min(m + 3, 5));
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  let p0 = at(r0);
  let p1 = at(r1);
  let p2 = at(r2);
  let p3 = at(r3);
  var q = 0;
  q += n * 4;
  for (var k = 0; k < 12; k += 4) {
    let b0 = dense2_weight[(q + k * 8) / 4];
    let b1 = dense2_weight[(q + (k + 1) * 8) / 4];
    let b2 = dense2_weight[(q + (k + 2) * 8) / 4];
    let b3 = dense2_weight[(q + (k + 3) * 8) / 4];
    acc0 += mat4x4f(b0, b1, b2, b3) * dropout1[(p0 + k) / 4];
    acc1 += mat4x4f(b0, b1, b2, b3) * dropout1[(p1 + k) / 4];
    acc2 += mat4x4f(b0, b1, b2, b3) * dropout1[(p2 + k) / 4];
    acc3 += mat4x4f(b0, b1, b2, b3) * dropout1[(p3 + k) / 4];
  }

  if (m + 0 < 6) {
    let o0 = u32(m + 0) * 2u + column;
    let dense2_z_v_0 = acc0 + dense2_bias[column];
    let dense2_v_0 = max(dense2_z_v_0, T(0.0));
    let dropout2_v_0 = dense2_v_0 * dropout_mask(step.seed, (step.step * 2654435769u) ^ 1613648134u, o0, 1073741824u) * 1.3333333333333333;
    dense2[o0] = dense2_v_0;
    dropout2[o0] = dropout2_v_0;
  }

  if (m + 1 < 6) {
    let o1 = u32(m + 1) * 2u + column;
    let dense2_z_v_1 = acc1 + dense2_bias[column];
    let dense2_v_1 = max(dense2_z_v_1, T(0.0));
    let dropout2_v_1 = dense2_v_1 * dropout_mask(step.seed, (step.step * 2654435769u) ^ 1613648134u, o1, 1073741824u) * 1.3333333333333333;
    dense2[o1] = dense2_v_1;
    dropout2[o1] = dropout2_v_1;
  }

  if (m + 2 < 6) {
    let o2 = u32(m + 2) * 2u + column;
    let dense2_z_v_2 = acc2 + dense2_bias[column];
    let dense2_v_2 = max(dense2_z_v_2, T(0.0));
    let dropout2_v_2 = dense2_v_2 * dropout_mask(step.seed, (step.step * 2654435769u) ^ 1613648134u, o2, 1073741824u) * 1.3333333333333333;
    dense2[o2] = dense2_v_2;
    dropout2[o2] = dropout2_v_2;
  }

  if (m + 3 < 6) {
    let o3 = u32(m + 3) * 2u + column;
    let dense2_z_v_3 = acc3 + dense2_bias[column];
    let dense2_v_3 = max(dense2_z_v_3, T(0.0));
    let dropout2_v_3 = dense2_v_3 * dropout_mask(step.seed, (step.step * 2654435769u) ^ 1613648134u, o3, 1073741824u) * 1.3333333333333333;
    dense2[o3] = dense2_v_3;
    dropout2[o3] = dropout2_v_3;
  }
}
