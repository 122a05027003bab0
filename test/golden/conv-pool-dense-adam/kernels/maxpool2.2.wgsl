// maxpool2 = conv2d, add, relu, maxpool2d, maxpool2d_winner: 8x4x4x8
// line 6: conv 8 2x2 relu => 4x4x8
// of which maxpool2d leaves 8x2x2x8
// line 7: maxpool 2x2 => 2x2x8
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, pooled row, pooled column, place of the window), n = filter, k = (window row, window column, channel); 128 x 8 x 16
alias T = vec4f;
alias U = vec4u;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 5; const W = 5; const C = 4; const KH = 2; const KW = 2; const OH = 4; const OW = 4; const F = 8;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
// Windows of WH x WW are pooled, PH x PW of them.
const WH = 2; const WW = 2; const PH = 2; const PW = 2;
@group(0) @binding(0) var<storage, read_write> maxpool1: array<vec4f, 200>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<vec4f, 32>;
@group(0) @binding(2) var<storage, read> conv2_bias: array<vec4f, 2>;
@group(0) @binding(3) var<storage, read_write> maxpool2: array<vec4f, 64>;
@group(0) @binding(4) var<storage, read_write> maxpool2_winner: array<u32, 64>;

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

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tile = i32(id.x);
  if (tile >= 32) { return; }
  let n = tile % 2;
  let m = tile / 2 * 8;
  let column = u32(n);
  let r0 = row(m);
  let r1 = row(m + 1);
  let r2 = row(m + 2);
  let r3 = row(m + 3);
  let r4 = row(m + 4);
  let r5 = row(m + 5);
  let r6 = row(m + 6);
  let r7 = row(m + 7);
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  var acc4 = T();
  var acc5 = T();
  var acc6 = T();
  var acc7 = T();
  for (var ky = 0; ky < 2; ky++) {
    let p0 = at(r0, ky);
    let p1 = at(r1, ky);
    let p2 = at(r2, ky);
    let p3 = at(r3, ky);
    let p4 = at(r4, ky);
    let p5 = at(r5, ky);
    let p6 = at(r6, ky);
    let p7 = at(r7, ky);
    var q = ky * KW * C * F;
    q += n * 4;
    for (var c = 0; c < 8; c += 4) {
      let b0 = conv2_weight[(q + c * 8) / 4];
      let b1 = conv2_weight[(q + (c + 1) * 8) / 4];
      let b2 = conv2_weight[(q + (c + 2) * 8) / 4];
      let b3 = conv2_weight[(q + (c + 3) * 8) / 4];
      acc0 += mat4x4f(b0, b1, b2, b3) * maxpool1[(p0 + c) / 4];
      acc1 += mat4x4f(b0, b1, b2, b3) * maxpool1[(p1 + c) / 4];
      acc2 += mat4x4f(b0, b1, b2, b3) * maxpool1[(p2 + c) / 4];
      acc3 += mat4x4f(b0, b1, b2, b3) * maxpool1[(p3 + c) / 4];
      acc4 += mat4x4f(b0, b1, b2, b3) * maxpool1[(p4 + c) / 4];
      acc5 += mat4x4f(b0, b1, b2, b3) * maxpool1[(p5 + c) / 4];
      acc6 += mat4x4f(b0, b1, b2, b3) * maxpool1[(p6 + c) / 4];
      acc7 += mat4x4f(b0, b1, b2, b3) * maxpool1[(p7 + c) / 4];
    }
  }

  {
    let r = m / 4;
    let o0 = u32(r) * 2u + column;
    let conv2_z_v_0 = acc0 + conv2_bias[column];
    let conv2_v_0 = max(conv2_z_v_0, T(0.0));
    let conv2_z_v_1 = acc1 + conv2_bias[column];
    let conv2_v_1 = max(conv2_z_v_1, T(0.0));
    let conv2_z_v_2 = acc2 + conv2_bias[column];
    let conv2_v_2 = max(conv2_z_v_2, T(0.0));
    let conv2_z_v_3 = acc3 + conv2_bias[column];
    let conv2_v_3 = max(conv2_z_v_3, T(0.0));
    var best = conv2_v_0;
    var first = U();
    var better = best < best;
    better = conv2_v_1 > best; best = select(best, conv2_v_1, better); first = select(first, U(1u), better);
    better = conv2_v_2 > best; best = select(best, conv2_v_2, better); first = select(first, U(2u), better);
    better = conv2_v_3 > best; best = select(best, conv2_v_3, better); first = select(first, U(3u), better);
    maxpool2[o0] = best;
    maxpool2_winner[o0] = dot(first, vec4u(1u, 256u, 65536u, 16777216u));
  }

  {
    let r = m / 4 + 1;
    let o1 = u32(r) * 2u + column;
    let conv2_z_v_4 = acc4 + conv2_bias[column];
    let conv2_v_4 = max(conv2_z_v_4, T(0.0));
    let conv2_z_v_5 = acc5 + conv2_bias[column];
    let conv2_v_5 = max(conv2_z_v_5, T(0.0));
    let conv2_z_v_6 = acc6 + conv2_bias[column];
    let conv2_v_6 = max(conv2_z_v_6, T(0.0));
    let conv2_z_v_7 = acc7 + conv2_bias[column];
    let conv2_v_7 = max(conv2_z_v_7, T(0.0));
    var best = conv2_v_4;
    var first = U();
    var better = best < best;
    better = conv2_v_5 > best; best = select(best, conv2_v_5, better); first = select(first, U(1u), better);
    better = conv2_v_6 > best; best = select(best, conv2_v_6, better); first = select(first, U(2u), better);
    better = conv2_v_7 > best; best = select(best, conv2_v_7, better); first = select(first, U(3u), better);
    maxpool2[o1] = best;
    maxpool2_winner[o1] = dot(first, vec4u(1u, 256u, 65536u, 16777216u));
  }
}
