enable subgroups;
requires subgroup_id;

// d_batchnorm1.pooled = conv2d_dx, relu_dx: 8x3x3x4
// line 7: conv 8 2x2 relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = channel, k = (window row, window column, filter); 72 x 4 x 32
// A workgroup makes 32 x 16 of y, 16 steps of k at a time; 4 lanes of a subgroup share 4 rows, each of them 4 columns.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 3; const W = 3; const C = 4; const KH = 2; const KW = 2; const OH = 2; const OW = 2; const F = 8;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> d_conv2_z: array<vec4f, 64>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<vec4f, 32>;
@group(0) @binding(2) var<storage, read_write> maxpool1: array<vec4f, 72>;
@group(0) @binding(3) var<storage, read_write> d_batchnorm1_pooled: array<vec4f, 72>;
var<workgroup> sb: array<vec4f, 64>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m / (H * W) * OH, m / W % H + TOP, m % W + LEFT);
}

// Where a's elements of a row start; -1 where they are all padding.
fn at(r: vec3i, ky: i32, kx: i32) -> i32 {
  let y = r.y - ky * DY;
  let x = r.z - kx * DX;
  if (y < 0 || y >= OH * SY || x < 0 || x >= OW * SX) { return -1; }
  return ((r.x + y / SY) * OW + x / SX) * F;
}

// The element of a at step k of row r; -1 where it is padding.
fn a_at(r: vec3i, k: i32) -> i32 {
  let ky = k / 16;
  let kx = k / 8 % 2;
  let f = k % 8;
  let p = at(r, ky, kx);
  return select(p + f, -1, p < 0);
}

// The element of b at step k, column 0.
fn b_at(k: i32) -> i32 {
  let ky = k / 16;
  let kx = k / 8 % 2;
  let f = k % 8;
  return (ky * KW + kx) * C * F + f * 1;
}

