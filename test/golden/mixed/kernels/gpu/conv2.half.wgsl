enable f16;
// conv2.half = conv2d, add, relu, half: 8x2x2x8
// line 7: conv 8 2x2 relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 32 x 8 x 16
// A workgroup makes 32 x 16 of y, 16 steps of k at a time; an invocation 4 x 4.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 3; const W = 3; const C = 4; const KH = 2; const KW = 2; const OH = 2; const OW = 2; const F = 8;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> maxpool1_half: array<vec4h, 72>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<vec4f, 32>;
@group(0) @binding(2) var<storage, read> conv2_bias: array<vec4f, 2>;
@group(0) @binding(3) var<storage, read_write> conv2_half: array<vec4h, 64>;
var<workgroup> sa: array<vec4f, 128>;
var<workgroup> sb: array<vec4f, 64>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m / (OH * OW) * H, m / OW % OH * SY - TOP, m % OW * SX - LEFT);
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

fn finish(r: i32, c: i32, value: T) {
  if (r >= 32 || c >= 2) { return; }
  let column = u32(c);
  let o = u32(r) * 2u + column;
  let conv2_z_v = value + conv2_bias[column];
  let conv2_v = max(conv2_z_v, T(0.0));
  let conv2_half_v = T(vec4h(conv2_v));
  conv2_half[o] = vec4h(conv2_half_v);
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) id: u32) {
  let t = i32(tile.x);
  let lane = i32(id);
  let tx = lane % 4;
  let ty = lane / 4;
  let n = 0;
  let m = t * 32;
  let r0 = row(m + lane / 4);
  let r1 = row(m + (lane + 32) / 4);
  let r2 = row(m + (lane + 64) / 4);
  let r3 = row(m + (lane + 96) / 4);
  var acc0_0 = vec4f();
  var acc1_0 = vec4f();
  var acc2_0 = vec4f();
  var acc3_0 = vec4f();
  for (var k0 = 0; k0 < 16; k0 += 16) {
    {
      let k = k0 + lane % 4 * 4;
      let p = a_at(r0, k);
      sa[lane] = vec4f(maxpool1_half[p / 4]);
    }
    {
      let k = k0 + (lane + 32) % 4 * 4;
      let p = a_at(r1, k);
      sa[lane + 32] = vec4f(maxpool1_half[p / 4]);
    }
    {
      let k = k0 + (lane + 64) % 4 * 4;
      let p = a_at(r2, k);
      sa[lane + 64] = vec4f(maxpool1_half[p / 4]);
    }
    {
      let k = k0 + (lane + 96) % 4 * 4;
      let p = a_at(r3, k);
      sa[lane + 96] = vec4f(maxpool1_half[p / 4]);
    }
    {
      let k = k0 + lane / 4;
      let c = n + lane % 4 * 4;
      let q = b_at(k) + c;
      sb[lane] = select(vec4f(), conv2_weight[select(0, q, c < 8) / 4], c < 8);
    }
    {
      let k = k0 + (lane + 32) / 4;
      let c = n + (lane + 32) % 4 * 4;
      let q = b_at(k) + c;
      sb[lane + 32] = select(vec4f(), conv2_weight[select(0, q, c < 8) / 4], c < 8);
    }
    workgroupBarrier();
    for (var q = 0; q < 4; q++) {
      let b0_0 = sb[(q * 4) * 4 + tx];
      let b1_0 = sb[(q * 4 + 1) * 4 + tx];
      let b2_0 = sb[(q * 4 + 2) * 4 + tx];
      let b3_0 = sb[(q * 4 + 3) * 4 + tx];
      let a0 = sa[(ty * 4) * 4 + q];
      acc0_0 = fma(vec4f(a0.w), b3_0, fma(vec4f(a0.z), b2_0, fma(vec4f(a0.y), b1_0, fma(vec4f(a0.x), b0_0, acc0_0))));
      let a1 = sa[(ty * 4 + 1) * 4 + q];
      acc1_0 = fma(vec4f(a1.w), b3_0, fma(vec4f(a1.z), b2_0, fma(vec4f(a1.y), b1_0, fma(vec4f(a1.x), b0_0, acc1_0))));
      let a2 = sa[(ty * 4 + 2) * 4 + q];
      acc2_0 = fma(vec4f(a2.w), b3_0, fma(vec4f(a2.z), b2_0, fma(vec4f(a2.y), b1_0, fma(vec4f(a2.x), b0_0, acc2_0))));
      let a3 = sa[(ty * 4 + 3) * 4 + q];
      acc3_0 = fma(vec4f(a3.w), b3_0, fma(vec4f(a3.z), b2_0, fma(vec4f(a3.y), b1_0, fma(vec4f(a3.x), b0_0, acc3_0))));
    }
    workgroupBarrier();
  }
  finish(m + ty * 4, n / 4 + tx, acc0_0);
  finish(m + ty * 4 + 1, n / 4 + tx, acc1_0);
  finish(m + ty * 4 + 2, n / 4 + tx, acc2_0);
  finish(m + ty * 4 + 3, n / 4 + tx, acc3_0);
}
