enable subgroups;
// d_flatten1 = matmul: 64x256
// line 7: dense 2
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 64 x 256 x 2
// A workgroup is one subgroup: 16 rows, and for each lane 2 x 1 columns.
alias T = f32;
// y is M x N, the inner dimension is K.
const M = 64; const N = 256; const K = 2;
@group(0) @binding(0) var<storage, read_write> d_dense1: array<f32, 128>;
@group(0) @binding(1) var<storage, read> dense1_weight: array<f32, 512>;
@group(0) @binding(2) var<storage, read_write> d_flatten1: array<f32, 16384>;

fn load_a(i: i32) -> f32 { return d_dense1[i]; }
fn load_b(i: i32) -> f32 { return dense1_weight[i]; }

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
  let n = t % 16 * 16 + lane;
  let m = t / 16 * 16;
  let n0 = n + 0;
  let n1 = n + 8;
  let r0 = row(m + 0 + lane);
  let r1 = row(m + 8 + lane);
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
  var c0_1 = T();
  var c1_1 = T();
  var c2_1 = T();
  var c3_1 = T();
  var c4_1 = T();
  var c5_1 = T();
  var c6_1 = T();
  var c7_1 = T();
  var c8_1 = T();
  var c9_1 = T();
  var c10_1 = T();
  var c11_1 = T();
  var c12_1 = T();
  var c13_1 = T();
  var c14_1 = T();
  var c15_1 = T();
  let p0 = at(r0);
  let p1 = at(r1);
  let q = 0;
  for (var k = 0; k < 2 + i32(tile.z); k += 1) {
    let b0_0 = load_b(q + k * 1 + n0 * 2);
    let b0_1 = load_b(q + k * 1 + n1 * 2);
    let a0 = load_a(p0 + k * 1);
    let a1 = load_a(p1 + k * 1);
    let q0 = subgroupBroadcast(a0, 0u);
    c0_0 = c0_0 + q0 * b0_0;
    c0_1 = c0_1 + q0 * b0_1;
    let q1 = subgroupBroadcast(a0, 1u);
    c1_0 = c1_0 + q1 * b0_0;
    c1_1 = c1_1 + q1 * b0_1;
    let q2 = subgroupBroadcast(a0, 2u);
    c2_0 = c2_0 + q2 * b0_0;
    c2_1 = c2_1 + q2 * b0_1;
    let q3 = subgroupBroadcast(a0, 3u);
    c3_0 = c3_0 + q3 * b0_0;
    c3_1 = c3_1 + q3 * b0_1;
    let q4 = subgroupBroadcast(a0, 4u);
    c4_0 = c4_0 + q4 * b0_0;
    c4_1 = c4_1 + q4 * b0_1;
    let q5 = subgroupBroadcast(a0, 5u);
    c5_0 = c5_0 + q5 * b0_0;
    c5_1 = c5_1 + q5 * b0_1;
    let q6 = subgroupBroadcast(a0, 6u);
    c6_0 = c6_0 + q6 * b0_0;
    c6_1 = c6_1 + q6 * b0_1;
    let q7 = subgroupBroadcast(a0, 7u);
    c7_0 = c7_0 + q7 * b0_0;
    c7_1 = c7_1 + q7 * b0_1;
    let q8 = subgroupBroadcast(a1, 0u);
    c8_0 = c8_0 + q8 * b0_0;
    c8_1 = c8_1 + q8 * b0_1;
    let q9 = subgroupBroadcast(a1, 1u);
    c9_0 = c9_0 + q9 * b0_0;
    c9_1 = c9_1 + q9 * b0_1;
    let q10 = subgroupBroadcast(a1, 2u);
    c10_0 = c10_0 + q10 * b0_0;
    c10_1 = c10_1 + q10 * b0_1;
    let q11 = subgroupBroadcast(a1, 3u);
    c11_0 = c11_0 + q11 * b0_0;
    c11_1 = c11_1 + q11 * b0_1;
    let q12 = subgroupBroadcast(a1, 4u);
    c12_0 = c12_0 + q12 * b0_0;
    c12_1 = c12_1 + q12 * b0_1;
    let q13 = subgroupBroadcast(a1, 5u);
    c13_0 = c13_0 + q13 * b0_0;
    c13_1 = c13_1 + q13 * b0_1;
    let q14 = subgroupBroadcast(a1, 6u);
    c14_0 = c14_0 + q14 * b0_0;
    c14_1 = c14_1 + q14 * b0_1;
    let q15 = subgroupBroadcast(a1, 7u);
    c15_0 = c15_0 + q15 * b0_0;
    c15_1 = c15_1 + q15 * b0_1;
  }
  // The results, one row after the other. tile.z is 0; that the compiler cannot know keeps this a loop.
  var result = array<T, 32>(c0_0, c1_0, c2_0, c3_0, c4_0, c5_0, c6_0, c7_0, c8_0, c9_0, c10_0, c11_0, c12_0, c13_0, c14_0, c15_0, c0_1, c1_1, c2_1, c3_1, c4_1, c5_1, c6_1, c7_1, c8_1, c9_1, c10_1, c11_1, c12_1, c13_1, c14_1, c15_1);
  for (var i = 0u; i < 32u + tile.z; i++) {
    let r = m + i32(i % 16u);
    let column = u32(n) + i / 16u * 8u;
    let o = u32(r) * 256u + column;
    d_flatten1[o] = result[i];
  }
}
