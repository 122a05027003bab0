enable f16;
// d_conv1.weight = conv2d_dw: 3x3x2x4
// line 4: conv 4 3x3 nobias
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (window row, window column, channel), n = filter, k = (picture, row, column); 18 x 4 x 392
// A workgroup makes 32 x 16 of y, 16 steps of k at a time; an invocation 4 x 4.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 9; const W = 9; const C = 2; const KH = 3; const KW = 3; const OH = 7; const OW = 7; const F = 4;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 1296>;
@group(0) @binding(1) var<storage, read_write> d_conv1_half: array<vec4h, 392>;
@group(0) @binding(2) var<storage, read_write> d_conv1_weight: array<vec4f, 18>;
var<workgroup> sa: array<vec4f, 128>;
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
  let image = k / 49;
  let oy = k / 7 % 7;
  let ox = k % 7;
  let p = at(r, image, oy);
  return p + ox * 2;
}

// The element of b at step k, column 0.
fn b_at(k: i32) -> i32 {
  let image = k / 49;
  let oy = k / 7 % 7;
  let ox = k % 7;
  return (image * OH + oy) * OW * F + ox * 4;
}

fn finish(r: i32, c: i32, value: T) {
  if (r >= 18 || c >= 1) { return; }
  let column = u32(c);
  let o = u32(r) * 1u + column;
  d_conv1_weight[o] = value;
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) id: u32) {
  let t = i32(tile.x);
  let lane = i32(id);
  let tx = lane % 4;
  let ty = lane / 4;
  let n = 0;
  let m = t * 32;
  let r0_0 = row(min(m + lane % 8 * 4 + 0, 17));
  let r0_1 = row(min(m + lane % 8 * 4 + 1, 17));
  let r0_2 = row(min(m + lane % 8 * 4 + 2, 17));
  let r0_3 = row(min(m + lane % 8 * 4 + 3, 17));
  let r1_0 = row(min(m + (lane + 32) % 8 * 4 + 0, 17));
  let r1_1 = row(min(m + (lane + 32) % 8 * 4 + 1, 17));
  let r1_2 = row(min(m + (lane + 32) % 8 * 4 + 2, 17));
  let r1_3 = row(min(m + (lane + 32) % 8 * 4 + 3, 17));
  let r2_0 = row(min(m + (lane + 64) % 8 * 4 + 0, 17));
  let r2_1 = row(min(m + (lane + 64) % 8 * 4 + 1, 17));
  let r2_2 = row(min(m + (lane + 64) % 8 * 4 + 2, 17));
  let r2_3 = row(min(m + (lane + 64) % 8 * 4 + 3, 17));
  let r3_0 = row(min(m + (lane + 96) % 8 * 4 + 0, 17));
  let r3_1 = row(min(m + (lane + 96) % 8 * 4 + 1, 17));
  let r3_2 = row(min(m + (lane + 96) % 8 * 4 + 2, 17));
  let r3_3 = row(min(m + (lane + 96) % 8 * 4 + 3, 17));
  var acc0_0 = vec4f();
  var acc1_0 = vec4f();
  var acc2_0 = vec4f();
  var acc3_0 = vec4f();
  for (var k0 = 0; k0 < 392; k0 += 16) {
    {
      let k = k0 + lane / 8;
      let p0 = a_at(r0_0, k);
      let p1 = a_at(r0_1, k);
      let p2 = a_at(r0_2, k);
      let p3 = a_at(r0_3, k);
      sa[lane] = vec4f(select(0.0, x[select(0, p0, k < 392)], k < 392), select(0.0, x[select(0, p1, k < 392)], k < 392), select(0.0, x[select(0, p2, k < 392)], k < 392), select(0.0, x[select(0, p3, k < 392)], k < 392));
    }
    {
      let k = k0 + (lane + 32) / 8;
      let p0 = a_at(r1_0, k);
      let p1 = a_at(r1_1, k);
      let p2 = a_at(r1_2, k);
      let p3 = a_at(r1_3, k);
      sa[lane + 32] = vec4f(select(0.0, x[select(0, p0, k < 392)], k < 392), select(0.0, x[select(0, p1, k < 392)], k < 392), select(0.0, x[select(0, p2, k < 392)], k < 392), select(0.0, x[select(0, p3, k < 392)], k < 392));
    }
    {
      let k = k0 + (lane + 64) / 8;
      let p0 = a_at(r2_0, k);
      let p1 = a_at(r2_1, k);
      let p2 = a_at(r2_2, k);
      let p3 = a_at(r2_3, k);
      sa[lane + 64] = vec4f(select(0.0, x[select(0, p0, k < 392)], k < 392), select(0.0, x[select(0, p1, k < 392)], k < 392), select(0.0, x[select(0, p2, k < 392)], k < 392), select(0.0, x[select(0, p3, k < 392)], k < 392));
    }
    {
      let k = k0 + (lane + 96) / 8;
      let p0 = a_at(r3_0, k);
      let p1 = a_at(r3_1, k);
      let p2 = a_at(r3_2, k);
      let p3 = a_at(r3_3, k);
      sa[lane + 96] = vec4f(select(0.0, x[select(0, p0, k < 392)], k < 392), select(0.0, x[select(0, p1, k < 392)], k < 392), select(0.0, x[select(0, p2, k < 392)], k < 392), select(0.0, x[select(0, p3, k < 392)], k < 392));
    }
    {
      let k = k0 + lane / 4;
      let c = n + lane % 4 * 4;
      let q = b_at(k) + c;
      sb[lane] = select(vec4f(), vec4f(d_conv1_half[select(0, q, k < 392 && c < 4) / 4]), k < 392 && c < 4);
    }
    {
      let k = k0 + (lane + 32) / 4;
      let c = n + (lane + 32) % 4 * 4;
      let q = b_at(k) + c;
      sb[lane + 32] = select(vec4f(), vec4f(d_conv1_half[select(0, q, k < 392 && c < 4) / 4]), k < 392 && c < 4);
    }
    workgroupBarrier();
    for (var q = 0; q < 4; q++) {
      let b0_0 = sb[(q * 4) * 4 + tx];
      let a0_0 = sa[(q * 4) * 8 + ty];
      acc0_0 = fma(vec4f(a0_0[0]), b0_0, acc0_0);
      acc1_0 = fma(vec4f(a0_0[1]), b0_0, acc1_0);
      acc2_0 = fma(vec4f(a0_0[2]), b0_0, acc2_0);
      acc3_0 = fma(vec4f(a0_0[3]), b0_0, acc3_0);
      let b1_0 = sb[(q * 4 + 1) * 4 + tx];
      let a1_0 = sa[(q * 4 + 1) * 8 + ty];
      acc0_0 = fma(vec4f(a1_0[0]), b1_0, acc0_0);
      acc1_0 = fma(vec4f(a1_0[1]), b1_0, acc1_0);
      acc2_0 = fma(vec4f(a1_0[2]), b1_0, acc2_0);
      acc3_0 = fma(vec4f(a1_0[3]), b1_0, acc3_0);
      let b2_0 = sb[(q * 4 + 2) * 4 + tx];
      let a2_0 = sa[(q * 4 + 2) * 8 + ty];
      acc0_0 = fma(vec4f(a2_0[0]), b2_0, acc0_0);
      acc1_0 = fma(vec4f(a2_0[1]), b2_0, acc1_0);
      acc2_0 = fma(vec4f(a2_0[2]), b2_0, acc2_0);
      acc3_0 = fma(vec4f(a2_0[3]), b2_0, acc3_0);
      let b3_0 = sb[(q * 4 + 3) * 4 + tx];
      let a3_0 = sa[(q * 4 + 3) * 8 + ty];
      acc0_0 = fma(vec4f(a3_0[0]), b3_0, acc0_0);
      acc1_0 = fma(vec4f(a3_0[1]), b3_0, acc1_0);
      acc2_0 = fma(vec4f(a3_0[2]), b3_0, acc2_0);
      acc3_0 = fma(vec4f(a3_0[3]), b3_0, acc3_0);
    }
    workgroupBarrier();
  }
  finish(m + ty * 4, n / 4 + tx, acc0_0);
  finish(m + ty * 4 + 1, n / 4 + tx, acc1_0);
  finish(m + ty * 4 + 2, n / 4 + tx, acc2_0);
  finish(m + ty * 4 + 3, n / 4 + tx, acc3_0);
}