fn finish(r: i32, c: i32, value: T) {
  if (r >= 72 || c >= 1) { return; }
  let column = u32(c);
  let o = u32(r) * 1u + column;
  let d_batchnorm1_pooled_v = select(T(0.0), value, maxpool1[o] > T(0.0));
  d_batchnorm1_pooled[o] = d_batchnorm1_pooled_v;
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
  let r0 = row(min(m + lane / 4, 71));
  let r1 = row(min(m + (lane + 4) / 4, 71));
  let r2 = row(min(m + (lane + 8) / 4, 71));
  let r3 = row(min(m + (lane + 12) / 4, 71));
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
      held0 = select(vec4f(), d_conv2_z[select(0, p, p >= 0) / 4], p >= 0);
    }
    {
      let k = k0 + (lane + 4) % 4 * 4;
      let p = a_at(r1, k);
      held1 = select(vec4f(), d_conv2_z[select(0, p, p >= 0) / 4], p >= 0);
    }
    {
      let k = k0 + (lane + 8) % 4 * 4;
      let p = a_at(r2, k);
      held2 = select(vec4f(), d_conv2_z[select(0, p, p >= 0) / 4], p >= 0);
    }
    {
      let k = k0 + (lane + 12) % 4 * 4;
      let p = a_at(r3, k);
      held3 = select(vec4f(), d_conv2_z[select(0, p, p >= 0) / 4], p >= 0);
    }
    {
      let k = k0 + id % 4 * 4;
      let c = n + id / 4;
      let q = b_at(k) + c * 8;
      sb[(id % 4 * 4 + id / 4 % 4) * 4 + id / 16] = select(vec4f(), conv2_weight[select(0, q, c < 4) / 4], c < 4);
    }
    {
      let k = k0 + (id + 32) % 4 * 4;
      let c = n + (id + 32) / 4;
      let q = b_at(k) + c * 8;
      sb[((id + 32) % 4 * 4 + (id + 32) / 4 % 4) * 4 + (id + 32) / 16] = select(vec4f(), conv2_weight[select(0, q, c < 4) / 4], c < 4);
    }
    workgroupBarrier();
    {
      let b0_0 = sb[0 + lane];
      let b1_0 = sb[4 + lane];
      let b2_0 = sb[8 + lane];
      let b3_0 = sb[12 + lane];
      let a0 = quadBroadcast(held0, 0u);
      acc0_0 += vec4f(dot(a0, b0_0), dot(a0, b1_0), dot(a0, b2_0), dot(a0, b3_0));
      let a1 = quadBroadcast(held1, 0u);
      acc1_0 += vec4f(dot(a1, b0_0), dot(a1, b1_0), dot(a1, b2_0), dot(a1, b3_0));
      let a2 = quadBroadcast(held2, 0u);
      acc2_0 += vec4f(dot(a2, b0_0), dot(a2, b1_0), dot(a2, b2_0), dot(a2, b3_0));
      let a3 = quadBroadcast(held3, 0u);
      acc3_0 += vec4f(dot(a3, b0_0), dot(a3, b1_0), dot(a3, b2_0), dot(a3, b3_0));
    }
    {
      let b4_0 = sb[16 + lane];
      let b5_0 = sb[20 + lane];
      let b6_0 = sb[24 + lane];
      let b7_0 = sb[28 + lane];
      let a0 = quadBroadcast(held0, 1u);
      acc0_0 += vec4f(dot(a0, b4_0), dot(a0, b5_0), dot(a0, b6_0), dot(a0, b7_0));
      let a1 = quadBroadcast(held1, 1u);
      acc1_0 += vec4f(dot(a1, b4_0), dot(a1, b5_0), dot(a1, b6_0), dot(a1, b7_0));
      let a2 = quadBroadcast(held2, 1u);
      acc2_0 += vec4f(dot(a2, b4_0), dot(a2, b5_0), dot(a2, b6_0), dot(a2, b7_0));
      let a3 = quadBroadcast(held3, 1u);
      acc3_0 += vec4f(dot(a3, b4_0), dot(a3, b5_0), dot(a3, b6_0), dot(a3, b7_0));
    }
    {
      let b8_0 = sb[32 + lane];
      let b9_0 = sb[36 + lane];
      let b10_0 = sb[40 + lane];
      let b11_0 = sb[44 + lane];
      let a0 = quadBroadcast(held0, 2u);
      acc0_0 += vec4f(dot(a0, b8_0), dot(a0, b9_0), dot(a0, b10_0), dot(a0, b11_0));
      let a1 = quadBroadcast(held1, 2u);
      acc1_0 += vec4f(dot(a1, b8_0), dot(a1, b9_0), dot(a1, b10_0), dot(a1, b11_0));
      let a2 = quadBroadcast(held2, 2u);
      acc2_0 += vec4f(dot(a2, b8_0), dot(a2, b9_0), dot(a2, b10_0), dot(a2, b11_0));
      let a3 = quadBroadcast(held3, 2u);
      acc3_0 += vec4f(dot(a3, b8_0), dot(a3, b9_0), dot(a3, b10_0), dot(a3, b11_0));
    }
    {
      let b12_0 = sb[48 + lane];
      let b13_0 = sb[52 + lane];
      let b14_0 = sb[56 + lane];
      let b15_0 = sb[60 + lane];
      let a0 = quadBroadcast(held0, 3u);
      acc0_0 += vec4f(dot(a0, b12_0), dot(a0, b13_0), dot(a0, b14_0), dot(a0, b15_0));
      let a1 = quadBroadcast(held1, 3u);
      acc1_0 += vec4f(dot(a1, b12_0), dot(a1, b13_0), dot(a1, b14_0), dot(a1, b15_0));
      let a2 = quadBroadcast(held2, 3u);
      acc2_0 += vec4f(dot(a2, b12_0), dot(a2, b13_0), dot(a2, b14_0), dot(a2, b15_0));
      let a3 = quadBroadcast(held3, 3u);
      acc3_0 += vec4f(dot(a3, b12_0), dot(a3, b13_0), dot(a3, b14_0), dot(a3, b15_0));
    }
    workgroupBarrier();
  }
  finish(m, n / 4 + lane, acc0_0);
  finish(m + 1, n / 4 + lane, acc1_0);
  finish(m + 2, n / 4 + lane, acc2_0);
  finish(m + 3, n / 4 + lane, acc3_0);
}
