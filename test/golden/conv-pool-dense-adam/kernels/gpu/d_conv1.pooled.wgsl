// d_conv1.pooled = conv2d_dx, relu_dx: 8x5x5x4
// line 6: conv 8 2x2 relu => 4x4x8
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = channel, k = (window row, window column, filter); 200 x 4 x 32
// A workgroup makes 32 x 16 of y, 16 steps of k at a time; an invocation 4 x 4.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 5; const W = 5; const C = 4; const KH = 2; const KW = 2; const OH = 4; const OW = 4; const F = 8;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> d_conv2_z: array<vec4f, 256>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<vec4f, 32>;
@group(0) @binding(2) var<storage, read_write> maxpool1: array<vec4f, 200>;
@group(0) @binding(3) var<storage, read_write> d_conv1_pooled: array<vec4f, 200>;
var<workgroup> sa: array<vec4f, 128>;
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
  if (r >= 200 || c >= 1) { return; }
  let column = u32(c);
  let o = u32(r) * 1u + column;
  let d_conv1_pooled_v = select(T(0.0), value, maxpool1[o] > T(0.0));
  d_conv1_pooled[o] = d_conv1_pooled_v;
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) id: u32) {
  let t = i32(tile.x);
  let lane = i32(id);
  let tx = lane % 4;
  let ty = lane / 4;
  let n = 0;
  let m = t * 32;
  let r0 = row(min(m + lane / 4, 199));
  let r1 = row(min(m + (lane + 32) / 4, 199));
  let r2 = row(min(m + (lane + 64) / 4, 199));
  let r3 = row(min(m + (lane + 96) / 4, 199));
  var acc0_0 = vec4f();
  var acc1_0 = vec4f();
  var acc2_0 = vec4f();
  var acc3_0 = vec4f();
  for (var k0 = 0; k0 < 32; k0 += 16) {
    {
      let k = k0 + lane % 4 * 4;
      let p = a_at(r0, k);
      sa[lane] = select(vec4f(), d_conv2_z[select(0, p, p >= 0) / 4], p >= 0);
    }
    {
      let k = k0 + (lane + 32) % 4 * 4;
      let p = a_at(r1, k);
      sa[lane + 32] = select(vec4f(), d_conv2_z[select(0, p, p >= 0) / 4], p >= 0);
    }
    {
      let k = k0 + (lane + 64) % 4 * 4;
      let p = a_at(r2, k);
      sa[lane + 64] = select(vec4f(), d_conv2_z[select(0, p, p >= 0) / 4], p >= 0);
    }
    {
      let k = k0 + (lane + 96) % 4 * 4;
      let p = a_at(r3, k);
      sa[lane + 96] = select(vec4f(), d_conv2_z[select(0, p, p >= 0) / 4], p >= 0);
    }
    {
      let k = k0 + lane % 4 * 4;
      let c = n + lane / 4;
      let q = b_at(k) + c * 8;
      sb[(lane % 4 * 4 + lane / 4 % 4) * 4 + lane / 16] = select(vec4f(), conv2_weight[select(0, q, c < 4) / 4], c < 4);
    }
    {
      let k = k0 + (lane + 32) % 4 * 4;
      let c = n + (lane + 32) / 4;
      let q = b_at(k) + c * 8;
      sb[((lane + 32) % 4 * 4 + (lane + 32) / 4 % 4) * 4 + (lane + 32) / 16] = select(vec4f(), conv2_weight[select(0, q, c < 4) / 4], c < 4);
    }
    workgroupBarrier();
    for (var q = 0; q < 4; q++) {
      let b0_0 = sb[(q * 4) * 4 + tx];
      let b1_0 = sb[(q * 4 + 1) * 4 + tx];
      let b2_0 = sb[(q * 4 + 2) * 4 + tx];
      let b3_0 = sb[(q * 4 + 3) * 4 + tx];
      let a0 = sa[(ty * 4) * 4 + q];
      acc0_0 += vec4f(dot(a0, b0_0), dot(a0, b1_0), dot(a0, b2_0), dot(a0, b3_0));
      let a1 = sa[(ty * 4 + 1) * 4 + q];
      acc1_0 += vec4f(dot(a1, b0_0), dot(a1, b1_0), dot(a1, b2_0), dot(a1, b3_0));
      let a2 = sa[(ty * 4 + 2) * 4 + q];
      acc2_0 += vec4f(dot(a2, b0_0), dot(a2, b1_0), dot(a2, b2_0), dot(a2, b3_0));
      let a3 = sa[(ty * 4 + 3) * 4 + q];
      acc3_0 += vec4f(dot(a3, b0_0), dot(a3, b1_0), dot(a3, b2_0), dot(a3, b3_0));
    }
    workgroupBarrier();
  }
  finish(m + ty * 4, n / 4 + tx, acc0_0);
  finish(m + ty * 4 + 1, n / 4 + tx, acc1_0);
  finish(m + ty * 4 + 2, n / 4 + tx, acc2_0);
  finish(m + ty * 4 + 3, n / 4 + tx, acc3_0);
}
