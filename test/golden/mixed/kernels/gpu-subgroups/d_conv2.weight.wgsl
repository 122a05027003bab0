enable subgroups;
requires subgroup_id;

// d_conv2.weight = conv2d_dw, sum: 2x2x4x8
// line 7: conv 8 2x2 relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (window row, window column, channel), n = filter, k = (picture, row, column); 16 x 8 x 32
// A workgroup makes 16 x 16 of y, 16 steps of k at a time; 4 lanes of a subgroup share 4 rows, each of them 4 columns.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 3; const W = 3; const C = 4; const KH = 2; const KW = 2; const OH = 2; const OW = 2; const F = 8;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> maxpool1: array<vec4f, 72>;
@group(0) @binding(1) var<storage, read_write> d_conv2_z: array<vec4f, 64>;
@group(0) @binding(2) var<storage, read_write> d_conv2_bias: array<vec4f, 2>;
@group(0) @binding(3) var<storage, read_write> d_conv2_weight: array<vec4f, 32>;
var<workgroup> sb: array<vec4f, 64>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m / (KW * C) * DY - TOP, m / C % KW * DX - LEFT, m % C);
}

// Where a's elements of a row start.
fn at(r: vec3i, image: i32, oy: i32) -> i32 {
  let y = r.x + oy * SY;
  let x = r.y;
  return ((image * H + y) * W + x) * C + r.z;
}

// The element of a at step k of row r.
fn a_at(r: vec3i, k: i32) -> i32 {
  let image = k / 4;
  let oy = k / 2 % 2;
  let ox = k % 2;
  let p = at(r, image, oy);
  return p + ox * 4;
}

// The element of b at step k, column 0.
fn b_at(k: i32) -> i32 {
  let image = k / 4;
  let oy = k / 2 % 2;
  let ox = k % 2;
  return (image * OH + oy) * OW * F + ox * 8;
}

