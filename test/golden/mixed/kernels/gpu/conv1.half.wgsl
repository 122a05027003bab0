enable f16;
// conv1.half = conv2d, half: 8x7x7x4
// line 4: conv 4 3x3 nobias
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 392 x 4 x 18
// A workgroup makes 32 x 16 of y, 16 steps of k at a time; an invocation 4 x 4.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 9; const W = 9; const C = 2; const KH = 3; const KW = 3; const OH = 7; const OW = 7; const F = 4;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 1296>;
@group(0) @binding(1) var<storage, read> conv1_weight: array<vec4f, 18>;
@group(0) @binding(2) var<storage, read_write> conv1_half: array<vec4h, 392>;
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
  let ky = k / 6;
  let c = k % 6;
  let p = at(r, ky);
  return p + c;
}

// The element of b at step k, column 0.
fn b_at(k: i32) -> i32 {
  let ky = k / 6;
  let c = k % 6;
  return ky * KW * C * F + c * 4;
}

fn finish(r: i32, c: i32, value: T) {
  if (r >= 392 || c >= 1) { return; }
  let column = u32(c);
  let o = u32(r) * 1u + column;
  let conv1_half_v = T(vec4h(value));
  conv1_half[o] = vec4h(conv1_half_v);
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) id: u32) {
  let t = i32(tile.x);
  let lane = i32(id);
  let tx = lane % 4;
  let ty = lane / 4;
  let n = 0;
  let m = t * 32;
  let r0 = row(min(m + lane / 4, 391));
  let r1 = row(min(m + (lane + 32) / 4, 391));
  let r2 = row(min(m + (lane + 64) / 4, 391));
  let r3 = row(min(m + (lane + 96) / 4, 391));
  var acc0_0 = vec4f();
  var acc1_0 = vec4f();
  var acc2_0 = vec4f();
  var acc3_0 = vec4f();
  for (var k0 = 0; k0 < 18; k0 += 16) {
    {
      let k = k0 + lane % 4 * 4;
      let p0 = a_at(r0, k + 0);
      let p1 = a_at(r0, k + 1);
      let p2 = a_at(r0, k + 2);
      let p3 = a_at(r0, k + 3);
      sa[lane] = vec4f(select(0.0, x[select(0, p0, k + 0 < 18)], k + 0 < 18), select(0.0, x[select(0, p1, k + 1 < 18)], k + 1 < 18), select(0.0, x[select(0, p2, k + 2 < 18)], k + 2 < 18), select(0.0, x[select(0, p3, k + 3 < 18)], k + 3 < 18));
    }
    {
      let k = k0 + (lane + 32) % 4 * 4;
      let p0 = a_at(r1, k + 0);
      let p1 = a_at(r1, k + 1);
      let p2 = a_at(r1, k + 2);
      let p3 = a_at(r1, k + 3);
      sa[lane + 32] = vec4f(select(0.0, x[select(0, p0, k + 0 < 18)], k + 0 < 18), select(0.0, x[select(0, p1, k + 1 < 18)], k + 1 < 18), select(0.0, x[select(0, p2, k + 2 < 18)], k + 2 < 18), select(0.0, x[select(0, p3, k + 3 < 18)], k + 3 < 18));
    }
    {
      let k = k0 + (lane + 64) % 4 * 4;
      let p0 = a_at(r2, k + 0);
      let p1 = a_at(r2, k + 1);
      let p2 = a_at(r2, k + 2);
      let p3 = a_at(r2, k + 3);
      sa[lane + 64] = vec4f(select(0.0, x[select(0, p0, k + 0 < 18)], k + 0 < 18), select(0.0, x[select(0, p1, k + 1 < 18)], k + 1 < 18), select(0.0, x[select(0, p2, k + 2 < 18)], k + 2 < 18), select(0.0, x[select(0, p3, k + 3 < 18)], k + 3 < 18));
    }
    {
      let k = k0 + (lane + 96) % 4 * 4;
      let p0 = a_at(r3, k + 0);
      let p1 = a_at(r3, k + 1);
      let p2 = a_at(r3, k + 2);
      let p3 = a_at(r3, k + 3);
      sa[lane + 96] = vec4f(select(0.0, x[select(0, p0, k + 0 < 18)], k + 0 < 18), select(0.0, x[select(0, p1, k + 1 < 18)], k + 1 < 18), select(0.0, x[select(0, p2, k + 2 < 18)], k + 2 < 18), select(0.0, x[select(0, p3, k + 3 < 18)], k + 3 < 18));
    }
    {
      let k = k0 + lane / 4;
      let c = n + lane % 4 * 4;
      let q = b_at(k) + c;
      sb[lane] = select(vec4f(), conv1_weight[select(0, q, k < 18 && c < 4) / 4], k < 18 && c < 4);
    }
    {
      let k = k0 + (lane + 32) / 4;
      let c = n + (lane + 32) % 4 * 4;
      let q = b_at(k) + c;
      sb[lane + 32] = select(vec4f(), conv1_weight[select(0, q, k < 18 && c < 4) / 4], k < 18 && c < 4);
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
