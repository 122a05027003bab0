enable subgroups;
// d_global_avgpool1.sum.mul = matmul, mul: 4x12
// line 7: dense 3 softmax
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 4 x 12 x 3
// A workgroup is one subgroup: 8 rows, and for each lane 1 x 1 columns.
alias T = f32;
// y is M x N, the inner dimension is K.
const M = 4; const N = 12; const K = 3;
@group(0) @binding(0) var<storage, read_write> d_dense1_z: array<f32, 12>;
@group(0) @binding(1) var<storage, read> dense1_weight: array<f32, 36>;
@group(0) @binding(2) var<storage, read_write> d_global_avgpool1_sum_mul: array<f32, 48>;

fn load_a(i: i32) -> f32 { return d_dense1_z[i]; }
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
  let n = t % 2 * 8 + lane;
  let m = t / 2 * 8;
  let n0 = min(n + 0, 11);
  let r0 = row(min(m + 0 + lane, 3));
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
    if (r >= 4 || column >= 12u) { continue; }
    let o = u32(r) * 12u + column;
    let d_global_avgpool1_sum_mul_v = result[i] * T(0.012345679012345678);
    d_global_avgpool1_sum_mul[o] = d_global_avgpool1_sum_mul_v;
  }
}
