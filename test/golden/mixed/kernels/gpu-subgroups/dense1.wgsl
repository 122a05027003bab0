enable subgroups;
requires subgroup_id;

// dense1 = matmul, add: 8x3
// line 9: dense 3
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 8 x 3 x 32
// A workgroup makes 16 x 16 of y, 16 steps of k at a time; 4 lanes of a subgroup share 4 rows, each of them 4 columns.
alias T = f32;
// y is M x N, the inner dimension is K.
const M = 8; const N = 3; const K = 32;
@group(0) @binding(0) var<storage, read_write> conv2: array<vec4f, 64>;
@group(0) @binding(1) var<storage, read> dense1_weight: array<f32, 96>;
@group(0) @binding(2) var<storage, read> dense1_bias: array<f32, 3>;
@group(0) @binding(3) var<storage, read_write> dense1: array<f32, 24>;
var<workgroup> sb: array<vec4f, 64>;

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
  return 0 + k_ * 3;
}

fn finish(r: i32, c: i32, value: T) {
  if (r >= 8 || c >= 3) { return; }
  let column = u32(c);
  let o = u32(r) * 3u + column;
  let dense1_v = value + dense1_bias[column];
  dense1[o] = dense1_v;
}

@compute @workgroup_size(16)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(subgroup_id) in_group: u32, @builtin(subgroup_size) wide: u32, @builtin(subgroup_invocation_id) in_subgroup: u32) {
  // Counted by subgroups, so that those who share are neighbours in one.
  let id = i32(in_group * wide + in_subgroup);
  let lane = id % 4;
  let t = i32(tile.x);
  let n = 0;
  let top = t * 16;
  let m = top + id / 4 * 4;
  let r0 = row(min(m + lane / 4, 7));
  let r1 = row(min(m + (lane + 4) / 4, 7));
  let r2 = row(min(m + (lane + 8) / 4, 7));
  let r3 = row(min(m + (lane + 12) / 4, 7));
  var held0 = vec4f();
  var held1 = vec4f();
  var held2 = vec4f();
  var held3 = vec4f();
  var acc0_0 = vec4f();
  var acc1_0 = vec4f();
  var acc2_0 = vec4f();
  var acc3_0 = vec4f();
  for (var k0 = 0; k0 < 32; k0 += 16) {
    {
      let k = k0 + lane % 4 * 4;
      let p = a_at(r0, k);
      held0 = conv2[p / 4];
    }
    {
      let k = k0 + (lane + 4) % 4 * 4;
      let p = a_at(r1, k);
      held1 = conv2[p / 4];
    }
    {
      let k = k0 + (lane + 8) % 4 * 4;
      let p = a_at(r2, k);
      held2 = conv2[p / 4];
    }
    {
      let k = k0 + (lane + 12) % 4 * 4;
      let p = a_at(r3, k);
      held3 = conv2[p / 4];
    }
    {
      let k = k0 + id / 4;
      let c = n + id % 4 * 4;
      let q = b_at(k) + c;
      sb[id] = vec4f(select(0.0, dense1_weight[select(0, q + 0, c + 0 < 3)], c + 0 < 3), select(0.0, dense1_weight[select(0, q + 1, c + 1 < 3)], c + 1 < 3), select(0.0, dense1_weight[select(0, q + 2, c + 2 < 3)], c + 2 < 3), select(0.0, dense1_weight[select(0, q + 3, c + 3 < 3)], c + 3 < 3));
    }
    {
      let k = k0 + (id + 16) / 4;
      let c = n + (id + 16) % 4 * 4;
      let q = b_at(k) + c;
      sb[id + 16] = vec4f(select(0.0, dense1_weight[select(0, q + 0, c + 0 < 3)], c + 0 < 3), select(0.0, dense1_weight[select(0, q + 1, c + 1 < 3)], c + 1 < 3), select(0.0, dense1_weight[select(0, q + 2, c + 2 < 3)], c + 2 < 3), select(0.0, dense1_weight[select(0, q + 3, c + 3 < 3)], c + 3 < 3));
    }
    {
      let k = k0 + (id + 32) / 4;
      let c = n + (id + 32) % 4 * 4;
      let q = b_at(k) + c;
      sb[id + 32] = vec4f(select(0.0, dense1_weight[select(0, q + 0, c + 0 < 3)], c + 0 < 3), select(0.0, dense1_weight[select(0, q + 1, c + 1 < 3)], c + 1 < 3), select(0.0, dense1_weight[select(0, q + 2, c + 2 < 3)], c + 2 < 3), select(0.0, dense1_weight[select(0, q + 3, c + 3 < 3)], c + 3 < 3));
    }
    {
      let k = k0 + (id + 48) / 4;
      let c = n + (id + 48) % 4 * 4;
      let q = b_at(k) + c;
      sb[id + 48] = vec4f(select(0.0, dense1_weight[select(0, q + 0, c + 0 < 3)], c + 0 < 3), select(0.0, dense1_weight[select(0, q + 1, c + 1 < 3)], c + 1 < 3), select(0.0, dense1_weight[select(0, q + 2, c + 2 < 3)], c + 2 < 3), select(0.0, dense1_weight[select(0, q + 3, c + 3 < 3)], c + 3 < 3));
    }
    workgroupBarrier();
    {
      let b0_0 = sb[0 + lane];
      let b1_0 = sb[4 + lane];
      let b2_0 = sb[8 + lane];
      let b3_0 = sb[12 + lane];
      let a0 = quadBroadcast(held0, 0u);
      acc0_0 = fma(vec4f(a0[3]), b3_0, fma(vec4f(a0[2]), b2_0, fma(vec4f(a0[1]), b1_0, fma(vec4f(a0[0]), b0_0, acc0_0))));
      let a1 = quadBroadcast(held1, 0u);
      acc1_0 = fma(vec4f(a1[3]), b3_0, fma(vec4f(a1[2]), b2_0, fma(vec4f(a1[1]), b1_0, fma(vec4f(a1[0]), b0_0, acc1_0))));
      let a2 = quadBroadcast(held2, 0u);
      acc2_0 = fma(vec4f(a2[3]), b3_0, fma(vec4f(a2[2]), b2_0, fma(vec4f(a2[1]), b1_0, fma(vec4f(a2[0]), b0_0, acc2_0))));
      let a3 = quadBroadcast(held3, 0u);
      acc3_0 = fma(vec4f(a3[3]), b3_0, fma(vec4f(a3[2]), b2_0, fma(vec4f(a3[1]), b1_0, fma(vec4f(a3[0]), b0_0, acc3_0))));
    }
    {
      let b4_0 = sb[16 + lane];
      let b5_0 = sb[20 + lane];
      let b6_0 = sb[24 + lane];
      let b7_0 = sb[28 + lane];
      let a0 = quadBroadcast(held0, 1u);
      acc0_0 = fma(vec4f(a0[3]), b7_0, fma(vec4f(a0[2]), b6_0, fma(vec4f(a0[1]), b5_0, fma(vec4f(a0[0]), b4_0, acc0_0))));
      let a1 = quadBroadcast(held1, 1u);
      acc1_0 = fma(vec4f(a1[3]), b7_0, fma(vec4f(a1[2]), b6_0, fma(vec4f(a1[1]), b5_0, fma(vec4f(a1[0]), b4_0, acc1_0))));
      let a2 = quadBroadcast(held2, 1u);
      acc2_0 = fma(vec4f(a2[3]), b7_0, fma(vec4f(a2[2]), b6_0, fma(vec4f(a2[1]), b5_0, fma(vec4f(a2[0]), b4_0, acc2_0))));
      let a3 = quadBroadcast(held3, 1u);
      acc3_0 = fma(vec4f(a3[3]), b7_0, fma(vec4f(a3[2]), b6_0, fma(vec4f(a3[1]), b5_0, fma(vec4f(a3[0]), b4_0, acc3_0))));
    }
    {
      let b8_0 = sb[32 + lane];
      let b9_0 = sb[36 + lane];
      let b10_0 = sb[40 + lane];
      let b11_0 = sb[44 + lane];
      let a0 = quadBroadcast(held0, 2u);
      acc0_0 = fma(vec4f(a0[3]), b11_0, fma(vec4f(a0[2]), b10_0, fma(vec4f(a0[1]), b9_0, fma(vec4f(a0[0]), b8_0, acc0_0))));
      let a1 = quadBroadcast(held1, 2u);
      acc1_0 = fma(vec4f(a1[3]), b11_0, fma(vec4f(a1[2]), b10_0, fma(vec4f(a1[1]), b9_0, fma(vec4f(a1[0]), b8_0, acc1_0))));
      let a2 = quadBroadcast(held2, 2u);
      acc2_0 = fma(vec4f(a2[3]), b11_0, fma(vec4f(a2[2]), b10_0, fma(vec4f(a2[1]), b9_0, fma(vec4f(a2[0]), b8_0, acc2_0))));
      let a3 = quadBroadcast(held3, 2u);
      acc3_0 = fma(vec4f(a3[3]), b11_0, fma(vec4f(a3[2]), b10_0, fma(vec4f(a3[1]), b9_0, fma(vec4f(a3[0]), b8_0, acc3_0))));
    }
    {
      let b12_0 = sb[48 + lane];
      let b13_0 = sb[52 + lane];
      let b14_0 = sb[56 + lane];
      let b15_0 = sb[60 + lane];
      let a0 = quadBroadcast(held0, 3u);
      acc0_0 = fma(vec4f(a0[3]), b15_0, fma(vec4f(a0[2]), b14_0, fma(vec4f(a0[1]), b13_0, fma(vec4f(a0[0]), b12_0, acc0_0))));
      let a1 = quadBroadcast(held1, 3u);
      acc1_0 = fma(vec4f(a1[3]), b15_0, fma(vec4f(a1[2]), b14_0, fma(vec4f(a1[1]), b13_0, fma(vec4f(a1[0]), b12_0, acc1_0))));
      let a2 = quadBroadcast(held2, 3u);
      acc2_0 = fma(vec4f(a2[3]), b15_0, fma(vec4f(a2[2]), b14_0, fma(vec4f(a2[1]), b13_0, fma(vec4f(a2[0]), b12_0, acc2_0))));
      let a3 = quadBroadcast(held3, 3u);
      acc3_0 = fma(vec4f(a3[3]), b15_0, fma(vec4f(a3[2]), b14_0, fma(vec4f(a3[1]), b13_0, fma(vec4f(a3[0]), b12_0, acc3_0))));
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
}
