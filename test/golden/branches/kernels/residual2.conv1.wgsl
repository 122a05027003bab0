// residual2.conv1 = conv2d, add, relu: 4x4x4x8
// line 4: conv c 3x3 stride s pad same relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 64 x 8 x 36
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 8; const W = 8; const C = 4; const KH = 3; const KW = 3; const OH = 4; const OW = 4; const F = 8;
const SY = 2; const SX = 2; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> residual1_add1: array<vec4f, 256>;
@group(0) @binding(1) var<storage, read> residual2_conv1_weight: array<vec4f, 72>;
@group(0) @binding(2) var<storage, read> residual2_conv1_bias: array<vec4f, 2>;
@group(0) @binding(3) var<storage, read_write> residual2_conv1: array<vec4f, 128>;

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
  if (tile >= 16) { return; }
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
        let b0 = residual2_conv1_weight[(q + c * 8) / 4];
        let b1 = residual2_conv1_weight[(q + (c + 1) * 8) / 4];
        let b2 = residual2_conv1_weight[(q + (c + 2) * 8) / 4];
        let b3 = residual2_conv1_weight[(q + (c + 3) * 8) / 4];
        acc0 += mat4x4f(b0, b1, b2, b3) * select(vec4f(), residual1_add1[(max(p0, 0) + c) / 4], p0 >= 0);
        acc1 += mat4x4f(b0, b1, b2, b3) * select(vec4f(), residual1_add1[(max(p1, 0) + c) / 4], p1 >= 0);
        acc2 += mat4x4f(b0, b1, b2, b3) * select(vec4f(), residual1_add1[(max(p2, 0) + c) / 4], p2 >= 0);
        acc3 += mat4x4f(b0, b1, b2, b3) * select(vec4f(), residual1_add1[(max(p3, 0) + c) / 4], p3 >= 0);
        acc4 += mat4x4f(b0, b1, b2, b3) * select(vec4f(), residual1_add1[(max(p4, 0) + c) / 4], p4 >= 0);
        acc5 += mat4x4f(b0, b1, b2, b3) * select(vec4f(), residual1_add1[(max(p5, 0) + c) / 4], p5 >= 0);
        acc6 += mat4x4f(b0, b1, b2, b3) * select(vec4f(), residual1_add1[(max(p6, 0) + c) / 4], p6 >= 0);
        acc7 += mat4x4f(b0, b1, b2, b3) * select(vec4f(), residual1_add1[(max(p7, 0) + c) / 4], p7 >= 0);
      }
    }
  }

  {
    let o0 = u32(m + 0) * 2u + column;
    let residual2_conv1_z_v_0 = acc0 + residual2_conv1_bias[column];
    let residual2_conv1_v_0 = max(residual2_conv1_z_v_0, T(0.0));
    residual2_conv1[o0] = residual2_conv1_v_0;
  }

  {
    let o1 = u32(m + 1) * 2u + column;
    let residual2_conv1_z_v_1 = acc1 + residual2_conv1_bias[column];
    let residual2_conv1_v_1 = max(residual2_conv1_z_v_1, T(0.0));
    residual2_conv1[o1] = residual2_conv1_v_1;
  }

  {
    let o2 = u32(m + 2) * 2u + column;
    let residual2_conv1_z_v_2 = acc2 + residual2_conv1_bias[column];
    let residual2_conv1_v_2 = max(residual2_conv1_z_v_2, T(0.0));
    residual2_conv1[o2] = residual2_conv1_v_2;
  }

  {
    let o3 = u32(m + 3) * 2u + column;
    let residual2_conv1_z_v_3 = acc3 + residual2_conv1_bias[column];
    let residual2_conv1_v_3 = max(residual2_conv1_z_v_3, T(0.0));
    residual2_conv1[o3] = residual2_conv1_v_3;
  }

  {
    let o4 = u32(m + 4) * 2u + column;
    let residual2_conv1_z_v_4 = acc4 + residual2_conv1_bias[column];
    let residual2_conv1_v_4 = max(residual2_conv1_z_v_4, T(0.0));
    residual2_conv1[o4] = residual2_conv1_v_4;
  }

  {
    let o5 = u32(m + 5) * 2u + column;
    let residual2_conv1_z_v_5 = acc5 + residual2_conv1_bias[column];
    let residual2_conv1_v_5 = max(residual2_conv1_z_v_5, T(0.0));
    residual2_conv1[o5] = residual2_conv1_v_5;
  }

  {
    let o6 = u32(m + 6) * 2u + column;
    let residual2_conv1_z_v_6 = acc6 + residual2_conv1_bias[column];
    let residual2_conv1_v_6 = max(residual2_conv1_z_v_6, T(0.0));
    residual2_conv1[o6] = residual2_conv1_v_6;
  }

  {
    let o7 = u32(m + 7) * 2u + column;
    let residual2_conv1_z_v_7 = acc7 + residual2_conv1_bias[column];
    let residual2_conv1_v_7 = max(residual2_conv1_z_v_7, T(0.0));
    residual2_conv1[o7] = residual2_conv1_v_7;
  }
}
