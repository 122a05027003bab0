enable subgroups;
requires subgroup_id;

// maxpool2 = conv2d, add, relu, maxpool2d: 8x4x4x8
// line 6: conv 8 2x2 relu => 4x4x8
// of which maxpool2d leaves 8x2x2x8
// line 7: maxpool 2x2 => 2x2x8
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, pooled row, pooled column, place of the window), n = filter, k = (window row, window column, channel); 128 x 8 x 16
// A workgroup makes 32 x 16 of y, 16 steps of k at a time; 4 lanes of a subgroup share 4 rows, each of them 4 columns.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 5; const W = 5; const C = 4; const KH = 2; const KW = 2; const OH = 4; const OW = 4; const F = 8;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
// Windows of WH x WW are pooled, PH x PW of them.
const WH = 2; const WW = 2; const PH = 2; const PW = 2;
@group(0) @binding(0) var<storage, read_write> maxpool1: array<vec4f, 200>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<vec4f, 32>;
@group(0) @binding(2) var<storage, read> conv2_bias: array<vec4f, 2>;
@group(0) @binding(3) var<storage, read_write> maxpool2: array<vec4f, 64>;
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
  let ky = k / 8;
  let c = k % 8;
  let p = at(r, ky);
  return p + c;
}

// The element of b at step k, column 0.
fn b_at(k: i32) -> i32 {
  let ky = k / 8;
  let c = k % 8;
  return ky * KW * C * F + c * 8;
}

fn finish(r: i32, c: i32, t0: T, t1: T, t2: T, t3: T) {
  if (r >= 32 || c >= 2) { return; }
  let column = u32(c);
  let o = u32(r) * 2u + column;
  let conv2_z_v_0 = t0 + conv2_bias[column];
  let conv2_v_0 = max(conv2_z_v_0, T(0.0));
  let conv2_z_v_1 = t1 + conv2_bias[column];
  let conv2_v_1 = max(conv2_z_v_1, T(0.0));
  let conv2_z_v_2 = t2 + conv2_bias[column];
  let conv2_v_2 = max(conv2_z_v_2, T(0.0));
  let conv2_z_v_3 = t3 + conv2_bias[column];
  let conv2_v_3 = max(conv2_z_v_3, T(0.0));
  let best = max(max(max(conv2_v_0, conv2_v_1), conv2_v_2), conv2_v_3);
  maxpool2[o] = best;
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
  for (var k0 = 0; k0 < 16; k0 += 16) {
    {
      let k = k0 + lane % 4 * 4;
      let p = a_at(r0, k);
      held0 = maxpool1[p / 4];
    }
    {
      let k = k0 + (lane + 4) % 4 * 4;
      let p = a_at(r1, k);
      held1 = maxpool1[p / 4];
    }
    {
      let k = k0 + (lane + 8) % 4 * 4;
      let p = a_at(r2, k);
      held2 = maxpool1[p / 4];
    }
    {
      let k = k0 + (lane + 12) % 4 * 4;
      let p = a_at(r3, k);
      held3 = maxpool1[p / 4];
    }
    {
      let k = k0 + id / 4;
      let c = n + id % 4 * 4;
      let q = b_at(k) + c;
      sb[id] = select(vec4f(), conv2_weight[select(0, q, c < 8) / 4], c < 8);
    }
    {
      let k = k0 + (id + 32) / 4;
      let c = n + (id + 32) % 4 * 4;
      let q = b_at(k) + c;
      sb[id + 32] = select(vec4f(), conv2_weight[select(0, q, c < 8) / 4], c < 8);
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
