enable subgroups;
requires subgroup_id;

// d_dense1.weight = matmul, sum: 32x3
// line 9: dense 3
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 32 x 3 x 8
// A workgroup makes 32 x 16 of y, 8 steps of k at a time; 4 lanes of a subgroup share 4 rows, each of them 4 columns.
alias T = f32;
// y is M x N, the inner dimension is K.
const M = 32; const N = 3; const K = 8;
@group(0) @binding(0) var<storage, read_write> conv2: array<vec4f, 64>;
@group(0) @binding(1) var<storage, read_write> d_dense1: array<f32, 24>;
@group(0) @binding(2) var<storage, read_write> d_dense1_bias: array<f32, 3>;
@group(0) @binding(3) var<storage, read_write> d_dense1_weight: array<f32, 96>;
var<workgroup> sb: array<vec4f, 32>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m, 0, 0);
}

// Where a's elements of a row start.
fn at(r: vec3i) -> i32 {
  return r.x;
}

// The element of a at step k of row r.
fn a_at(r: vec3i, k: i32) -> i32 {
  let k_ = k;
  let p = at(r);
  return p + k_ * 32;
}

// The element of b at step k, column 0.
fn b_at(k: i32) -> i32 {
  let k_ = k;
  return 0 + k_ * 3;
}

