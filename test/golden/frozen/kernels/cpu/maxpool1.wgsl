enable subgroups;
// maxpool1 = conv2d, standardize, mul, add, relu, maxpool2d: 8x8x8x4
// line 6: conv 4 3x3 pad same nobias
// of which maxpool2d leaves 8x4x4x4
// line 8: maxpool 2x2 => 4x4x4
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, pooled row, pooled column, place of the window), n = filter, k = (window row, window column, channel); 512 x 4 x 18
// Each lane of a subgroup computes 2 x 2 pixels and a filter at a time.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 8; const W = 8; const C = 2; const KH = 3; const KW = 3; const OH = 8; const OW = 8; const F = 4;
const SY = 1; const SX = 1; const TOP = 1; const LEFT = 1; const DY = 1; const DX = 1;
// Windows of WH x WW are pooled, PH x PW of them.
const WH = 2; const WW = 2; const PH = 4; const PW = 4;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 1024>;
@group(0) @binding(1) var<storage, read> conv1_weight: array<f32, 72>;
@group(0) @binding(2) var<storage, read> batchnorm1_moving_mean: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read> batchnorm1_moving_variance: array<vec4f, 1>;
@group(0) @binding(4) var<storage, read> batchnorm1_gamma: array<vec4f, 1>;
@group(0) @binding(5) var<storage, read> batchnorm1_beta: array<vec4f, 1>;
@group(0) @binding(6) var<storage, read_write> maxpool1: array<vec4f, 128>;

