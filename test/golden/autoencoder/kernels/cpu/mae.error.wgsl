enable subgroups;
// mae.error = matmul, add, sigmoid, sub: 4x16
// line 6: dense 16 sigmoid
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 4 x 16 x 8
// A workgroup is one subgroup: 8 rows, and for each lane 1 x 4 columns.
alias T = vec4f;
// y is M x N, the inner dimension is K.
const M = 4; const N = 16; const K = 8;
@group(0) @binding(0) var a: texture_storage_2d<rgba32float, read>;
@group(0) @binding(1) var b: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var<storage, read> dense2_bias: array<vec4f, 4>;
@group(0) @binding(3) var<storage, read_write> x: array<vec4f, 16>;
@group(0) @binding(4) var<storage, read_write> dense2_z: array<vec4f, 16>;
@group(0) @binding(5) var<storage, read_write> mae_error: array<vec4f, 16>;

fn load_a(i: i32) -> vec4f { return textureLoad(a, vec2i(i & 1023, i >> 10u)); }
fn load_b(i: i32) -> vec4f { return textureLoad(b, vec2i(i & 1023, i >> 10u)); }

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
  let n0 = min(n + 0, 3);
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
  for (var k = 0; k < 8; k += 4) {
    let b0_0 = load_b((q + (k + 0) * 16) / 4 + n0);
    let b1_0 = load_b((q + (k + 1) * 16) / 4 + n0);
    let b2_0 = load_b((q + (k + 2) * 16) / 4 + n0);
    let b3_0 = load_b((q + (k + 3) * 16) / 4 + n0);
    let a0 = load_a((p0 + k) / 4);
    let q0 = subgroupBroadcast(a0, 0u);
    c0_0 = c0_0 + q0.x * b0_0 + q0.y * b1_0 + q0.z * b2_0 + q0.w * b3_0;
    let q1 = subgroupBroadcast(a0, 1u);
    c1_0 = c1_0 + q1.x * b0_0 + q1.y * b1_0 + q1.z * b2_0 + q1.w * b3_0;
    let q2 = subgroupBroadcast(a0, 2u);
    c2_0 = c2_0 + q2.x * b0_0 + q2.y * b1_0 + q2.z * b2_0 + q2.w * b3_0;
    let q3 = subgroupBroadcast(a0, 3u);
    c3_0 = c3_0 + q3.x * b0_0 + q3.y * b1_0 + q3.z * b2_0 + q3.w * b3_0;
    let q4 = subgroupBroadcast(a0, 4u);
    c4_0 = c4_0 + q4.x * b0_0 + q4.y * b1_0 + q4.z * b2_0 + q4.w * b3_0;
    let q5 = subgroupBroadcast(a0, 5u);
    c5_0 = c5_0 + q5.x * b0_0 + q5.y * b1_0 + q5.z * b2_0 + q5.w * b3_0;
    let q6 = subgroupBroadcast(a0, 6u);
    c6_0 = c6_0 + q6.x * b0_0 + q6.y * b1_0 + q6.z * b2_0 + q6.w * b3_0;
    let q7 = subgroupBroadcast(a0, 7u);
    c7_0 = c7_0 + q7.x * b0_0 + q7.y * b1_0 + q7.z * b2_0 + q7.w * b3_0;
  }
  // The results, one row after the other. tile.z is 0; that the compiler cannot know keeps this a loop.
  var result = array<T, 8>(c0_0, c1_0, c2_0, c3_0, c4_0, c5_0, c6_0, c7_0);
  for (var i = 0u; i < 8u + tile.z; i++) {
    let r = m + i32(i % 8u);
    let column = u32(n) + i / 8u * 8u;
    if (r >= 4 || column >= 4u) { continue; }
    let o = u32(r) * 4u + column;
    let dense2_z_v = result[i] + dense2_bias[column];
    let dense2_v = T(1.0) / (T(1.0) + exp(-dense2_z_v));
    let mae_error_v = dense2_v - x[o];
    dense2_z[o] = dense2_z_v;
    mae_error[o] = mae_error_v;
  }
}
