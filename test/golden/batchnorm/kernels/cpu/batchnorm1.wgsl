enable subgroups;
// batchnorm1 = conv2d, standardize, mul, add, relu: 64x8x8x4
// line 4: conv 4 3x3 pad same nobias
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 4096 x 4 x 9
// Each lane of a subgroup computes 1 x 4 pixels and a filter at a time.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 8; const W = 8; const C = 1; const KH = 3; const KW = 3; const OH = 8; const OW = 8; const F = 4;
const SY = 1; const SX = 1; const TOP = 1; const LEFT = 1; const DY = 1; const DX = 1;
const PW = 2; const PH = 8; const WH = 1; const WW = 4;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 4096>;
@group(0) @binding(1) var<storage, read> conv1_weight: array<f32, 36>;
@group(0) @binding(2) var<storage, read> batchnorm1_moving_mean: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read> batchnorm1_moving_variance: array<vec4f, 1>;
@group(0) @binding(4) var<storage, read> batchnorm1_gamma: array<vec4f, 1>;
@group(0) @binding(5) var<storage, read> batchnorm1_beta: array<vec4f, 1>;
@group(0) @binding(6) var<storage, read_write> batchnorm1: array<vec4f, 4096>;

@compute @workgroup_size(16)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let place = i32(id.x);
  let r = place;
  let top = r / PW % PH * WH * SY - TOP;
  let left = r % PW * WW * SX - LEFT;
  let at = ((r / (PH * PW) * H + top) * W + left) * C;
  // What the windows of the lane read.
  var held: array<f32, 18>;

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
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 0 >= 0 && left * C + 0 < W * C;
    held[6] = select(0.0, x[select(0, at + 1 * (W * C) + 0, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 1 >= 0 && left * C + 1 < W * C;
    held[7] = select(0.0, x[select(0, at + 1 * (W * C) + 1, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 2 >= 0 && left * C + 2 < W * C;
    held[8] = select(0.0, x[select(0, at + 1 * (W * C) + 2, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 3 >= 0 && left * C + 3 < W * C;
    held[9] = select(0.0, x[select(0, at + 1 * (W * C) + 3, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 4 >= 0 && left * C + 4 < W * C;
    held[10] = select(0.0, x[select(0, at + 1 * (W * C) + 4, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 5 >= 0 && left * C + 5 < W * C;
    held[11] = select(0.0, x[select(0, at + 1 * (W * C) + 5, inside)], inside);
  }

  {
    let inside = top + 2 >= 0 && top + 2 < H && left * C + 0 >= 0 && left * C + 0 < W * C;
    held[12] = select(0.0, x[select(0, at + 2 * (W * C) + 0, inside)], inside);
  }

  {
    let inside = top + 2 >= 0 && top + 2 < H && left * C + 1 >= 0 && left * C + 1 < W * C;
    held[13] = select(0.0, x[select(0, at + 2 * (W * C) + 1, inside)], inside);
  }

  {
    let inside = top + 2 >= 0 && top + 2 < H && left * C + 2 >= 0 && left * C + 2 < W * C;
    held[14] = select(0.0, x[select(0, at + 2 * (W * C) + 2, inside)], inside);
  }

  {
    let inside = top + 2 >= 0 && top + 2 < H && left * C + 3 >= 0 && left * C + 3 < W * C;
    held[15] = select(0.0, x[select(0, at + 2 * (W * C) + 3, inside)], inside);
  }

  {
    let inside = top + 2 >= 0 && top + 2 < H && left * C + 4 >= 0 && left * C + 4 < W * C;
    held[16] = select(0.0, x[select(0, at + 2 * (W * C) + 4, inside)], inside);
  }

  {
    let inside = top + 2 >= 0 && top + 2 < H && left * C + 5 >= 0 && left * C + 5 < W * C;
    held[17] = select(0.0, x[select(0, at + 2 * (W * C) + 5, inside)], inside);
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
      let w1 = conv1_weight[min(own + 32 + f + part, 35)];
      var s0_0 = 0.0;
      var s1_0 = 0.0;
      var s2_0 = 0.0;
      var s3_0 = 0.0;
      q = subgroupBroadcast(w0, 0u); s0_0 = fma(held[0], q, s0_0); s1_0 = fma(held[1], q, s1_0); s2_0 = fma(held[2], q, s2_0); s3_0 = fma(held[3], q, s3_0);
      q = subgroupBroadcast(w0, 1u); s0_0 = fma(held[1], q, s0_0); s1_0 = fma(held[2], q, s1_0); s2_0 = fma(held[3], q, s2_0); s3_0 = fma(held[4], q, s3_0);
      q = subgroupBroadcast(w0, 2u); s0_0 = fma(held[2], q, s0_0); s1_0 = fma(held[3], q, s1_0); s2_0 = fma(held[4], q, s2_0); s3_0 = fma(held[5], q, s3_0);
      q = subgroupBroadcast(w0, 3u); s0_0 = fma(held[6], q, s0_0); s1_0 = fma(held[7], q, s1_0); s2_0 = fma(held[8], q, s2_0); s3_0 = fma(held[9], q, s3_0);
      q = subgroupBroadcast(w0, 4u); s0_0 = fma(held[7], q, s0_0); s1_0 = fma(held[8], q, s1_0); s2_0 = fma(held[9], q, s2_0); s3_0 = fma(held[10], q, s3_0);
      q = subgroupBroadcast(w0, 5u); s0_0 = fma(held[8], q, s0_0); s1_0 = fma(held[9], q, s1_0); s2_0 = fma(held[10], q, s2_0); s3_0 = fma(held[11], q, s3_0);
      q = subgroupBroadcast(w0, 6u); s0_0 = fma(held[12], q, s0_0); s1_0 = fma(held[13], q, s1_0); s2_0 = fma(held[14], q, s2_0); s3_0 = fma(held[15], q, s3_0);
      q = subgroupBroadcast(w0, 7u); s0_0 = fma(held[13], q, s0_0); s1_0 = fma(held[14], q, s1_0); s2_0 = fma(held[15], q, s2_0); s3_0 = fma(held[16], q, s3_0);
      q = subgroupBroadcast(w1, 0u); s0_0 = fma(held[14], q, s0_0); s1_0 = fma(held[15], q, s1_0); s2_0 = fma(held[16], q, s2_0); s3_0 = fma(held[17], q, s3_0);
      v0 = T(v0.yzw, s0_0);
      v1 = T(v1.yzw, s1_0);
      v2 = T(v2.yzw, s2_0);
      v3 = T(v3.yzw, s3_0);
    }

    {
      let column = u32(f) / 4u;

      let o0 = (u32(r) * 4u) * 1u + column;
      let batchnorm1_normal_v_0 = (v0 - batchnorm1_moving_mean[column]) / sqrt(batchnorm1_moving_variance[column] + 0.00001);
      let batchnorm1_scaled_v_0 = batchnorm1_normal_v_0 * batchnorm1_gamma[column];
      let batchnorm1_z_v_0 = batchnorm1_scaled_v_0 + batchnorm1_beta[column];
      let batchnorm1_v_0 = max(batchnorm1_z_v_0, T(0.0));
      batchnorm1[o0] = batchnorm1_v_0;

      let o1 = (u32(r) * 4u + 1u) * 1u + column;
      let batchnorm1_normal_v_1 = (v1 - batchnorm1_moving_mean[column]) / sqrt(batchnorm1_moving_variance[column] + 0.00001);
      let batchnorm1_scaled_v_1 = batchnorm1_normal_v_1 * batchnorm1_gamma[column];
      let batchnorm1_z_v_1 = batchnorm1_scaled_v_1 + batchnorm1_beta[column];
      let batchnorm1_v_1 = max(batchnorm1_z_v_1, T(0.0));
      batchnorm1[o1] = batchnorm1_v_1;

      let o2 = (u32(r) * 4u + 2u) * 1u + column;
      let batchnorm1_normal_v_2 = (v2 - batchnorm1_moving_mean[column]) / sqrt(batchnorm1_moving_variance[column] + 0.00001);
      let batchnorm1_scaled_v_2 = batchnorm1_normal_v_2 * batchnorm1_gamma[column];
      let batchnorm1_z_v_2 = batchnorm1_scaled_v_2 + batchnorm1_beta[column];
      let batchnorm1_v_2 = max(batchnorm1_z_v_2, T(0.0));
      batchnorm1[o2] = batchnorm1_v_2;

      let o3 = (u32(r) * 4u + 3u) * 1u + column;
      let batchnorm1_normal_v_3 = (v3 - batchnorm1_moving_mean[column]) / sqrt(batchnorm1_moving_variance[column] + 0.00001);
      let batchnorm1_scaled_v_3 = batchnorm1_normal_v_3 * batchnorm1_gamma[column];
      let batchnorm1_z_v_3 = batchnorm1_scaled_v_3 + batchnorm1_beta[column];
      let batchnorm1_v_3 = max(batchnorm1_z_v_3, T(0.0));
      batchnorm1[o3] = batchnorm1_v_3;
    }
  }
}