fn finish(r: i32, c: i32, value: T) {
  if (r >= 16 || c >= 2) { return; }
  let column = u32(c);
  let o = u32(r) * 2u + column;
  d_conv2_weight[o] = value;
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
  let r0 = row(m + lane % 1 * 4);
  let r1 = row(m + (lane + 4) % 1 * 4);
  let r2 = row(m + (lane + 8) % 1 * 4);
  let r3 = row(m + (lane + 12) % 1 * 4);
  var held0 = vec4f();
  var held1 = vec4f();
  var held2 = vec4f();
  var held3 = vec4f();
  var acc0_0 = vec4f();
  var acc1_0 = vec4f();
  var acc2_0 = vec4f();
  var acc3_0 = vec4f();
  var bias0 = vec4f();
  for (var k0 = 0; k0 < 32; k0 += 16) {
    {
      let k = k0 + lane / 1;
      let p = a_at(r0, k);
      held0 = maxpool1[p / 4];
    }
    {
      let k = k0 + (lane + 4) / 1;
      let p = a_at(r1, k);
      held1 = maxpool1[p / 4];
    }
    {
      let k = k0 + (lane + 8) / 1;
      let p = a_at(r2, k);
      held2 = maxpool1[p / 4];
    }
    {
      let k = k0 + (lane + 12) / 1;
      let p = a_at(r3, k);
      held3 = maxpool1[p / 4];
    }
    {
      let k = k0 + id / 4;
      let c = n + id % 4 * 4;
      let q = b_at(k) + c;
      sb[id] = select(vec4f(), d_conv2_z[select(0, q, c < 8) / 4], c < 8);
    }
    {
      let k = k0 + (id + 16) / 4;
      let c = n + (id + 16) % 4 * 4;
      let q = b_at(k) + c;
      sb[id + 16] = select(vec4f(), d_conv2_z[select(0, q, c < 8) / 4], c < 8);
    }
    {
      let k = k0 + (id + 32) / 4;
      let c = n + (id + 32) % 4 * 4;
      let q = b_at(k) + c;
      sb[id + 32] = select(vec4f(), d_conv2_z[select(0, q, c < 8) / 4], c < 8);
    }
    {
      let k = k0 + (id + 48) / 4;
      let c = n + (id + 48) % 4 * 4;
      let q = b_at(k) + c;
      sb[id + 48] = select(vec4f(), d_conv2_z[select(0, q, c < 8) / 4], c < 8);
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
    {
      let b8_0 = sb[32 + lane];
      let a8_0 = quadBroadcast(held2, 0u);
      acc0_0 = fma(vec4f(a8_0[0]), b8_0, acc0_0);
      acc1_0 = fma(vec4f(a8_0[1]), b8_0, acc1_0);
      acc2_0 = fma(vec4f(a8_0[2]), b8_0, acc2_0);
      acc3_0 = fma(vec4f(a8_0[3]), b8_0, acc3_0);
      bias0 += b8_0;
      let b9_0 = sb[36 + lane];
      let a9_0 = quadBroadcast(held2, 1u);
      acc0_0 = fma(vec4f(a9_0[0]), b9_0, acc0_0);
      acc1_0 = fma(vec4f(a9_0[1]), b9_0, acc1_0);
      acc2_0 = fma(vec4f(a9_0[2]), b9_0, acc2_0);
      acc3_0 = fma(vec4f(a9_0[3]), b9_0, acc3_0);
      bias0 += b9_0;
      let b10_0 = sb[40 + lane];
      let a10_0 = quadBroadcast(held2, 2u);
      acc0_0 = fma(vec4f(a10_0[0]), b10_0, acc0_0);
      acc1_0 = fma(vec4f(a10_0[1]), b10_0, acc1_0);
      acc2_0 = fma(vec4f(a10_0[2]), b10_0, acc2_0);
      acc3_0 = fma(vec4f(a10_0[3]), b10_0, acc3_0);
      bias0 += b10_0;
      let b11_0 = sb[44 + lane];
      let a11_0 = quadBroadcast(held2, 3u);
      acc0_0 = fma(vec4f(a11_0[0]), b11_0, acc0_0);
      acc1_0 = fma(vec4f(a11_0[1]), b11_0, acc1_0);
      acc2_0 = fma(vec4f(a11_0[2]), b11_0, acc2_0);
      acc3_0 = fma(vec4f(a11_0[3]), b11_0, acc3_0);
      bias0 += b11_0;
    }
    {
      let b12_0 = sb[48 + lane];
      let a12_0 = quadBroadcast(held3, 0u);
      acc0_0 = fma(vec4f(a12_0[0]), b12_0, acc0_0);
      acc1_0 = fma(vec4f(a12_0[1]), b12_0, acc1_0);
      acc2_0 = fma(vec4f(a12_0[2]), b12_0, acc2_0);
      acc3_0 = fma(vec4f(a12_0[3]), b12_0, acc3_0);
      bias0 += b12_0;
      let b13_0 = sb[52 + lane];
      let a13_0 = quadBroadcast(held3, 1u);
      acc0_0 = fma(vec4f(a13_0[0]), b13_0, acc0_0);
      acc1_0 = fma(vec4f(a13_0[1]), b13_0, acc1_0);
      acc2_0 = fma(vec4f(a13_0[2]), b13_0, acc2_0);
      acc3_0 = fma(vec4f(a13_0[3]), b13_0, acc3_0);
      bias0 += b13_0;
      let b14_0 = sb[56 + lane];
      let a14_0 = quadBroadcast(held3, 2u);
      acc0_0 = fma(vec4f(a14_0[0]), b14_0, acc0_0);
      acc1_0 = fma(vec4f(a14_0[1]), b14_0, acc1_0);
      acc2_0 = fma(vec4f(a14_0[2]), b14_0, acc2_0);
      acc3_0 = fma(vec4f(a14_0[3]), b14_0, acc3_0);
      bias0 += b14_0;
      let b15_0 = sb[60 + lane];
      let a15_0 = quadBroadcast(held3, 3u);
      acc0_0 = fma(vec4f(a15_0[0]), b15_0, acc0_0);
      acc1_0 = fma(vec4f(a15_0[1]), b15_0, acc1_0);
      acc2_0 = fma(vec4f(a15_0[2]), b15_0, acc2_0);
      acc3_0 = fma(vec4f(a15_0[3]), b15_0, acc3_0);
      bias0 += b15_0;
    }
    workgroupBarrier();
  }
  finish(m, n / 4 + lane, acc0_0);
  finish(m + 1, n / 4 + lane, acc1_0);
  finish(m + 2, n / 4 + lane, acc2_0);
  finish(m + 3, n / 4 + lane, acc3_0);
  if (m == 0) {
    if (n / 4 + lane < 2) { d_conv2_bias[n / 4 + lane] = bias0; }
  }
}