fn finish(r: i32, c: i32, value: T) {
  if (r >= 32 || c >= 3) { return; }
  let column = u32(c);
  let o = u32(r) * 3u + column;
  d_dense1_weight[o] = value;
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(subgroup_id) in_group: u32, @builtin(subgroup_size) wide: u32, @builtin(subgroup_invocation_id) in_subgroup: u32) {
  // Counted by subgroups, so that those who share are neighbours in one.
  let id = i32(in_group * wide + in_subgroup);
  let lane = id % 4;
  let t = i32(tile.x);
  let n = 0;
  let top = t * 32;
  let m = top + id / 4 * 4;
  let r0 = row(m + lane % 1 * 4);
  let r1 = row(m + (lane + 4) % 1 * 4);
  var held0 = vec4f();
  var held1 = vec4f();
  var acc0_0 = vec4f();
  var acc1_0 = vec4f();
  var acc2_0 = vec4f();
  var acc3_0 = vec4f();
  var bias0 = vec4f();
  for (var k0 = 0; k0 < 8; k0 += 8) {
    {
      let k = k0 + lane / 1;
      let p = a_at(r0, k);
      held0 = conv2[p / 4];
    }
    {
      let k = k0 + (lane + 4) / 1;
      let p = a_at(r1, k);
      held1 = conv2[p / 4];
    }
    {
      let k = k0 + id / 4;
      let c = n + id % 4 * 4;
      let q = b_at(k) + c;
      sb[id] = vec4f(select(0.0, d_dense1[select(0, q + 0, c + 0 < 3)], c + 0 < 3), select(0.0, d_dense1[select(0, q + 1, c + 1 < 3)], c + 1 < 3), select(0.0, d_dense1[select(0, q + 2, c + 2 < 3)], c + 2 < 3), select(0.0, d_dense1[select(0, q + 3, c + 3 < 3)], c + 3 < 3));
    }
    workgroupBarrier();
    {
      let b0_0 = sb[0 + lane];
      let a0_0 = quadBroadcast(held0, 0u);
      acc0_0 = fma(vec4f(a0_0[0]), b0_0, acc0_0);
      acc1_0 = fma(vec4f(a0_0[1]), b0_0, acc1_0);
      acc2_0 = fma(vec4f(a0_0[2]), b0_0, acc2_0);
      acc3_0 = fma(vec4f(a0_0[3]), b0_0, acc3_0);
      bias0 += b0_0;
      let b1_0 = sb[4 + lane];
      let a1_0 = quadBroadcast(held0, 1u);
      acc0_0 = fma(vec4f(a1_0[0]), b1_0, acc0_0);
      acc1_0 = fma(vec4f(a1_0[1]), b1_0, acc1_0);
      acc2_0 = fma(vec4f(a1_0[2]), b1_0, acc2_0);
      acc3_0 = fma(vec4f(a1_0[3]), b1_0, acc3_0);
      bias0 += b1_0;
      let b2_0 = sb[8 + lane];
      let a2_0 = quadBroadcast(held0, 2u);
      acc0_0 = fma(vec4f(a2_0[0]), b2_0, acc0_0);
      acc1_0 = fma(vec4f(a2_0[1]), b2_0, acc1_0);
      acc2_0 = fma(vec4f(a2_0[2]), b2_0, acc2_0);
      acc3_0 = fma(vec4f(a2_0[3]), b2_0, acc3_0);
      bias0 += b2_0;
      let b3_0 = sb[12 + lane];
      let a3_0 = quadBroadcast(held0, 3u);
      acc0_0 = fma(vec4f(a3_0[0]), b3_0, acc0_0);
      acc1_0 = fma(vec4f(a3_0[1]), b3_0, acc1_0);
      acc2_0 = fma(vec4f(a3_0[2]), b3_0, acc2_0);
      acc3_0 = fma(vec4f(a3_0[3]), b3_0, acc3_0);
      bias0 += b3_0;
    }
    {
      let b4_0 = sb[16 + lane];
      let a4_0 = quadBroadcast(held1, 0u);
      acc0_0 = fma(vec4f(a4_0[0]), b4_0, acc0_0);
      acc1_0 = fma(vec4f(a4_0[1]), b4_0, acc1_0);
      acc2_0 = fma(vec4f(a4_0[2]), b4_0, acc2_0);
      acc3_0 = fma(vec4f(a4_0[3]), b4_0, acc3_0);
      bias0 += b4_0;
      let b5_0 = sb[20 + lane];
      let a5_0 = quadBroadcast(held1, 1u);
      acc0_0 = fma(vec4f(a5_0[0]), b5_0, acc0_0);
      acc1_0 = fma(vec4f(a5_0[1]), b5_0, acc1_0);
      acc2_0 = fma(vec4f(a5_0[2]), b5_0, acc2_0);
      acc3_0 = fma(vec4f(a5_0[3]), b5_0, acc3_0);
      bias0 += b5_0;
      let b6_0 = sb[24 + lane];
      let a6_0 = quadBroadcast(held1, 2u);
      acc0_0 = fma(vec4f(a6_0[0]), b6_0, acc0_0);
      acc1_0 = fma(vec4f(a6_0[1]), b6_0, acc1_0);
      acc2_0 = fma(vec4f(a6_0[2]), b6_0, acc2_0);
      acc3_0 = fma(vec4f(a6_0[3]), b6_0, acc3_0);
      bias0 += b6_0;
      let b7_0 = sb[28 + lane];
      let a7_0 = quadBroadcast(held1, 3u);
      acc0_0 = fma(vec4f(a7_0[0]), b7_0, acc0_0);
      acc1_0 = fma(vec4f(a7_0[1]), b7_0, acc1_0);
      acc2_0 = fma(vec4f(a7_0[2]), b7_0, acc2_0);
      acc3_0 = fma(vec4f(a7_0[3]), b7_0, acc3_0);
      bias0 += b7_0;
    }
    workgroupBarrier();
  }
  finish(m, (n / 4 + lane) * 4 + 0, acc0_0[0]);
  finish(m, (n / 4 + lane) * 4 + 1, acc0_0[1]);
  finish(m, (n / 4 + lane) * 4 + 2, acc0_0[2]);
  finish(m, (n / 4 + lane) * 4 + 3, acc0_0[3]);
  finish(m + 1, (n / 4 + lane) * 4 + 0, acc1_0[0]);
  finish(m + 1, (n / 4 + lane) * 4 + 1, acc1_0[1]);
  finish(m + 1, (n / 4 + lane) * 4 + 2, acc1_0[2]);
  finish(m + 1, (n / 4 + lane) * 4 + 3, acc1_0[3]);
  finish(m + 2, (n / 4 + lane) * 4 + 0, acc2_0[0]);
  finish(m + 2, (n / 4 + lane) * 4 + 1, acc2_0[1]);
  finish(m + 2, (n / 4 + lane) * 4 + 2, acc2_0[2]);
  finish(m + 2, (n / 4 + lane) * 4 + 3, acc2_0[3]);
  finish(m + 3, (n / 4 + lane) * 4 + 0, acc3_0[0]);
  finish(m + 3, (n / 4 + lane) * 4 + 1, acc3_0[1]);
  finish(m + 3, (n / 4 + lane) * 4 + 2, acc3_0[2]);
  finish(m + 3, (n / 4 + lane) * 4 + 3, acc3_0[3]);
  if (m == 0) {
    if ((n / 4 + lane) * 4 + 0 < 3) { d_dense1_bias[(n / 4 + lane) * 4 + 0] = bias0[0]; }
    if ((n / 4 + lane) * 4 + 1 < 3) { d_dense1_bias[(n / 4 + lane) * 4 + 1] = bias0[1]; }
    if ((n / 4 + lane) * 4 + 2 < 3) { d_dense1_bias[(n / 4 + lane) * 4 + 2] = bias0[2]; }
    if ((n / 4 + lane) * 4 + 3 < 3) { d_dense1_bias[(n / 4 + lane) * 4 + 3] = bias0[3]; }
  }
}
