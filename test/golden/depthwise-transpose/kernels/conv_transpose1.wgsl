// conv_transpose1 = conv2d_dx, add, relu: 2x4x4x3
// line 7: conv_transpose 3 3x3 stride 2 pad 1 output_pad 1 relu => 4x4x3
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, phase, row, column), n = channel, k = (window row, window column, filter); 32 x 3 x 144
alias T = f32;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 4; const W = 4; const C = 3; const KH = 3; const KW = 3; const OH = 2; const OW = 2; const F = 16;
const SY = 2; const SX = 2; const TOP = 1; const LEFT = 1; const DY = 1; const DX = 1;
// Rows of a picture are ordered by their phases in the stride, each PH x PW.
const PH = 2; const PW = 2;
@group(0) @binding(0) var<storage, read_write> depthwise2: array<vec4f, 32>;
@group(0) @binding(1) var<storage, read> conv_transpose1_weight: array<vec4f, 108>;
@group(0) @binding(2) var<storage, read> conv_transpose1_bias: array<f32, 3>;
@group(0) @binding(3) var<storage, read_write> conv_transpose1: array<f32, 96>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m / (H * W) * OH, (m / PW % PH * SY + m / (PH * PW * SX) % SY) + TOP, (m % PW * SX + m / (PH * PW) % SX) + LEFT);
}

// Where a's elements of a row start; -1 where they are all padding.
fn at(r: vec3i, ky: i32, kx: i32) -> i32 {
  let y = r.y - ky * DY;
  let x = r.z - kx * DX;
  if (y < 0 || y >= OH * SY || x < 0 || x >= OW * SX) { return -1; }
  if (y % SY != 0 || x % SX != 0) { return -1; }
  return ((r.x + y / SY) * OW + x / SX) * F;
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tile = i32(id.x);
  if (tile >= 24) { return; }
  let n = tile % 3;
  let m = tile / 3 * 4;
  let column = u32(n);
  let r0 = row(m);
  let r1 = row(m + 1);
  let r2 = row(m + 2);
  let r3 = row(m + 3);
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  for (var ky = 0; ky < 3; ky++) {
    for (var kx = 0; kx < 3; kx++) {
      let p0 = at(r0, ky, kx);
      let p1 = at(r1, ky, kx);
      let p2 = at(r2, ky, kx);
      let p3 = at(r3, ky, kx);
      if (max(max(max(p0, p1), p2), p3) < 0) { continue; }
      var q = (ky * KW + kx) * C * F;
      for (var f = 0; f < 16; f += 4) {
        let b0 = conv_transpose1_weight[(q + (n * 1 + 0) * 16 + f) / 4];
        acc0 += dot(select(vec4f(), depthwise2[(max(p0, 0) + f) / 4], p0 >= 0), b0);
        acc1 += dot(select(vec4f(), depthwise2[(max(p1, 0) + f) / 4], p1 >= 0), b0);
        acc2 += dot(select(vec4f(), depthwise2[(max(p2, 0) + f) / 4], p2 >= 0), b0);
        acc3 += dot(select(vec4f(), depthwise2[(max(p3, 0) + f) / 4], p3 >= 0), b0);
      }
    }
  }

  {
    let r = m + 0;
    let o0 = u32((r / (H * W) * H + (r / PW % PH * SY + r / (PH * PW * SX) % SY)) * W + (r % PW * SX + r / (PH * PW) % SX)) * 3u + column;
    let conv_transpose1_z_v_0 = acc0 + conv_transpose1_bias[column];
    let conv_transpose1_v_0 = max(conv_transpose1_z_v_0, T(0.0));
    conv_transpose1[o0] = conv_transpose1_v_0;
  }

  {
    let r = m + 1;
    let o1 = u32((r / (H * W) * H + (r / PW % PH * SY + r / (PH * PW * SX) % SY)) * W + (r % PW * SX + r / (PH * PW) % SX)) * 3u + column;
    let conv_transpose1_z_v_1 = acc1 + conv_transpose1_bias[column];
    let conv_transpose1_v_1 = max(conv_transpose1_z_v_1, T(0.0));
    conv_transpose1[o1] = conv_transpose1_v_1;
  }

  {
    let r = m + 2;
    let o2 = u32((r / (H * W) * H + (r / PW % PH * SY + r / (PH * PW * SX) % SY)) * W + (r % PW * SX + r / (PH * PW) % SX)) * 3u + column;
    let conv_transpose1_z_v_2 = acc2 + conv_transpose1_bias[column];
    let conv_transpose1_v_2 = max(conv_transpose1_z_v_2, T(0.0));
    conv_transpose1[o2] = conv_transpose1_v_2;
  }

  {
    let r = m + 3;
    let o3 = u32((r / (H * W) * H + (r / PW % PH * SY + r / (PH * PW * SX) % SY)) * W + (r % PW * SX + r / (PH * PW) % SX)) * 3u + column;
    let conv_transpose1_z_v_3 = acc3 + conv_transpose1_bias[column];
    let conv_transpose1_v_3 = max(conv_transpose1_z_v_3, T(0.0));
    conv_transpose1[o3] = conv_transpose1_v_3;
  }
}
