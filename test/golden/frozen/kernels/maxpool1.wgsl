// maxpool1 = conv2d, standardize, mul, add, relu, maxpool2d: 8x8x8x4
// line 6: conv 4 3x3 pad same nobias
// of which maxpool2d leaves 8x4x4x4
// line 8: maxpool 2x2 => 4x4x4
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, pooled row, pooled column, place of the window), n = filter, k = (window row, window column, channel); 512 x 4 x 18
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 8; const W = 8; const C = 2; const KH = 3; const KW = 3; const OH = 8; const OW = 8; const F = 4;
const SY = 1; const SX = 1; const TOP = 1; const LEFT = 1; const DY = 1; const DX = 1;
// Windows of WH x WW are pooled, PH x PW of them.
const WH = 2; const WW = 2; const PH = 4; const PW = 4;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 1024>;
@group(0) @binding(1) var<storage, read> conv1_weight: array<vec4f, 18>;
@group(0) @binding(2) var<storage, read> batchnorm1_moving_mean: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read> batchnorm1_moving_variance: array<vec4f, 1>;
@group(0) @binding(4) var<storage, read> batchnorm1_gamma: array<vec4f, 1>;
@group(0) @binding(5) var<storage, read> batchnorm1_beta: array<vec4f, 1>;
@group(0) @binding(6) var<storage, read_write> maxpool1: array<vec4f, 128>;

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
  if (tile >= 64) { return; }
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
      var q = (ky * KW + kx) * C * F;
      q += n * 4;
      for (var c = 0; c < 2; c += 1) {
        let b0 = conv1_weight[(q + c * 4) / 4];
        acc0 = fma(T(select(0.0, x[max(p0, 0) + c], p0 >= 0)), b0, acc0);
        acc1 = fma(T(select(0.0, x[max(p1, 0) + c], p1 >= 0)), b0, acc1);
        acc2 = fma(T(select(0.0, x[max(p2, 0) + c], p2 >= 0)), b0, acc2);
        acc3 = fma(T(select(0.0, x[max(p3, 0) + c], p3 >= 0)), b0, acc3);
        acc4 = fma(T(select(0.0, x[max(p4, 0) + c], p4 >= 0)), b0, acc4);
        acc5 = fma(T(select(0.0, x[max(p5, 0) + c], p5 >= 0)), b0, acc5);
        acc6 = fma(T(select(0.0, x[max(p6, 0) + c], p6 >= 0)), b0, acc6);
        acc7 = fma(T(select(0.0, x[max(p7, 0) + c], p7 >= 0)), b0, acc7);
      }
    }
  }

  {
    let r = m / 4;
    let o0 = u32(r) * 1u + column;
    let batchnorm1_normal_v_0 = (acc0 - batchnorm1_moving_mean[column]) / sqrt(batchnorm1_moving_variance[column] + 0.00001);
    let batchnorm1_scaled_v_0 = batchnorm1_normal_v_0 * batchnorm1_gamma[column];
    let batchnorm1_z_v_0 = batchnorm1_scaled_v_0 + batchnorm1_beta[column];
    let batchnorm1_v_0 = max(batchnorm1_z_v_0, T(0.0));
    let batchnorm1_normal_v_1 = (acc1 - batchnorm1_moving_mean[column]) / sqrt(batchnorm1_moving_variance[column] + 0.00001);
    let batchnorm1_scaled_v_1 = batchnorm1_normal_v_1 * batchnorm1_gamma[column];
    let batchnorm1_z_v_1 = batchnorm1_scaled_v_1 + batchnorm1_beta[column];
    let batchnorm1_v_1 = max(batchnorm1_z_v_1, T(0.0));
    let batchnorm1_normal_v_2 = (acc2 - batchnorm1_moving_mean[column]) / sqrt(batchnorm1_moving_variance[column] + 0.00001);
    let batchnorm1_scaled_v_2 = batchnorm1_normal_v_2 * batchnorm1_gamma[column];
    let batchnorm1_z_v_2 = batchnorm1_scaled_v_2 + batchnorm1_beta[column];
    let batchnorm1_v_2 = max(batchnorm1_z_v_2, T(0.0));
    let batchnorm1_normal_v_3 = (acc3 - batchnorm1_moving_mean[column]) / sqrt(batchnorm1_moving_variance[column] + 0.00001);
    let batchnorm1_scaled_v_3 = batchnorm1_normal_v_3 * batchnorm1_gamma[column];
    let batchnorm1_z_v_3 = batchnorm1_scaled_v_3 + batchnorm1_beta[column];
    let batchnorm1_v_3 = max(batchnorm1_z_v_3, T(0.0));
    let best = max(max(max(batchnorm1_v_0, batchnorm1_v_1), batchnorm1_v_2), batchnorm1_v_3);
    maxpool1[o0] = best;
  }

  {
    let r = m / 4 + 1;
    let o1 = u32(r) * 1u + column;
    let batchnorm1_normal_v_4 = (acc4 - batchnorm1_moving_mean[column]) / sqrt(batchnorm1_moving_variance[column] + 0.00001);
    let batchnorm1_scaled_v_4 = batchnorm1_normal_v_4 * batchnorm1_gamma[column];
    let batchnorm1_z_v_4 = batchnorm1_scaled_v_4 + batchnorm1_beta[column];
    let batchnorm1_v_4 = max(batchnorm1_z_v_4, T(0.0));
    let batchnorm1_normal_v_5 = (acc5 - batchnorm1_moving_mean[column]) / sqrt(batchnorm1_moving_variance[column] + 0.00001);
    let batchnorm1_scaled_v_5 = batchnorm1_normal_v_5 * batchnorm1_gamma[column];
    let batchnorm1_z_v_5 = batchnorm1_scaled_v_5 + batchnorm1_beta[column];
    let batchnorm1_v_5 = max(batchnorm1_z_v_5, T(0.0));
    let batchnorm1_normal_v_6 = (acc6 - batchnorm1_moving_mean[column]) / sqrt(batchnorm1_moving_variance[column] + 0.00001);
    let batchnorm1_scaled_v_6 = batchnorm1_normal_v_6 * batchnorm1_gamma[column];
    let batchnorm1_z_v_6 = batchnorm1_scaled_v_6 + batchnorm1_beta[column];
    let batchnorm1_v_6 = max(batchnorm1_z_v_6, T(0.0));
    let batchnorm1_normal_v_7 = (acc7 - batchnorm1_moving_mean[column]) / sqrt(batchnorm1_moving_variance[column] + 0.00001);
    let batchnorm1_scaled_v_7 = batchnorm1_normal_v_7 * batchnorm1_gamma[column];
    let batchnorm1_z_v_7 = batchnorm1_scaled_v_7 + batchnorm1_beta[column];
    let batchnorm1_v_7 = max(batchnorm1_z_v_7, T(0.0));
    let best = max(max(max(batchnorm1_v_4, batchnorm1_v_5), batchnorm1_v_6), batchnorm1_v_7);
    maxpool1[o1] = best;
  }
}
