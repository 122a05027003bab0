// conv1 = conv2d, add, tanh: 2x5x11x5
// line 4: conv 5 3x2 stride 2x1 pad [1, 2, 0, 1] tanh => 5x11x5
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 110 x 5 x 18
alias T = f32;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 9; const W = 11; const C = 3; const KH = 3; const KW = 2; const OH = 5; const OW = 11; const F = 5;
const SY = 2; const SX = 1; const TOP = 1; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 594>;
@group(0) @binding(1) var<storage, read> conv1_weight: array<f32, 90>;
@group(0) @binding(2) var<storage, read> conv1_bias: array<f32, 5>;
@group(0) @binding(3) var<storage, read_write> conv1: array<f32, 550>;

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
  if (tile >= 70) { return; }
  let n = tile % 5;
  let m = tile / 5 * 8;
  let column = u32(n);
  let r0 = row(min(m, 109));
  let r1 = row(min(m + 1, 109));
  let r2 = row(min(m + 2, 109));
  let r3 = row(min(m + 3, 109));
  let r4 = row(min(m + 4, 109));
  let r5 = row(min(m + 5, 109));
  let r6 = row(min(m + 6, 109));
  let r7 = row(min(m + 7, 109));
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  var acc4 = T();
  var acc5 = T();
  var acc6 = T();
  var acc7 = T();
  for (var ky = 0; ky < 3; ky++) {
    for (var kx = 0; kx < 2; kx++) {
      let p0 = at(r0, ky, kx);
      let p1 = at(r1, ky, kx);
      let p2 = at(r2, ky, kx);
      let p3 = at(r3, ky, kx);
      let p4 = at(r4, ky, kx);
      let p5 = at(r5, ky, kx);
      let p6 = at(r6, ky, kx);
      let p7 = at(r7, ky, kx);
      var q = (ky * KW + kx) * C * F;
      q += n * 1;
      for (var c = 0; c < 3; c += 1) {
        let b0 = conv1_weight[q + c * 5];
        acc0 = fma(select(0.0, x[max(p0, 0) + c], p0 >= 0), b0, acc0);
        acc1 = fma(select(0.0, x[max(p1, 0) + c], p1 >= 0), b0, acc1);
        acc2 = fma(select(0.0, x[max(p2, 0) + c], p2 >= 0), b0, acc2);
        acc3 = fma(select(0.0, x[max(p3, 0) + c], p3 >= 0), b0, acc3);
        acc4 = fma(select(0.0, x[max(p4, 0) + c], p4 >= 0), b0, acc4);
        acc5 = fma(select(0.0, x[max(p5, 0) + c], p5 >= 0), b0, acc5);
        acc6 = fma(select(0.0, x[max(p6, 0) + c], p6 >= 0), b0, acc6);
        acc7 = fma(select(0.0, x[max(p7, 0) + c], p7 >= 0), b0, acc7);
      }
    }
  }

  if (m + 0 < 110) {
    let o0 = u32(m + 0) * 5u + column;
    let conv1_z_v_0 = acc0 + conv1_bias[column];
    let conv1_v_0 = tanh(clamp(conv1_z_v_0, T(-15.0), T(15.0)));
    conv1[o0] = conv1_v_0;
  }

  if (m + 1 < 110) {
    let o1 = u32(m + 1) * 5u + column;
    let conv1_z_v_1 = acc1 + conv1_bias[column];
    let conv1_v_1 = tanh(clamp(conv1_z_v_1, T(-15.0), T(15.0)));
    conv1[o1] = conv1_v_1;
  }

  if (m + 2 < 110) {
    let o2 = u32(m + 2) * 5u + column;
    let conv1_z_v_2 = acc2 + conv1_bias[column];
    let conv1_v_2 = tanh(clamp(conv1_z_v_2, T(-15.0), T(15.0)));
    conv1[o2] = conv1_v_2;
  }

  if (m + 3 < 110) {
    let o3 = u32(m + 3) * 5u + column;
    let conv1_z_v_3 = acc3 + conv1_bias[column];
    let conv1_v_3 = tanh(clamp(conv1_z_v_3, T(-15.0), T(15.0)));
    conv1[o3] = conv1_v_3;
  }

  if (m + 4 < 110) {
    let o4 = u32(m + 4) * 5u + column;
    let conv1_z_v_4 = acc4 + conv1_bias[column];
    let conv1_v_4 = tanh(clamp(conv1_z_v_4, T(-15.0), T(15.0)));
    conv1[o4] = conv1_v_4;
  }

  if (m + 5 < 110) {
    let o5 = u32(m + 5) * 5u + column;
    let conv1_z_v_5 = acc5 + conv1_bias[column];
    let conv1_v_5 = tanh(clamp(conv1_z_v_5, T(-15.0), T(15.0)));
    conv1[o5] = conv1_v_5;
  }

  if (m + 6 < 110) {
    let o6 = u32(m + 6) * 5u + column;
    let conv1_z_v_6 = acc6 + conv1_bias[column];
    let conv1_v_6 = tanh(clamp(conv1_z_v_6, T(-15.0), T(15.0)));
    conv1[o6] = conv1_v_6;
  }

  if (m + 7 < 110) {
    let o7 = u32(m + 7) * 5u + column;
    let conv1_z_v_7 = acc7 + conv1_bias[column];
    let conv1_v_7 = tanh(clamp(conv1_z_v_7, T(-15.0), T(15.0)));
    conv1[o7] = conv1_v_7;
  }
}
