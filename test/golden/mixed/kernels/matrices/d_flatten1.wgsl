enable subgroups;
requires subgroup_id;

// d_flatten1 = matmul: 8x32
// line 9: dense 3
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 8 x 32 x 3
// A workgroup makes 16 x 16 of y, 8 steps of k at a time; 4 lanes of a subgroup share 4 rows, each of them 4 columns.
alias T = vec4f;
// y is M x N, the inner dimension is K.
const M = 8; const N = 32; const K = 3;
@group(0) @binding(0) var<storage, read_write> d_dense1: array<f32, 24>;
@group(0) @binding(1) var<storage, read> dense1_weight: array<f32, 96>;
@group(0) @binding(2) var<storage, read_write> d_flatten1: array<vec4f, 64>;
var<workgroup> sb: array<vec4f, 32>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m * K, 0, 0);
}

// Where a's elements of a row start.
fn at(r: vec3i) -> i32 {
  return r.x;
}

// The element of a at step k of row r.
fn a_at(r: vec3i, k: i32) -> i32 {
  let k_ = k;
  let p = at(r);
  return p + k_;
}

// The element of b at step k, column 0.
fn b_at(k: i32) -> i32 {
  let k_ = k;
  return 0 + k_ * 1;
}

fn finish(r: i32, c: i32, value: T) {
  if (r >= 8 || c >= 8) { return; }
  let column = u32(c);
  let o = u32(r) * 8u + column;
  d_flatten1[o] = value;
}

@compute @workgroup_size(16)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(subgroup_id) in_group: u32, @builtin(subgroup_size) wide: u32, @builtin(subgroup_invocation_id) in_subgroup: u32) {
  // Counted by subgroups, so that those who share are neighbours in one.
  let id = i32(in_group * wide + in_subgroup);
  let lane = id % 4;
  let t = i32(tile.x);
  let n = t % 2 * 16;
  let top = t / 2 * 16;
  let m = top + id / 4 * 4;
  let r0 = row(min(m + lane / 2, 7));
  let r1 = row(min(m + (lane + 4) / 2, 7));
  var held0 = vec4f();
  var held1 = vec4f();
  var acc0_0 = vec4f();
  var acc1_0 = vec4f();
  var acc2_0 = vec4f();
  var acc3_0 = vec4f();
  for (var k0 = 0; k0 < 3; k0 += 8) {
    {
      let k = k0 + lane % 2 * 4;
      let p0 = a_at(r0, k + 0);
      let p1 = a_at(r0, k + 1);
      let p2 = a_at(r0, k + 2);
      let p3 = a_at(r0, k + 3);
      held0 = vec4f(select(0.0, d_dense1[select(0, p0, k + 0 < 3)], k + 0 < 3), select(0.0, d_dense1[select(0, p1, k + 1 < 3)], k + 1 < 3), select(0.0, d_dense1[select(0, p2, k + 2 < 3)], k + 2 < 3), select(0.0, d_dense1[select(0, p3, k + 3 < 3)], k + 3 < 3));
    }
    {
      let k = k0 + (lane + 4) % 2 * 4;
      let p0 = a_at(r1, k + 0);
      let p1 = a_at(r1, k + 1);
      let p2 = a_at(r1, k + 2);
      let p3 = a_at(r1, k + 3);
      held1 = vec4f(select(0.0, d_dense1[select(0, p0, k + 0 < 3)], k + 0 < 3), select(0.0, d_dense1[select(0, p1, k + 1 < 3)], k + 1 < 3), select(0.0, d_dense1[select(0, p2, k + 2 < 3)], k + 2 < 3), select(0.0, d_dense1[select(0, p3, k + 3 < 3)], k + 3 < 3));
    }
    {
      let k = k0 + id % 2 * 4;
      let c = n + id / 2;
      let q0 = b_at(k + 0) + c * 3;
      let q1 = b_at(k + 1) + c * 3;
      let q2 = b_at(k + 2) + c * 3;
      let q3 = b_at(k + 3) + c * 3;
      sb[(id % 2 * 4 + id / 2 % 4) * 4 + id / 8] = vec4f(select(0.0, dense1_weight[select(0, q0, k + 0 < 3)], k + 0 < 3), select(0.0, dense1_weight[select(0, q1, k + 1 < 3)], k + 1 < 3), select(0.0, dense1_weight[select(0, q2, k + 2 < 3)], k + 2 < 3), select(0.0, dense1_weight[select(0, q3, k + 3 < 3)], k + 3 < 3));
    }
    {
      let k = k0 + (id + 16) % 2 * 4;
      let c = n + (id + 16) / 2;
      let q0 = b_at(k + 0) + c * 3;
      let q1 = b_at(k + 1) + c * 3;
      let q2 = b_at(k + 2) + c * 3;
      let q3 = b_at(k + 3) + c * 3;
      sb[((id + 16) % 2 * 4 + (id + 16) / 2 % 4) * 4 + (id + 16) / 8] = vec4f(select(0.0, dense1_weight[select(0, q0, k + 0 < 3)], k + 0 < 3), select(0.0, dense1_weight[select(0, q1, k + 1 < 3)], k + 1 < 3), select(0.0, dense1_weight[select(0, q2, k + 2 < 3)], k + 2 < 3), select(0.0, dense1_weight[select(0, q3, k + 3 < 3)], k + 3 < 3));
    }
    workgroupBarrier();
    {
      let b0_0 = sb[0 + lane];
      let b1_0 = sb[4 + lane];
      let b2_0 = sb[8 + lane];
      let b3_0 = sb[12 + lane];
      let a0 = quadBroadcast(held0, 0u);
      acc0_0 += vec4f(dot(a0, b0_0), dot(a0, b1_0), dot(a0, b2_0), dot(a0, b3_0));
      let a1 = quadBroadcast(held0, 2u);
      acc1_0 += vec4f(dot(a1, b0_0), dot(a1, b1_0), dot(a1, b2_0), dot(a1, b3_0));
      let a2 = quadBroadcast(held1, 0u);
      acc2_0 += vec4f(dot(a2, b0_0), dot(a2, b1_0), dot(a2, b2_0), dot(a2, b3_0));
      let a3 = quadBroadcast(held1, 2u);
      acc3_0 += vec4f(dot(a3, b0_0), dot(a3, b1_0), dot(a3, b2_0), dot(a3, b3_0));
    }
    {
      let b4_0 = sb[16 + lane];
      let b5_0 = sb[20 + lane];
      let b6_0 = sb[24 + lane];
      let b7_0 = sb[28 + lane];
      let a0 = quadBroadcast(held0, 1u);
      acc0_0 += vec4f(dot(a0, b4_0), dot(a0, b5_0), dot(a0, b6_0), dot(a0, b7_0));
      let a1 = quadBroadcast(held0, 3u);
      acc1_0 += vec4f(dot(a1, b4_0), dot(a1, b5_0), dot(a1, b6_0), dot(a1, b7_0));
      let a2 = quadBroadcast(held1, 1u);
      acc2_0 += vec4f(dot(a2, b4_0), dot(a2, b5_0), dot(a2, b6_0), dot(a2, b7_0));
      let a3 = quadBroadcast(held1, 3u);
      acc3_0 += vec4f(dot(a3, b4_0), dot(a3, b5_0), dot(a3, b6_0), dot(a3, b7_0));
    }
    workgroupBarrier();
  }
  finish(m, n / 4 + lane, acc0_0);
  finish(m + 1, n / 4 + lane, acc1_0);
  finish(m + 2, n / 4 + lane, acc2_0);
  finish(m + 3, n / 4 + lane, acc3_0);
}
