// d_residual1.conv1.z = conv2d_dx, add, add, relu_dx: 4x8x8x4
// line 4: conv c 3x3 stride s pad same relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, phase, row, column), n = channel, k = (window row, window column, filter); 256 x 4 x 72
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 8; const W = 8; const C = 4; const KH = 3; const KW = 3; const OH = 4; const OW = 4; const F = 8;
const SY = 2; const SX = 2; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
// Rows of a picture are ordered by their phases in the stride, each PH x PW.
const PH = 4; const PW = 4;
@group(0) @binding(0) var<storage, read_write> d_residual2_conv1_z: array<vec4f, 128>;
@group(0) @binding(1) var<storage, read> residual2_conv1_weight: array<vec4f, 72>;
@group(0) @binding(2) var<storage, read_write> d_residual1_add1: array<vec4f, 256>;
@group(0) @binding(3) var<storage, read_write> d_conv1: array<vec4f, 256>;
@group(0) @binding(4) var<storage, read_write> residual1_conv1: array<vec4f, 256>;
@group(0) @binding(5) var<storage, read_write> d_conv1_sum: array<vec4f, 256>;
@group(0) @binding(6) var<storage, read_write> d_residual1_conv1_z: array<vec4f, 256>;

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
  if (tile >= 32) { return; }
  let n = tile % 1;
  let m = tile / 1 * 8;
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
      if (max(max(max(max(max(max(max(p0, p1), p2), p3), p4), p5), p6), p7) < 0) { continue; }
      var q = (ky * KW + kx) * C * F;
      for (var f = 0; f < 8; f += 4) {
        let b0 = residual2_conv1_weight[(q + (n * 4 + 0) * 8 + f) / 4];
        let b1 = residual2_conv1_weight[(q + (n * 4 + 1) * 8 + f) / 4];
        let b2 = residual2_conv1_weight[(q + (n * 4 + 2) * 8 + f) / 4];
        let b3 = residual2_conv1_weight[(q + (n * 4 + 3) * 8 + f) / 4];
        acc0 += select(vec4f(), d_residual2_conv1_z[(max(p0, 0) + f) / 4], p0 >= 0) * mat4x4f(b0, b1, b2, b3);
        acc1 += select(vec4f(), d_residual2_conv1_z[(max(p1, 0) + f) / 4], p1 >= 0) * mat4x4f(b0, b1, b2, b3);
        acc2 += select(vec4f(), d_residual2_conv1_z[(max(p2, 0) + f) / 4], p2 >= 0) * mat4x4f(b0, b1, b2, b3);
        acc3 += select(vec4f(), d_residual2_conv1_z[(max(p3, 0) + f) / 4], p3 >= 0) * mat4x4f(b0, b1, b2, b3);
        acc4 += select(vec4f(), d_residual2_conv1_z[(max(p4, 0) + f) / 4], p4 >= 0) * mat4x4f(b0, b1, b2, b3);
        acc5 += select(vec4f(), d_residual2_conv1_z[(max(p5, 0) + f) / 4], p5 >= 0) * mat4x4f(b0, b1, b2, b3);
        acc6 += select(vec4f(), d_residual2_conv1_z[(max(p6, 0) + f) / 4], p6 >= 0) * mat4x4f(b0, b1, b2, b3);
        acc7 += select(vec4f(), d_residual2_conv1_z[(max(p7, 0) + f) / 4], p7 >= 0) * mat4x4f(b0, b1, b2, b3);
      }
    }
  }

  {
    let r = m + 0;
    let o0 = u32((r / (H * W) * H + (r / PW % PH * SY + r / (PH * PW * SX) % SY)) * W + (r % PW * SX + r / (PH * PW) % SX)) * 1u + column;
    let d_residual1_add1_sum_v_0 = d_residual1_add1[o0] + acc0;
    let d_conv1_sum_v_0 = d_conv1[o0] + d_residual1_add1_sum_v_0;
    let d_residual1_conv1_z_v_0 = select(T(0.0), d_residual1_add1_sum_v_0, residual1_conv1[o0] > T(0.0));
    d_conv1_sum[o0] = d_conv1_sum_v_0;
    d_residual1_conv1_z[o0] = d_residual1_conv1_z_v_0;
  }

  {
    let r = m + 1;
    let o1 = u32((r / (H * W) * H + (r / PW % PH * SY + r / (PH * PW * SX) % SY)) * W + (r % PW * SX + r / (PH * PW) % SX)) * 1u + column;
    let d_residual1_add1_sum_v_1 = d_residual1_add1[o1] + acc1;
    let d_conv1_sum_v_1 = d_conv1[o1] + d_residual1_add1_sum_v_1;
    let d_residual1_conv1_z_v_1 = select(T(0.0), d_residual1_add1_sum_v_1, residual1_conv1[o1] > T(0.0));
    d_conv1_sum[o1] = d_conv1_sum_v_1;
    d_residual1_conv1_z[o1] = d_residual1_conv1_z_v_1;
  }

  {
    let r = m + 2;
    let o2 = u32((r / (H * W) * H + (r / PW % PH * SY + r / (PH * PW * SX) % SY)) * W + (r % PW * SX + r / (PH * PW) % SX)) * 1u + column;
    let d_residual1_add1_sum_v_2 = d_residual1_add1[o2] + acc2;
    let d_conv1_sum_v_2 = d_conv1[o2] + d_residual1_add1_sum_v_2;
    let d_residual1_conv1_z_v_2 = select(T(0.0), d_residual1_add1_sum_v_2, residual1_conv1[o2] > T(0.0));
    d_conv1_sum[o2] = d_conv1_sum_v_2;
    d_residual1_conv1_z[o2] = d_residual1_conv1_z_v_2;
  }

  {
    let r = m + 3;
    let o3 = u32((r / (H * W) * H + (r / PW % PH * SY + r / (PH * PW * SX) % SY)) * W + (r % PW * SX + r / (PH * PW) % SX)) * 1u + column;
    let d_residual1_add1_sum_v_3 = d_residual1_add1[o3] + acc3;
    let d_conv1_sum_v_3 = d_conv1[o3] + d_residual1_add1_sum_v_3;
    let d_residual1_conv1_z_v_3 = select(T(0.0), d_residual1_add1_sum_v_3, residual1_conv1[o3] > T(0.0));
    d_conv1_sum[o3] = d_conv1_sum_v_3;
    d_residual1_conv1_z[o3] = d_residual1_conv1_z_v_3;
  }

  {
    let r = m + 4;
    let o4 = u32((r / (H * W) * H + (r / PW % PH * SY + r / (PH * PW * SX) % SY)) * W + (r % PW * SX + r / (PH * PW) % SX)) * 1u + column;
    let d_residual1_add1_sum_v_4 = d_residual1_add1[o4] + acc4;
    let d_conv1_sum_v_4 = d_conv1[o4] + d_residual1_add1_sum_v_4;
    let d_residual1_conv1_z_v_4 = select(T(0.0), d_residual1_add1_sum_v_4, residual1_conv1[o4] > T(0.0));
    d_conv1_sum[o4] = d_conv1_sum_v_4;
    d_residual1_conv1_z[o4] = d_residual1_conv1_z_v_4;
  }

  {
    let r = m + 5;
    let o5 = u32((r / (H * W) * H + (r / PW % PH * SY + r / (PH * PW * SX) % SY)) * W + (r % PW * SX + r / (PH * PW) % SX)) * 1u + column;
    let d_residual1_add1_sum_v_5 = d_residual1_add1[o5] + acc5;
    let d_conv1_sum_v_5 = d_conv1[o5] + d_residual1_add1_sum_v_5;
    let d_residual1_conv1_z_v_5 = select(T(0.0), d_residual1_add1_sum_v_5, residual1_conv1[o5] > T(0.0));
    d_conv1_sum[o5] = d_conv1_sum_v_5;
    d_residual1_conv1_z[o5] = d_residual1_conv1_z_v_5;
  }

  {
    let r = m + 6;
    let o6 = u32((r / (H * W) * H + (r / PW % PH * SY + r / (PH * PW * SX) % SY)) * W + (r % PW * SX + r / (PH * PW) % SX)) * 1u + column;
    let d_residual1_add1_sum_v_6 = d_residual1_add1[o6] + acc6;
    let d_conv1_sum_v_6 = d_conv1[o6] + d_residual1_add1_sum_v_6;
    let d_residual1_conv1_z_v_6 = select(T(0.0), d_residual1_add1_sum_v_6, residual1_conv1[o6] > T(0.0));
    d_conv1_sum[o6] = d_conv1_sum_v_6;
    d_residual1_conv1_z[o6] = d_residual1_conv1_z_v_6;
  }

  {
    let r = m + 7;
    let o7 = u32((r / (H * W) * H + (r / PW % PH * SY + r / (PH * PW * SX) % SY)) * W + (r % PW * SX + r / (PH * PW) % SX)) * 1u + column;
    let d_residual1_add1_sum_v_7 = d_residual1_add1[o7] + acc7;
    let d_conv1_sum_v_7 = d_conv1[o7] + d_residual1_add1_sum_v_7;
    let d_residual1_conv1_z_v_7 = select(T(0.0), d_residual1_add1_sum_v_7, residual1_conv1[o7] > T(0.0));
    d_conv1_sum[o7] = d_conv1_sum_v_7;
    d_residual1_conv1_z[o7] = d_residual1_conv1_z_v_7;
  }
}