@compute @workgroup_size(16)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let place = i32(id.x);
  let r = place;
  let top = r / PW % PH * WH * SY - TOP;
  let left = r % PW * WW * SX - LEFT;
  let at = ((r / (PH * PW) * H + top) * W + left) * C;
  // What the windows of the lane read.
  var held: array<f32, 32>;

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 0 >= 0 && left * C + 0 < W * C;
    held[0] = select(0.0, x[select(0, at + 0 * (W * C) + 0, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 1 >= 0 && left * C + 1 < W * C;
    held[1] = select(0.0, x[select(0, at + 0 * (W * C) + 1, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 2 >= 0 && left * C + 2 < W * C;
    held[2] = select(0.0, x[select(0, at + 0 * (W * C) + 2, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 3 >= 0 && left * C + 3 < W * C;
    held[3] = select(0.0, x[select(0, at + 0 * (W * C) + 3, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 4 >= 0 && left * C + 4 < W * C;
    held[4] = select(0.0, x[select(0, at + 0 * (W * C) + 4, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 5 >= 0 && left * C + 5 < W * C;
    held[5] = select(0.0, x[select(0, at + 0 * (W * C) + 5, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 6 >= 0 && left * C + 6 < W * C;
    held[6] = select(0.0, x[select(0, at + 0 * (W * C) + 6, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 7 >= 0 && left * C + 7 < W * C;
    held[7] = select(0.0, x[select(0, at + 0 * (W * C) + 7, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 0 >= 0 && left * C + 0 < W * C;
    held[8] = select(0.0, x[select(0, at + 1 * (W * C) + 0, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 1 >= 0 && left * C + 1 < W * C;
    held[9] = select(0.0, x[select(0, at + 1 * (W * C) + 1, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 2 >= 0 && left * C + 2 < W * C;
    held[10] = select(0.0, x[select(0, at + 1 * (W * C) + 2, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 3 >= 0 && left * C + 3 < W * C;
    held[11] = select(0.0, x[select(0, at + 1 * (W * C) + 3, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 4 >= 0 && left * C + 4 < W * C;
    held[12] = select(0.0, x[select(0, at + 1 * (W * C) + 4, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 5 >= 0 && left * C + 5 < W * C;
    held[13] = select(0.0, x[select(0, at + 1 * (W * C) + 5, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 6 >= 0 && left * C + 6 < W * C;
    held[14] = select(0.0, x[select(0, at + 1 * (W * C) + 6, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 7 >= 0 && left * C + 7 < W * C;
    held[15] = select(0.0, x[select(0, at + 1 * (W * C) + 7, inside)], inside);
  }

  {
    let inside = top + 2 >= 0 && top + 2 < H && left * C + 0 >= 0 && left * C + 0 < W * C;
    held[16] = select(0.0, x[select(0, at + 2 * (W * C) + 0, inside)], inside);
  }

  {
    let inside = top + 2 >= 0 && top + 2 < H && left * C + 1 >= 0 && left * C + 1 < W * C;
    held[17] = select(0.0, x[select(0, at + 2 * (W * C) + 1, inside)], inside);
  }

  {
    let inside = top + 2 >= 0 && top + 2 < H && left * C + 2 >= 0 && left * C + 2 < W * C;
    held[18] = select(0.0, x[select(0, at + 2 * (W * C) + 2, inside)], inside);
  }

  {
    let inside = top + 2 >= 0 && top + 2 < H && left * C + 3 >= 0 && left * C + 3 < W * C;
    held[19] = select(0.0, x[select(0, at + 2 * (W * C) + 3, inside)], inside);
  }

  {
    let inside = top + 2 >= 0 && top + 2 < H && left * C + 4 >= 0 && left * C + 4 < W * C;
    held[20] = select(0.0, x[select(0, at + 2 * (W * C) + 4, inside)], inside);
  }

  {
    let inside = top + 2 >= 0 && top + 2 < H && left * C + 5 >= 0 && left * C + 5 < W * C;
    held[21] = select(0.0, x[select(0, at + 2 * (W * C) + 5, inside)], inside);
  }

  {
    let inside = top + 2 >= 0 && top + 2 < H && left * C + 6 >= 0 && left * C + 6 < W * C;
    held[22] = select(0.0, x[select(0, at + 2 * (W * C) + 6, inside)], inside);
  }

  {
    let inside = top + 2 >= 0 && top + 2 < H && left * C + 7 >= 0 && left * C + 7 < W * C;
    held[23] = select(0.0, x[select(0, at + 2 * (W * C) + 7, inside)], inside);
  }

  {
    let inside = top + 3 >= 0 && top + 3 < H && left * C + 0 >= 0 && left * C + 0 < W * C;
    held[24] = select(0.0, x[select(0, at + 3 * (W * C) + 0, inside)], inside);
  }

  {
    let inside = top + 3 >= 0 && top + 3 < H && left * C + 1 >= 0 && left * C + 1 < W * C;
    held[25] = select(0.0, x[select(0, at + 3 * (W * C) + 1, inside)], inside);
  }

  {
    let inside = top + 3 >= 0 && top + 3 < H && left * C + 2 >= 0 && left * C + 2 < W * C;
    held[26] = select(0.0, x[select(0, at + 3 * (W * C) + 2, inside)], inside);
  }

  {
    let inside = top + 3 >= 0 && top + 3 < H && left * C + 3 >= 0 && left * C + 3 < W * C;
    held[27] = select(0.0, x[select(0, at + 3 * (W * C) + 3, inside)], inside);
  }

  {
    let inside = top + 3 >= 0 && top + 3 < H && left * C + 4 >= 0 && left * C + 4 < W * C;
    held[28] = select(0.0, x[select(0, at + 3 * (W * C) + 4, inside)], inside);
  }

  {
    let inside = top + 3 >= 0 && top + 3 < H && left * C + 5 >= 0 && left * C + 5 < W * C;
    held[29] = select(0.0, x[select(0, at + 3 * (W * C) + 5, inside)], inside);
  }

  {
    let inside = top + 3 >= 0 && top + 3 < H && left * C + 6 >= 0 && left * C + 6 < W * C;
    held[30] = select(0.0, x[select(0, at + 3 * (W * C) + 6, inside)], inside);
  }

  {
    let inside = top + 3 >= 0 && top + 3 < H && left * C + 7 >= 0 && left * C + 7 < W * C;
    held[31] = select(0.0, x[select(0, at + 3 * (W * C) + 7, inside)], inside);
  }
  let own = i32(lane) * F;
  var q: f32;
  for (var f = 0; f < F; f += 4) {
    var v0 = T();
    var v1 = T();
    var v2 = T();
    var v3 = T();
    for (var part = 0; part < 4 + i32(tile.z); part += 1) {
      let w0 = conv1_weight[own + 0 + f + part];
      let w1 = conv1_weight[own + 32 + f + part];
      let w2 = conv1_weight[min(own + 64 + f + part, 71)];
      var s0_0 = 0.0;
      var s1_0 = 0.0;
      var s2_0 = 0.0;
      var s3_0 = 0.0;
      q = subgroupBroadcast(w0, 0u); s0_0 = fma(held[0], q, s0_0); s1_0 = fma(held[2], q, s1_0); s2_0 = fma(held[8], q, s2_0); s3_0 = fma(held[10], q, s3_0);
      q = subgroupBroadcast(w0, 1u); s0_0 = fma(held[1], q, s0_0); s1_0 = fma(held[3], q, s1_0); s2_0 = fma(held[9], q, s2_0); s3_0 = fma(held[11], q, s3_0);
      q = subgroupBroadcast(w0, 2u); s0_0 = fma(held[2], q, s0_0); s1_0 = fma(held[4], q, s1_0); s2_0 = fma(held[10], q, s2_0); s3_0 = fma(held[12], q, s3_0);
      q = subgroupBroadcast(w0, 3u); s0_0 = fma(held[3], q, s0_0); s1_0 = fma(held[5], q, s1_0); s2_0 = fma(held[11], q, s2_0); s3_0 = fma(held[13], q, s3_0);
      q = subgroupBroadcast(w0, 4u); s0_0 = fma(held[4], q, s0_0); s1_0 = fma(held[6], q, s1_0); s2_0 = fma(held[12], q, s2_0); s3_0 = fma(held[14], q, s3_0);
      q = subgroupBroadcast(w0, 5u); s0_0 = fma(held[5], q, s0_0); s1_0 = fma(held[7], q, s1_0); s2_0 = fma(held[13], q, s2_0); s3_0 = fma(held[15], q, s3_0);
      q = subgroupBroadcast(w0, 6u); s0_0 = fma(held[8], q, s0_0); s1_0 = fma(held[10], q, s1_0); s2_0 = fma(held[16], q, s2_0); s3_0 = fma(held[18], q, s3_0);
      q = subgroupBroadcast(w0, 7u); s0_0 = fma(held[9], q, s0_0); s1_0 = fma(held[11], q, s1_0); s2_0 = fma(held[17], q, s2_0); s3_0 = fma(held[19], q, s3_0);
      q = subgroupBroadcast(w1, 0u); s0_0 = fma(held[10], q, s0_0); s1_0 = fma(held[12], q, s1_0); s2_0 = fma(held[18], q, s2_0); s3_0 = fma(held[20], q, s3_0);
      q = subgroupBroadcast(w1, 1u); s0_0 = fma(held[11], q, s0_0); s1_0 = fma(held[13], q, s1_0); s2_0 = fma(held[19], q, s2_0); s3_0 = fma(held[21], q, s3_0);
      q = subgroupBroadcast(w1, 2u); s0_0 = fma(held[12], q, s0_0); s1_0 = fma(held[14], q, s1_0); s2_0 = fma(held[20], q, s2_0); s3_0 = fma(held[22], q, s3_0);
      q = subgroupBroadcast(w1, 3u); s0_0 = fma(held[13], q, s0_0); s1_0 = fma(held[15], q, s1_0); s2_0 = fma(held[21], q, s2_0); s3_0 = fma(held[23], q, s3_0);
      q = subgroupBroadcast(w1, 4u); s0_0 = fma(held[16], q, s0_0); s1_0 = fma(held[18], q, s1_0); s2_0 = fma(held[24], q, s2_0); s3_0 = fma(held[26], q, s3_0);
      q = subgroupBroadcast(w1, 5u); s0_0 = fma(held[17], q, s0_0); s1_0 = fma(held[19], q, s1_0); s2_0 = fma(held[25], q, s2_0); s3_0 = fma(held[27], q, s3_0);
      q = subgroupBroadcast(w1, 6u); s0_0 = fma(held[18], q, s0_0); s1_0 = fma(held[20], q, s1_0); s2_0 = fma(held[26], q, s2_0); s3_0 = fma(held[28], q, s3_0);
      q = subgroupBroadcast(w1, 7u); s0_0 = fma(held[19], q, s0_0); s1_0 = fma(held[21], q, s1_0); s2_0 = fma(held[27], q, s2_0); s3_0 = fma(held[29], q, s3_0);
      q = subgroupBroadcast(w2, 0u); s0_0 = fma(held[20], q, s0_0); s1_0 = fma(held[22], q, s1_0); s2_0 = fma(held[28], q, s2_0); s3_0 = fma(held[30], q, s3_0);
      q = subgroupBroadcast(w2, 1u); s0_0 = fma(held[21], q, s0_0); s1_0 = fma(held[23], q, s1_0); s2_0 = fma(held[29], q, s2_0); s3_0 = fma(held[31], q, s3_0);
      v0 = T(v0.yzw, s0_0);
      v1 = T(v1.yzw, s1_0);
      v2 = T(v2.yzw, s2_0);
      v3 = T(v3.yzw, s3_0);
    }

    {
      let column = u32(f) / 4u;
      let o = u32(r) * 1u + column;
      let batchnorm1_normal_v_0 = (v0 - batchnorm1_moving_mean[column]) / sqrt(batchnorm1_moving_variance[column] + 0.00001);
      let batchnorm1_scaled_v_0 = batchnorm1_normal_v_0 * batchnorm1_gamma[column];
      let batchnorm1_z_v_0 = batchnorm1_scaled_v_0 + batchnorm1_beta[column];
      let batchnorm1_v_0 = max(batchnorm1_z_v_0, T(0.0));
      let batchnorm1_normal_v_1 = (v1 - batchnorm1_moving_mean[column]) / sqrt(batchnorm1_moving_variance[column] + 0.00001);
      let batchnorm1_scaled_v_1 = batchnorm1_normal_v_1 * batchnorm1_gamma[column];
      let batchnorm1_z_v_1 = batchnorm1_scaled_v_1 + batchnorm1_beta[column];
      let batchnorm1_v_1 = max(batchnorm1_z_v_1, T(0.0));
      let batchnorm1_normal_v_2 = (v2 - batchnorm1_moving_mean[column]) / sqrt(batchnorm1_moving_variance[column] + 0.00001);
      let batchnorm1_scaled_v_2 = batchnorm1_normal_v_2 * batchnorm1_gamma[column];
      let batchnorm1_z_v_2 = batchnorm1_scaled_v_2 + batchnorm1_beta[column];
      let batchnorm1_v_2 = max(batchnorm1_z_v_2, T(0.0));
      let batchnorm1_normal_v_3 = (v3 - batchnorm1_moving_mean[column]) / sqrt(batchnorm1_moving_variance[column] + 0.00001);
      let batchnorm1_scaled_v_3 = batchnorm1_normal_v_3 * batchnorm1_gamma[column];
      let batchnorm1_z_v_3 = batchnorm1_scaled_v_3 + batchnorm1_beta[column];
      let batchnorm1_v_3 = max(batchnorm1_z_v_3, T(0.0));
      let best = max(max(max(batchnorm1_v_0, batchnorm1_v_1), batchnorm1_v_2), batchnorm1_v_3);
      maxpool1[o] = best;
    }
  }
}
