enable f16;
// d_conv2.weight = conv2d_dw, sum: 2x2x4x8
// line 7: conv 8 2x2 relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (window row, window column, channel), n = filter, k = (picture, row, column); 16 x 8 x 32
// A workgroup makes 16 x 16 of y, 16 steps of k at a time; an invocation 4 x 4.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 3; const W = 3; const C = 4; const KH = 2; const KW = 2; const OH = 2; const OW = 2; const F = 8;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> maxpool1_half: array<vec4h, 72>;
@group(0) @binding(1) var<storage, read_write> d_conv2_z_half: array<vec4h, 64>;
@group(0) @binding(2) var<storage, read_write> d_conv2_bias: array<vec4f, 2>;
@group(0) @binding(3) var<storage, read_write> d_conv2_weight: array<vec4f, 32>;
var<workgroup> sa: array<vec4f, 64>;
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
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) id: u32) {
  let t = i32(tile.x);
  let lane = i32(id);
  let tx = lane % 4;
  let ty = lane / 4;
  let n = 0;
  let m = t * 16;
  let r0 = row(m + lane % 4 * 4);
  let r1 = row(m + (lane + 16) % 4 * 4);
  let r2 = row(m + (lane + 32) % 4 * 4);
  let r3 = row(m + (lane + 48) % 4 * 4);
  var acc0_0 = vec4f();
  var acc1_0 = vec4f();
  var acc2_0 = vec4f();
  var acc3_0 = vec4f();
  var bias0 = vec4f();
  for (var k0 = 0; k0 < 32; k0 += 16) {
    {
      let k = k0 + lane / 4;
      let p = a_at(r0, k);
      sa[lane] = vec4f(maxpool1_half[p / 4]);
    }
    {
      let k = k0 + (lane + 16) / 4;
      let p = a_at(r1, k);
      sa[lane + 16] = vec4f(maxpool1_half[p / 4]);
    }
    {
      let k = k0 + (lane + 32) / 4;
      let p = a_at(r2, k);
      sa[lane + 32] = vec4f(maxpool1_half[p / 4]);
    }
    {
      let k = k0 + (lane + 48) / 4;
      let p = a_at(r3, k);
      sa[lane + 48] = vec4f(maxpool1_half[p / 4]);
    }
    {
      let k = k0 + lane / 4;
      let c = n + lane % 4 * 4;
      let q = b_at(k) + c;
      sb[lane] = select(vec4f(), vec4f(d_conv2_z_half[select(0, q, c < 8) / 4]), c < 8);
    }
    {
      let k = k0 + (lane + 16) / 4;
      let c = n + (lane + 16) % 4 * 4;
      let q = b_at(k) + c;
      sb[lane + 16] = select(vec4f(), vec4f(d_conv2_z_half[select(0, q, c < 8) / 4]), c < 8);
    }
    {
      let k = k0 + (lane + 32) / 4;
      let c = n + (lane + 32) % 4 * 4;
      let q = b_at(k) + c;
      sb[lane + 32] = select(vec4f(), vec4f(d_conv2_z_half[select(0, q, c < 8) / 4]), c < 8);
    }
    {
      let k = k0 + (lane + 48) / 4;
      let c = n + (lane + 48) % 4 * 4;
      let q = b_at(k) + c;
      sb[lane + 48] = select(vec4f(), vec4f(d_conv2_z_half[select(0, q, c < 8) / 4]), c < 8);
    }
    workgroupBarrier();
    for (var q = 0; q < 4; q++) {
      let b0_0 = sb[(q * 4) * 4 + tx];
      let a0_0 = sa[(q * 4) * 4 + ty];
      acc0_0 = fma(vec4f(a0_0[0]), b0_0, acc0_0);
      acc1_0 = fma(vec4f(a0_0[1]), b0_0, acc1_0);
      acc2_0 = fma(vec4f(a0_0[2]), b0_0, acc2_0);
      acc3_0 = fma(vec4f(a0_0[3]), b0_0, acc3_0);
      let b1_0 = sb[(q * 4 + 1) * 4 + tx];
      let a1_0 = sa[(q * 4 + 1) * 4 + ty];
      acc0_0 = fma(vec4f(a1_0[0]), b1_0, acc0_0);
      acc1_0 = fma(vec4f(a1_0[1]), b1_0, acc1_0);
      acc2_0 = fma(vec4f(a1_0[2]), b1_0, acc2_0);
      acc3_0 = fma(vec4f(a1_0[3]), b1_0, acc3_0);
      let b2_0 = sb[(q * 4 + 2) * 4 + tx];
      let a2_0 = sa[(q * 4 + 2) * 4 + ty];
      acc0_0 = fma(vec4f(a2_0[0]), b2_0, acc0_0);
      acc1_0 = fma(vec4f(a2_0[1]), b2_0, acc1_0);
      acc2_0 = fma(vec4f(a2_0[2]), b2_0, acc2_0);
      acc3_0 = fma(vec4f(a2_0[3]), b2_0, acc3_0);
      let b3_0 = sb[(q * 4 + 3) * 4 + tx];
      let a3_0 = sa[(q * 4 + 3) * 4 + ty];
      acc0_0 = fma(vec4f(a3_0[0]), b3_0, acc0_0);
      acc1_0 = fma(vec4f(a3_0[1]), b3_0, acc1_0);
      acc2_0 = fma(vec4f(a3_0[2]), b3_0, acc2_0);
      acc3_0 = fma(vec4f(a3_0[3]), b3_0, acc3_0);
      bias0 += b0_0 + b1_0 + b2_0 + b3_0;
    }
    workgroupBarrier();
  }
  finish(m + ty * 4, n / 4 + tx, acc0_0);
  finish(m + ty * 4 + 1, n / 4 + tx, acc1_0);
  finish(m + ty * 4 + 2, n / 4 + tx, acc2_0);
  finish(m + ty * 4 + 3, n / 4 + tx, acc3_0);
  if (m == 0 && ty == 0) {
    if (n / 4 + tx < 2) { d_conv2_bias[n / 4 + tx] = bias0; }
  }
}
