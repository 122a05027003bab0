// maxpool1 = conv2d, add, relu, maxpool2d: 3x6x6x4
// line 5: conv 4 3x3 pad same relu l2 0.001
// of which maxpool2d leaves 3x3x3x4
// line 7: maxpool 2x2
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, pooled row, pooled column, place of the window), n = filter, k = (window row, window column, channel); 108 x 4 x 36
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 6; const W = 6; const C = 4; const KH = 3; const KW = 3; const OH = 6; const OW = 6; const F = 4;
const SY = 1; const SX = 1; const TOP = 1; const LEFT = 1; const DY = 1; const DX = 1;
// Windows of WH x WW are pooled, PH x PW of them.
const WH = 2; const WW = 2; const PH = 3; const PW = 3;
@group(0) @binding(0) var<storage, read_write> conv1: array<vec4f, 108>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<vec4f, 36>;
@group(0) @binding(2) var<storage, read> conv2_bias: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read_write> maxpool1: array<vec4f, 27>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  let p = m / (WH * WW);
  let y = p / PW % PH * WH + m % (WH * WW) / WW;
  let x = p % PW * WW + m % WW;
  return vec3i(p / (PH * PW) * H, y * SY - TOP, x * SX - LEFT);
}

// Where a's elements of a row start; -1 where they are all padding.
fn at(r: vec3i, ky: i32, kx: i32) -> i32 {
  let y = r.y + ky * DY;
  let x = r.z + kx * DX;
  if (y < 0 || y >= H || x < 0 || x >= W) { return -1; }
  return ((r.x + y) * W + x) * C;
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tile = i32(id.x);
  if (tile >= 14) { return; }
  let n = tile % 1;
  let m = tile / 1 * 8;
  let column = u32(n);
  let r0 = row(min(m, 107));
  let r1 = row(min(m + 1, 107));
  let r2 = row(min(m + 2, 107));
  let r3 = row(min(m + 3, 107));
  let r4 = row(min(m + 4, 107));
  let r5 = row(min(m + 5, 107));
  let r6 = row(min(m + 6, 107));
  let r7 = row(min(m + 7, 107));
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  var acc4 = T();
  var acc5 = T();
  var acc6 = T();
  var acc7 = T();
  for (var ky = 0; ky < 3; ky++) {
    for (var kx = 0; kx < 3; kx++) {
      let p0 = at(r0, ky, kx);
      let p1 = at(r1, ky, kx);
      let p2 = at(r2, ky, kx);
      let p3 = at(r3, ky, kx);
      let p4 = at(r4, ky, kx);
      let p5 = at(r5, ky, kx);
      let p6 = at(r6, ky, kx);
      let p7 = at(r7, ky, kx);
      var q = (ky * KW + kx) * C * F;
      q += n * 4;
      for (var c = 0; c < 4; c += 4) {
        let b0 = conv2_weight[(q + c * 4) / 4];
        let b1 = conv2_weight[(q + (c + 1) * 4) / 4];
        let b2 = conv2_weight[(q + (c + 2) * 4) / 4];
        let b3 = conv2_weight[(q + (c + 3) * 4) / 4];
        acc0 += mat4x4f(b0, b1, b2, b3) * select(vec4f(), conv1[(max(p0, 0) + c) / 4], p0 >= 0);
        acc1 += mat4x4f(b0, b1, b2, b3) * select(vec4f(), conv1[(max(p1, 0) + c) / 4], p1 >= 0);
        acc2 += mat4x4f(b0, b1, b2, b3) * select(vec4f(), conv1[(max(p2, 0) + c) / 4], p2 >= 0);
        acc3 += mat4x4f(b0, b1, b2, b3) * select(vec4f(), conv1[(max(p3, 0) + c) / 4], p3 >= 0);
        acc4 += mat4x4f(b0, b1, b2, b3) * select(vec4f(), conv1[(max(p4, 0) + c) / 4], p4 >= 0);
        acc5 += mat4x4f(b0, b1, b2, b3) * select(vec4f(), conv1[(max(p5, 0) + c) / 4], p5 >= 0);
        acc6 += mat4x4f(b0, b1, b2, b3) * select(vec4f(), conv1[(max(p6, 0) + c) / 4], p6 >= 0);
        acc7 += mat4x4f(b0, b1, b2, b3) * select(vec4f(), conv1[(max(p7, 0) + c) / 4], p7 >= 0);
      }
    }
  }

  if (m + 0 < 108) {
    let r = m / 4;
    let o0 = u32(r) * 1u + column;
    let conv2_z_v_0 = acc0 + conv2_bias[column];
    let conv2_v_0 = max(conv2_z_v_0, T(0.0));
    let conv2_z_v_1 = acc1 + conv2_bias[column];
    let conv2_v_1 = max(conv2_z_v_1, T(0.0));
    let conv2_z_v_2 = acc2 + conv2_bias[column];
    let conv2_v_2 = max(conv2_z_v_2, T(0.0));
    let conv2_z_v_3 = acc3 + conv2_bias[column];
    let conv2_v_3 = max(conv2_z_v_3, T(0.0));
    let best = max(max(max(conv2_v_0, conv2_v_1), conv2_v_2), conv2_v_3);
    maxpool1[o0] = best;
  }

  if (m + 4 < 108) {
    let r = m / 4 + 1;
    let o1 = u32(r) * 1u + column;
    let conv2_z_v_4 = acc4 + conv2_bias[column];
    let conv2_v_4 = max(conv2_z_v_4, T(0.0));
    let conv2_z_v_5 = acc5 + conv2_bias[column];
    let conv2_v_5 = max(conv2_z_v_5, T(0.0));
    let conv2_z_v_6 = acc6 + conv2_bias[column];
    let conv2_v_6 = max(conv2_z_v_6, T(0.0));
    let conv2_z_v_7 = acc7 + conv2_bias[column];
    let conv2_v_7 = max(conv2_z_v_7, T(0.0));
    let best = max(max(max(conv2_v_4, conv2_v_5), conv2_v_6), conv2_v_7);
    maxpool1[o1] = best;
  }
}
