enable subgroups;
// d_dense1.weight = matmul, sum: 12x3
// line 7: dense 3 softmax
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 12 x 3 x 4
// A workgroup is one subgroup: 16 rows, and for each lane 1 x 1 columns.
alias T = f32;
// y is M x N, the inner dimension is K.
const M = 12; const N = 3; const K = 4;
@group(0) @binding(0) var<storage, read_write> global_avgpool1: array<f32, 48>;
@group(0) @binding(1) var<storage, read_write> d_dense1_z: array<f32, 12>;
@group(0) @binding(2) var<storage, read_write> d_dense1_weight: array<f32, 36>;
@group(0) @binding(3) var<storage, read_write> d_dense1_bias: array<f32, 3>;

fn load_a(i: i32) -> f32 { return global_avgpool1[i]; }
fn load_b(i: i32) -> f32 { return d_dense1_z[i]; }

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
  let n0 = min(n + 0, 2);
  let r0 = row(min(m + 0 + lane, 11));
  let r1 = row(min(m + 8 + lane, 11));
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
  let p1 = at(r1);
  let q = 0;
  for (var k = 0; k < 4 + i32(tile.z); k += 1) {
    let b0_0 = load_b(q + k * 3 + n0 * 1);
    let a0 = load_a(p0 + k * 12);
    let a1 = load_a(p1 + k * 12);
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
    let q8 = subgroupBroadcast(a1, 0u);
    c8_0 = c8_0 + q8 * b0_0;
    let q9 = subgroupBroadcast(a1, 1u);
    c9_0 = c9_0 + q9 * b0_0;
    let q10 = subgroupBroadcast(a1, 2u);
    c10_0 = c10_0 + q10 * b0_0;
    let q11 = subgroupBroadcast(a1, 3u);
    c11_0 = c11_0 + q11 * b0_0;
    let q12 = subgroupBroadcast(a1, 4u);
    c12_0 = c12_0 + q12 * b0_0;
    let q13 = subgroupBroadcast(a1, 5u);
    c13_0 = c13_0 + q13 * b0_0;
    let q14 = subgroupBroadcast(a1, 6u);
    c14_0 = c14_0 + q14 * b0_0;
    let q15 = subgroupBroadcast(a1, 7u);
    c15_0 = c15_0 + q15 * b0_0;
    bias0 += b0_0;
  }
  if (m == 0 && n + 0 < 3) { d_dense1_bias[n + 0] = bias0; }
  // The results, one row after the other. tile.z is 0; that the compiler cannot know keeps this a loop.
  var result = array<T, 16>(c0_0, c1_0, c2_0, c3_0, c4_0, c5_0, c6_0, c7_0, c8_0, c9_0, c10_0, c11_0, c12_0, c13_0, c14_0, c15_0);
  for (var i = 0u; i < 16u + tile.z; i++) {
    let r = m + i32(i % 16u);
    let column = u32(n) + i / 16u * 8u;
    if (r >= 12 || column >= 3u) { continue; }
    let o = u32(r) * 3u + column;
    d_dense1_weight[o] = result[i];
  }
}
