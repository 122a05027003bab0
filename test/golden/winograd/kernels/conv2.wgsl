// conv2 = conv2d, add, relu: 4x9x9x12
// line 5: conv 12 3x3 pad same relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 324 x 12 x 108
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 9; const W = 9; const C = 12; const KH = 3; const KW = 3; const OH = 9; const OW = 9; const F = 12;
const SY = 1; const SX = 1; const TOP = 1; const LEFT = 1; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> conv1: array<vec4f, 972>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<vec4f, 324>;
@group(0) @binding(2) var<storage, read> conv2_bias: array<vec4f, 3>;
@group(0) @binding(3) var<storage, read_write> conv2: array<vec4f, 972>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m / (OH * OW) * H, m / OW % OH * SY - TOP, m % OW * SX - LEFT);
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
  if (tile >= 123) { return; }
  let n = tile % 3;
  let m = tile / 3 * 8;
  let column = u32(n);
  let r0 = row(min(m, 323));
  let r1 = row(min(m + 1, 323));
  let r2 = row(min(m + 2, 323));
  let r3 = row(min(m + 3, 323));
  let r4 = row(min(m + 4, 323));
  let r5 = row(min(m + 5, 323));
  let r6 = row(min(m + 6, 323));
  let r7 = row(min(m + 7, 323));
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
      for (var c = 0; c < 12; c += 4) {
        let b0 = conv2_weight[(q + c * 12) / 4];
        let b1 = conv2_weight[(q + (c + 1) * 12) / 4];
        let b2 = conv2_weight[(q + (c + 2) * 12) / 4];
        let b3 = conv2_weight[(q + (c + 3) * 12) / 4];
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

  if (m + 0 < 324) {
    let o0 = u32(m + 0) * 3u + column;
    let conv2_z_v_0 = acc0 + conv2_bias[column];
    let conv2_v_0 = max(conv2_z_v_0, T(0.0));
    conv2[o0] = conv2_v_0;
  }

  if (m + 1 < 324) {
    let o1 = u32(m + 1) * 3u + column;
    let conv2_z_v_1 = acc1 + conv2_bias[column];
    let conv2_v_1 = max(conv2_z_v_1, T(0.0));
    conv2[o1] = conv2_v_1;
  }

  if (m + 2 < 324) {
    let o2 = u32(m + 2) * 3u + column;
    let conv2_z_v_2 = acc2 + conv2_bias[column];
    let conv2_v_2 = max(conv2_z_v_2, T(0.0));
    conv2[o2] = conv2_v_2;
  }

  if (m + 3 < 324) {
    let o3 = u32(m + 3) * 3u + column;
    let conv2_z_v_3 = acc3 + conv2_bias[column];
    let conv2_v_3 = max(conv2_z_v_3, T(0.0));
    conv2[o3] = conv2_v_3;
  }

  if (m + 4 < 324) {
    let o4 = u32(m + 4) * 3u + column;
    let conv2_z_v_4 = acc4 + conv2_bias[column];
    let conv2_v_4 = max(conv2_z_v_4, T(0.0));
    conv2[o4] = conv2_v_4;
  }

  if (m + 5 < 324) {
    let o5 = u32(m + 5) * 3u + column;
    let conv2_z_v_5 = acc5 + conv2_bias[column];
    let conv2_v_5 = max(conv2_z_v_5, T(0.0));
    conv2[o5] = conv2_v_5;
  }

  if (m + 6 < 324) {
    let o6 = u32(m + 6) * 3u + column;
    let conv2_z_v_6 = acc6 + conv2_bias[column];
    let conv2_v_6 = max(conv2_z_v_6, T(0.0));
    conv2[o6] = conv2_v_6;
  }

  if (m + 7 < 324) {
    let o7 = u32(m + 7) * 3u + column;
    let conv2_z_v_7 = acc7 + conv2_bias[column];
    let conv2_v_7 = max(conv2_z_v_7, T(0.0));
    conv2[o7] = conv2_v_7;
  }
}
