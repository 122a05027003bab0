// maxpool2 = conv2d, add, relu, maxpool2d: 8x4x4x8
// line 6: conv 8 2x2 relu => 4x4x8
// of which maxpool2d leaves 8x2x2x8
// line 7: maxpool 2x2 => 2x2x8
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, pooled row, pooled column, place of the window), n = filter, k = (window row, window column, channel); 128 x 8 x 16
// A workgroup makes 32 x 16 of y, 16 steps of k at a time; an invocation 4 x 4.
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
      sa[lane] = maxpool1[p / 4];
    }
    {
      let k = k0 + (lane + 32) % 4 * 4;
      let p = a_at(r1, k);
      sa[lane + 32] = maxpool1[p / 4];
    }
    {
      let k = k0 + (lane + 64) % 4 * 4;
      let p = a_at(r2, k);
      sa[lane + 64] = maxpool1[p / 4];
    }
    {
      let k = k0 + (lane + 96) % 4 * 4;
      let p = a_at(r3, k);
      sa[lane + 96] = maxpool1[p / 4];
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
  finish((m + ty * 4) / 4, n / 4 + tx, acc0_0, acc1_0, acc2_0, acc3_0);
}
