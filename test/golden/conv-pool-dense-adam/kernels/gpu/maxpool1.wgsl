// maxpool1 = conv2d, add, relu, maxpool2d: 8x10x10x4
// line 4: conv 4 3x3 relu => 10x10x4
// of which maxpool2d leaves 8x5x5x4
// line 5: maxpool 2x2 => 5x5x4
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, pooled row, pooled column, place of the window), n = filter, k = (window row, window column, channel); 800 x 4 x 9
// A workgroup makes 32 x 16 of y, 16 steps of k at a time; an invocation 4 x 4.
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
var<workgroup> sa: array<vec4f, 128>;
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
  for (var k0 = 0; k0 < 9; k0 += 16) {
    {
      let k = k0 + lane % 4 * 4;
      let p0 = a_at(r0, k + 0);
      let p1 = a_at(r0, k + 1);
      let p2 = a_at(r0, k + 2);
      let p3 = a_at(r0, k + 3);
      sa[lane] = vec4f(select(0.0, x[select(0, p0, k + 0 < 9)], k + 0 < 9), select(0.0, x[select(0, p1, k + 1 < 9)], k + 1 < 9), select(0.0, x[select(0, p2, k + 2 < 9)], k + 2 < 9), select(0.0, x[select(0, p3, k + 3 < 9)], k + 3 < 9));
    }
    {
      let k = k0 + (lane + 32) % 4 * 4;
      let p0 = a_at(r1, k + 0);
      let p1 = a_at(r1, k + 1);
      let p2 = a_at(r1, k + 2);
      let p3 = a_at(r1, k + 3);
      sa[lane + 32] = vec4f(select(0.0, x[select(0, p0, k + 0 < 9)], k + 0 < 9), select(0.0, x[select(0, p1, k + 1 < 9)], k + 1 < 9), select(0.0, x[select(0, p2, k + 2 < 9)], k + 2 < 9), select(0.0, x[select(0, p3, k + 3 < 9)], k + 3 < 9));
    }
    {
      let k = k0 + (lane + 64) % 4 * 4;
      let p0 = a_at(r2, k + 0);
      let p1 = a_at(r2, k + 1);
      let p2 = a_at(r2, k + 2);
      let p3 = a_at(r2, k + 3);
      sa[lane + 64] = vec4f(select(0.0, x[select(0, p0, k + 0 < 9)], k + 0 < 9), select(0.0, x[select(0, p1, k + 1 < 9)], k + 1 < 9), select(0.0, x[select(0, p2, k + 2 < 9)], k + 2 < 9), select(0.0, x[select(0, p3, k + 3 < 9)], k + 3 < 9));
    }
    {
      let k = k0 + (lane + 96) % 4 * 4;
      let p0 = a_at(r3, k + 0);
      let p1 = a_at(r3, k + 1);
      let p2 = a_at(r3, k + 2);
      let p3 = a_at(r3, k + 3);
      sa[lane + 96] = vec4f(select(0.0, x[select(0, p0, k + 0 < 9)], k + 0 < 9), select(0.0, x[select(0, p1, k + 1 < 9)], k + 1 < 9), select(0.0, x[select(0, p2, k + 2 < 9)], k + 2 < 9), select(0.0, x[select(0, p3, k + 3 < 9)], k + 3 < 9));
    }
    {
      let k = k0 + lane / 4;
      let c = n + lane % 4 * 4;
      let q = b_at(k) + c;
      sb[lane] = select(vec4f(), conv1_weight[select(0, q, k < 9 && c < 4) / 4], k < 9 && c < 4);
    }
    {
      let k = k0 + (lane + 32) / 4;
      let c = n + (lane + 32) % 4 * 4;
      let q = b_at(k) + c;
      sb[lane + 32] = select(vec4f(), conv1_weight[select(0, q, k < 9 && c < 4) / 4], k < 9 && c < 4);
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
  finish((m + ty * 4) / 4, n / 4 + tx, acc0_0, acc1_0, acc2_0, acc3_0);
}
