enable subgroups;
// d_dense2.weight = matmul, sum: 8x16
// line 6: dense 16 sigmoid
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 8 x 16 x 4
// A workgroup is one subgroup: 16 rows, and for each lane 1 x 4 columns.
alias T = vec4f;
// y is M x N, the inner dimension is K.
const M = 8; const N = 16; const K = 4;
@group(0) @binding(0) var a: texture_storage_2d<rgba32float, read>;
@group(0) @binding(1) var b: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var<storage, read_write> d_dense2_weight: array<vec4f, 32>;
@group(0) @binding(3) var<storage, read_write> d_dense2_bias: array<vec4f, 4>;

fn load_a(i: i32) -> vec4f { return textureLoad(a, vec2i(i & 1023, i >> 10u)); }
fn load_b(i: i32) -> vec4f { return textureLoad(b, vec2i(i & 1023, i >> 10u)); }

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m, 0, 0);
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
  let m = t / 1 * 16;
  let n0 = min(n + 0, 3);
  let r0 = row(min(m + 0 + lane % 4 * 4, 4));
  var c0_0 = T();
  var c1_0 = T();
  var c2_0 = T();
  var c3_0 = T();
  var c4_0 = T();
  var c5_0 = T();
  var c6_0 = T();
  var c7_0 = T();
  var c8_0 = T();
  var c9_0 = T();
  var c10_0 = T();
  var c11_0 = T();
  var c12_0 = T();
  var c13_0 = T();
  var c14_0 = T();
  var c15_0 = T();
  var bias0 = T();
  let p0 = at(r0);
  let q = 0;
  for (var k = 0; k < 4; k += 4) {
    let b0_0 = load_b((q + (k + 0) * 16) / 4 + n0);
    let b1_0 = load_b((q + (k + 1) * 16) / 4 + n0);
    let b2_0 = load_b((q + (k + 2) * 16) / 4 + n0);
    let b3_0 = load_b((q + (k + 3) * 16) / 4 + n0);
    let a0_0 = load_a((p0 + (k + 0 + lane / 4) * 8) / 4);
    let a0_1 = load_a((p0 + (k + 2 + lane / 4) * 8) / 4);
    let q0_0 = subgroupBroadcast(a0_0, 0u);
    let q0_1 = subgroupBroadcast(a0_0, 4u);
    let q0_2 = subgroupBroadcast(a0_1, 0u);
    let q0_3 = subgroupBroadcast(a0_1, 4u);
    c0_0 = c0_0 + q0_0.x * b0_0 + q0_1.x * b1_0 + q0_2.x * b2_0 + q0_3.x * b3_0;
    c1_0 = c1_0 + q0_0.y * b0_0 + q0_1.y * b1_0 + q0_2.y * b2_0 + q0_3.y * b3_0;
    c2_0 = c2_0 + q0_0.z * b0_0 + q0_1.z * b1_0 + q0_2.z * b2_0 + q0_3.z * b3_0;
    c3_0 = c3_0 + q0_0.w * b0_0 + q0_1.w * b1_0 + q0_2.w * b2_0 + q0_3.w * b3_0;
    let q1_0 = subgroupBroadcast(a0_0, 1u);
    let q1_1 = subgroupBroadcast(a0_0, 5u);
    let q1_2 = subgroupBroadcast(a0_1, 1u);
    let q1_3 = subgroupBroadcast(a0_1, 5u);
    c4_0 = c4_0 + q1_0.x * b0_0 + q1_1.x * b1_0 + q1_2.x * b2_0 + q1_3.x * b3_0;
    c5_0 = c5_0 + q1_0.y * b0_0 + q1_1.y * b1_0 + q1_2.y * b2_0 + q1_3.y * b3_0;
    c6_0 = c6_0 + q1_0.z * b0_0 + q1_1.z * b1_0 + q1_2.z * b2_0 + q1_3.z * b3_0;
    c7_0 = c7_0 + q1_0.w * b0_0 + q1_1.w * b1_0 + q1_2.w * b2_0 + q1_3.w * b3_0;
    let q2_0 = subgroupBroadcast(a0_0, 2u);
    let q2_1 = subgroupBroadcast(a0_0, 6u);
    let q2_2 = subgroupBroadcast(a0_1, 2u);
    let q2_3 = subgroupBroadcast(a0_1, 6u);
    c8_0 = c8_0 + q2_0.x * b0_0 + q2_1.x * b1_0 + q2_2.x * b2_0 + q2_3.x * b3_0;
    c9_0 = c9_0 + q2_0.y * b0_0 + q2_1.y * b1_0 + q2_2.y * b2_0 + q2_3.y * b3_0;
    c10_0 = c10_0 + q2_0.z * b0_0 + q2_1.z * b1_0 + q2_2.z * b2_0 + q2_3.z * b3_0;
    c11_0 = c11_0 + q2_0.w * b0_0 + q2_1.w * b1_0 + q2_2.w * b2_0 + q2_3.w * b3_0;
    let q3_0 = subgroupBroadcast(a0_0, 3u);
    let q3_1 = subgroupBroadcast(a0_0, 7u);
    let q3_2 = subgroupBroadcast(a0_1, 3u);
    let q3_3 = subgroupBroadcast(a0_1, 7u);
    c12_0 = c12_0 + q3_0.x * b0_0 + q3_1.x * b1_0 + q3_2.x * b2_0 + q3_3.x * b3_0;
    c13_0 = c13_0 + q3_0.y * b0_0 + q3_1.y * b1_0 + q3_2.y * b2_0 + q3_3.y * b3_0;
    c14_0 = c14_0 + q3_0.z * b0_0 + q3_1.z * b1_0 + q3_2.z * b2_0 + q3_3.z * b3_0;
    c15_0 = c15_0 + q3_0.w * b0_0 + q3_1.w * b1_0 + q3_2.w * b2_0 + q3_3.w * b3_0;
    bias0 += b0_0 + b1_0 + b2_0 + b3_0;
  }
  if (m == 0 && n + 0 < 4) { d_dense2_bias[n + 0] = bias0; }
  // The results, one row after the other. tile.z is 0; that the compiler cannot know keeps this a loop.
  var result = array<T, 16>(c0_0, c1_0, c2_0, c3_0, c4_0, c5_0, c6_0, c7_0, c8_0, c9_0, c10_0, c11_0, c12_0, c13_0, c14_0, c15_0);
  for (var i = 0u; i < 16u + tile.z; i++) {
    let r = m + i32(i % 16u);
    let column = u32(n) + i / 16u * 8u;
    if (r >= 8 || column >= 4u) { continue; }
    let o = u32(r) * 4u + column;
    d_dense2_weight[o] = result[i];
  }
}
