// d_conv1.weight = conv2d_dw, sum: 3x3x1x4
// line 4: conv 4 3x3 relu => 10x10x4
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (window row, window column, channel), n = filter, k = (picture, row, column); 9 x 4 x 800
// A workgroup makes 16 x 16 of y, 16 steps of k at a time; an invocation 4 x 4.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 12; const W = 12; const C = 1; const KH = 3; const KW = 3; const OH = 10; const OW = 10; const F = 4;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 1152>;
@group(0) @binding(1) var<storage, read_write> d_conv1_z: array<vec4f, 800>;
@group(0) @binding(2) var<storage, read_write> d_conv1_bias: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read_write> d_conv1_weight: array<vec4f, 9>;
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
  let image = k / 100;
  let oy = k / 10 % 10;
  let ox = k % 10;
  let p = at(r, image, oy);
  return p + ox;
}

// The element of b at step k, column 0.
fn b_at(k: i32) -> i32 {
  let image = k / 100;
  let oy = k / 10 % 10;
  let ox = k % 10;
  return (image * OH + oy) * OW * F + ox * 4;
}

fn finish(r: i32, c: i32, value: T) {
  if (r >= 9 || c >= 1) { return; }
  let column = u32(c);
  let o = u32(r) * 1u + column;
  d_conv1_weight[o] = value;
}

@compute @workgroup_size(16)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) id: u32) {
  let t = i32(tile.x);
  let lane = i32(id);
  let tx = lane % 4;
  let ty = lane / 4;
  let n = 0;
  let m = t * 16;
  let r0 = row(min(m + lane / 4, 8));
  let r1 = row(min(m + (lane + 16) / 4, 8));
  let r2 = row(min(m + (lane + 32) / 4, 8));
  let r3 = row(min(m + (lane + 48) / 4, 8));
  var acc0_0 = vec4f();
  var acc1_0 = vec4f();
  var acc2_0 = vec4f();
  var acc3_0 = vec4f();
  var bias0 = vec4f();
  for (var k0 = 0; k0 < 800; k0 += 16) {
    {
      let k = k0 + lane % 4 * 4;
      let p0 = a_at(r0, k + 0);
      let p1 = a_at(r0, k + 1);
      let p2 = a_at(r0, k + 2);
      let p3 = a_at(r0, k + 3);
      sa[lane] = vec4f(x[p0], x[p1], x[p2], x[p3]);
    }
    {
      let k = k0 + (lane + 16) % 4 * 4;
      let p0 = a_at(r1, k + 0);
      let p1 = a_at(r1, k + 1);
      let p2 = a_at(r1, k + 2);
      let p3 = a_at(r1, k + 3);
      sa[lane + 16] = vec4f(x[p0], x[p1], x[p2], x[p3]);
    }
    {
      let k = k0 + (lane + 32) % 4 * 4;
      let p0 = a_at(r2, k + 0);
      let p1 = a_at(r2, k + 1);
      let p2 = a_at(r2, k + 2);
      let p3 = a_at(r2, k + 3);
      sa[lane + 32] = vec4f(x[p0], x[p1], x[p2], x[p3]);
    }
    {
      let k = k0 + (lane + 48) % 4 * 4;
      let p0 = a_at(r3, k + 0);
      let p1 = a_at(r3, k + 1);
      let p2 = a_at(r3, k + 2);
      let p3 = a_at(r3, k + 3);
      sa[lane + 48] = vec4f(x[p0], x[p1], x[p2], x[p3]);
    }
    {
      let k = k0 + lane / 4;
      let c = n + lane % 4 * 4;
      let q = b_at(k) + c;
      sb[lane] = select(vec4f(), d_conv1_z[select(0, q, c < 4) / 4], c < 4);
    }
    {
      let k = k0 + (lane + 16) / 4;
      let c = n + (lane + 16) % 4 * 4;
      let q = b_at(k) + c;
      sb[lane + 16] = select(vec4f(), d_conv1_z[select(0, q, c < 4) / 4], c < 4);
    }
    {
      let k = k0 + (lane + 32) / 4;
      let c = n + (lane + 32) % 4 * 4;
      let q = b_at(k) + c;
      sb[lane + 32] = select(vec4f(), d_conv1_z[select(0, q, c < 4) / 4], c < 4);
    }
    {
      let k = k0 + (lane + 48) / 4;
      let c = n + (lane + 48) % 4 * 4;
      let q = b_at(k) + c;
      sb[lane + 48] = select(vec4f(), d_conv1_z[select(0, q, c < 4) / 4], c < 4);
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
      bias0 += b0_0 + b1_0 + b2_0 + b3_0;
    }
    workgroupBarrier();
  }
  finish(m + ty * 4, n / 4 + tx, acc0_0);
  finish(m + ty * 4 + 1, n / 4 + tx, acc1_0);
  finish(m + ty * 4 + 2, n / 4 + tx, acc2_0);
  finish(m + ty * 4 + 3, n / 4 + tx, acc3_0);
  if (m == 0 && ty == 0) {
    if (n / 4 + tx < 1) { d_conv1_bias[n / 4 + tx] = bias0; }
  }
}
