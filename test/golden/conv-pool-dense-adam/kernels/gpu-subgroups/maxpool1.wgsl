enable subgroups;
requires subgroup_id;

// maxpool1 = conv2d, add, relu, maxpool2d: 8x10x10x4
// line 4: conv 4 3x3 relu => 10x10x4
// of which maxpool2d leaves 8x5x5x4
// line 5: maxpool 2x2 => 5x5x4
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, pooled row, pooled column, place of the window), n = filter, k = (window row, window column, channel); 800 x 4 x 9
// A workgroup makes 32 x 16 of y, 16 steps of k at a time; 4 lanes of a subgroup share 4 rows, each of them 4 columns.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 12; const W = 12; const C = 1; const KH = 3; const KW = 3; const OH = 10; const OW = 10; const F = 4;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
// Windows of WH x WW are pooled, PH x PW of them.
const WH = 2; const WW = 2; const PH = 5; const PW = 5;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 1152>;
@group(0) @binding(1) var<storage, read> conv1_weight: array<vec4f, 9>;
@group(0) @binding(2) var<storage, read> conv1_bias: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read_write> maxpool1: array<vec4f, 200>;
var<workgroup> sb: array<vec4f, 64>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  let p = m / (WH * WW);
  let y = p / PW % PH * WH + m % (WH * WW) / WW;
  let x = p % PW * WW + m % WW;
  return vec3i(p / (PH * PW) * H, y * SY - TOP, x * SX - LEFT);
}

// Where a's elements of a row start.
fn at(r: vec3i, ky: i32) -> i32 {
  let y = r.y + ky * DY;
  let x = r.z;
  return ((r.x + y) * W + x) * C;
}

// The element of a at step k of row r.
fn a_at(r: vec3i, k: i32) -> i32 {
  let ky = k / 3;
  let c = k % 3;
  let p = at(r, ky);
  return p + c;
}

// The element of b at step k, column 0.
fn b_at(k: i32) -> i32 {
  let ky = k / 3;
  let c = k % 3;
  return ky * KW * C * F + c * 4;
}

fn finish(r: i32, c: i32, t0: T, t1: T, t2: T, t3: T) {
  if (r >= 200 || c >= 1) { return; }
  let column = u32(c);
  let o = u32(r) * 1u + column;
  let conv1_z_v_0 = t0 + conv1_bias[column];
  let conv1_v_0 = max(conv1_z_v_0, T(0.0));
  let conv1_z_v_1 = t1 + conv1_bias[column];
  let conv1_v_1 = max(conv1_z_v_1, T(0.0));
  let conv1_z_v_2 = t2 + conv1_bias[column];
  let conv1_v_2 = max(conv1_z_v_2, T(0.0));
  let conv1_z_v_3 = t3 + conv1_bias[column];
  let conv1_v_3 = max(conv1_z_v_3, T(0.0));
  let best = max(max(max(conv1_v_0, conv1_v_1), conv1_v_2), conv1_v_3);
  maxpool1[o] = best;
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
  let r0 = row(m + lane / 4);
  let r1 = row(m + (lane + 4) / 4);
  let r2 = row(m + (lane + 8) / 4);
  let r3 = row(m + (lane + 12) / 4);
  var held0 = vec4f();
  var held1 = vec4f();
  var held2 = vec4f();
  var held3 = vec4f();
  var acc0_0 = vec4f();
  var acc1_0 = vec4f();
  var acc2_0 = vec4f();
  var acc3_0 = vec4f();
  for (var k0 = 0; k0 < 9; k0 += 16) {
    {
      let k = k0 + lane % 4 * 4;
      let p0 = a_at(r0, k + 0);
      let p1 = a_at(r0, k + 1);
      let p2 = a_at(r0, k + 2);
      let p3 = a_at(r0, k + 3);
      held0 = vec4f(select(0.0, x[select(0, p0, k + 0 < 9)], k + 0 < 9), select(0.0, x[select(0, p1, k + 1 < 9)], k + 1 < 9), select(0.0, x[select(0, p2, k + 2 < 9)], k + 2 < 9), select(0.0, x[select(0, p3, k + 3 < 9)], k + 3 < 9));
    }
    {
      let k = k0 + (lane + 4) % 4 * 4;
      let p0 = a_at(r1, k + 0);
      let p1 = a_at(r1, k + 1);
      let p2 = a_at(r1, k + 2);
      let p3 = a_at(r1, k + 3);
      held1 = vec4f(select(0.0, x[select(0, p0, k + 0 < 9)], k + 0 < 9), select(0.0, x[select(0, p1, k + 1 < 9)], k + 1 < 9), select(0.0, x[select(0, p2, k + 2 < 9)], k + 2 < 9), select(0.0, x[select(0, p3, k + 3 < 9)], k + 3 < 9));
    }
    {
      let k = k0 + (lane + 8) % 4 * 4;
      let p0 = a_at(r2, k + 0);
      let p1 = a_at(r2, k + 1);
      let p2 = a_at(r2, k + 2);
      let p3 = a_at(r2, k + 3);
      held2 = vec4f(select(0.0, x[select(0, p0, k + 0 < 9)], k + 0 < 9), select(0.0, x[select(0, p1, k + 1 < 9)], k + 1 < 9), select(0.0, x[select(0, p2, k + 2 < 9)], k + 2 < 9), select(0.0, x[select(0, p3, k + 3 < 9)], k + 3 < 9));
    }
    {
      let k = k0 + (lane + 12) % 4 * 4;
      let p0 = a_at(r3, k + 0);
      let p1 = a_at(r3, k + 1);
      let p2 = a_at(r3, k + 2);
      let p3 = a_at(r3, k + 3);
      held3 = vec4f(select(0.0, x[select(0, p0, k + 0 < 9)], k + 0 < 9), select(0.0, x[select(0, p1, k + 1 < 9)], k + 1 < 9), select(0.0, x[select(0, p2, k + 2 < 9)], k + 2 < 9), select(0.0, x[select(0, p3, k + 3 < 9)], k + 3 < 9));
    }
    {
      let k = k0 + id / 4;
      let c = n + id % 4 * 4;
      let q = b_at(k) + c;
      sb[id] = select(vec4f(), conv1_weight[select(0, q, k < 9 && c < 4) / 4], k < 9 && c < 4);
    }
    {
      let k = k0 + (id + 32) / 4;
      let c = n + (id + 32) % 4 * 4;
      let q = b_at(k) + c;
      sb[id + 32] = select(vec4f(), conv1_weight[select(0, q, k < 9 && c < 4) / 4], k < 9 && c < 4);
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
  finish((m) / 4, n / 4 + lane, acc0_0, acc1_0, acc2_0, acc3_0);
}
