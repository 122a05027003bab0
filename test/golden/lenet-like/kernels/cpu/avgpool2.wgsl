enable subgroups;
// avgpool2 = conv2d, add, tanh, avgpool2d: 4x2x2x4
// line 6: conv 4 3x3 tanh => 2x2x4
// of which avgpool2d leaves 4x1x1x4
// line 7: avgpool 2x2 => 1x1x4
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, pooled row, pooled column, place of the window), n = filter, k = (window row, window column, channel); 16 x 4 x 27
// Each lane of a subgroup computes 2 x 2 pixels and a filter at a time.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 4; const W = 4; const C = 3; const KH = 3; const KW = 3; const OH = 2; const OW = 2; const F = 4;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
// Windows of WH x WW are pooled, PH x PW of them.
const WH = 2; const WW = 2; const PH = 1; const PW = 1;
@group(0) @binding(0) var<storage, read_write> avgpool1: array<f32, 192>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<f32, 108>;
@group(0) @binding(2) var<storage, read> conv2_bias: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read_write> avgpool2: array<vec4f, 4>;

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let place = i32(id.x);
  // Lanes beyond the last compute what it does: all take part in spreading the weights.
  let r = min(place, 3);
  let top = r / PW % PH * WH * SY - TOP;
  let left = r % PW * WW * SX - LEFT;
  let at = ((r / (PH * PW) * H + top) * W + left) * C;
  // What the windows of the lane read.
  var held: array<f32, 48>;
  held[0] = avgpool1[at + 0 * (W * C) + 0];
  held[1] = avgpool1[at + 0 * (W * C) + 1];
  held[2] = avgpool1[at + 0 * (W * C) + 2];
  held[3] = avgpool1[at + 0 * (W * C) + 3];
  held[4] = avgpool1[at + 0 * (W * C) + 4];
  held[5] = avgpool1[at + 0 * (W * C) + 5];
  held[6] = avgpool1[at + 0 * (W * C) + 6];
  held[7] = avgpool1[at + 0 * (W * C) + 7];
  held[8] = avgpool1[at + 0 * (W * C) + 8];
  held[9] = avgpool1[at + 0 * (W * C) + 9];
  held[10] = avgpool1[at + 0 * (W * C) + 10];
  held[11] = avgpool1[at + 0 * (W * C) + 11];
  held[12] = avgpool1[at + 1 * (W * C) + 0];
  held[13] = avgpool1[at + 1 * (W * C) + 1];
  held[14] = avgpool1[at + 1 * (W * C) + 2];
  held[15] = avgpool1[at + 1 * (W * C) + 3];
  held[16] = avgpool1[at + 1 * (W * C) + 4];
  held[17] = avgpool1[at + 1 * (W * C) + 5];
  held[18] = avgpool1[at + 1 * (W * C) + 6];
  held[19] = avgpool1[at + 1 * (W * C) + 7];
  held[20] = avgpool1[at + 1 * (W * C) + 8];
  held[21] = avgpool1[at + 1 * (W * C) + 9];
  held[22] = avgpool1[at + 1 * (W * C) + 10];
  held[23] = avgpool1[at + 1 * (W * C) + 11];
  held[24] = avgpool1[at + 2 * (W * C) + 0];
  held[25] = avgpool1[at + 2 * (W * C) + 1];
  held[26] = avgpool1[at + 2 * (W * C) + 2];
  held[27] = avgpool1[at + 2 * (W * C) + 3];
  held[28] = avgpool1[at + 2 * (W * C) + 4];
  held[29] = avgpool1[at + 2 * (W * C) + 5];
  held[30] = avgpool1[at + 2 * (W * C) + 6];
  held[31] = avgpool1[at + 2 * (W * C) + 7];
  held[32] = avgpool1[at + 2 * (W * C) + 8];
  held[33] = avgpool1[at + 2 * (W * C) + 9];
  held[34] = avgpool1[at + 2 * (W * C) + 10];
  held[35] = avgpool1[at + 2 * (W * C) + 11];
  held[36] = avgpool1[at + 3 * (W * C) + 0];
  held[37] = avgpool1[at + 3 * (W * C) + 1];
  held[38] = avgpool1[at + 3 * (W * C) + 2];
  held[39] = avgpool1[at + 3 * (W * C) + 3];
  held[40] = avgpool1[at + 3 * (W * C) + 4];
  held[41] = avgpool1[at + 3 * (W * C) + 5];
  held[42] = avgpool1[at + 3 * (W * C) + 6];
  held[43] = avgpool1[at + 3 * (W * C) + 7];
  held[44] = avgpool1[at + 3 * (W * C) + 8];
  held[45] = avgpool1[at + 3 * (W * C) + 9];
  held[46] = avgpool1[at + 3 * (W * C) + 10];
  held[47] = avgpool1[at + 3 * (W * C) + 11];
  let own = i32(lane) * F;
  var q: f32;
  for (var f = 0; f < F; f += 4) {
    var v0 = T();
    var v1 = T();
    var v2 = T();
    var v3 = T();
    for (var part = 0; part < 4 + i32(tile.z); part += 1) {
      let w0 = conv2_weight[own + 0 + f + part];
      let w1 = conv2_weight[own + 32 + f + part];
      let w2 = conv2_weight[own + 64 + f + part];
      let w3 = conv2_weight[min(own + 96 + f + part, 107)];
      var s0_0 = 0.0;
      var s1_0 = 0.0;
      var s2_0 = 0.0;
      var s3_0 = 0.0;
      q = subgroupBroadcast(w0, 0u); s0_0 = fma(held[0], q, s0_0); s1_0 = fma(held[3], q, s1_0); s2_0 = fma(held[12], q, s2_0); s3_0 = fma(held[15], q, s3_0);
      q = subgroupBroadcast(w0, 1u); s0_0 = fma(held[1], q, s0_0); s1_0 = fma(held[4], q, s1_0); s2_0 = fma(held[13], q, s2_0); s3_0 = fma(held[16], q, s3_0);
      q = subgroupBroadcast(w0, 2u); s0_0 = fma(held[2], q, s0_0); s1_0 = fma(held[5], q, s1_0); s2_0 = fma(held[14], q, s2_0); s3_0 = fma(held[17], q, s3_0);
      q = subgroupBroadcast(w0, 3u); s0_0 = fma(held[3], q, s0_0); s1_0 = fma(held[6], q, s1_0); s2_0 = fma(held[15], q, s2_0); s3_0 = fma(held[18], q, s3_0);
      q = subgroupBroadcast(w0, 4u); s0_0 = fma(held[4], q, s0_0); s1_0 = fma(held[7], q, s1_0); s2_0 = fma(held[16], q, s2_0); s3_0 = fma(held[19], q, s3_0);
      q = subgroupBroadcast(w0, 5u); s0_0 = fma(held[5], q, s0_0); s1_0 = fma(held[8], q, s1_0); s2_0 = fma(held[17], q, s2_0); s3_0 = fma(held[20], q, s3_0);
      q = subgroupBroadcast(w0, 6u); s0_0 = fma(held[6], q, s0_0); s1_0 = fma(held[9], q, s1_0); s2_0 = fma(held[18], q, s2_0); s3_0 = fma(held[21], q, s3_0);
      q = subgroupBroadcast(w0, 7u); s0_0 = fma(held[7], q, s0_0); s1_0 = fma(held[10], q, s1_0); s2_0 = fma(held[19], q, s2_0); s3_0 = fma(held[22], q, s3_0);
      q = subgroupBroadcast(w1, 0u); s0_0 = fma(held[8], q, s0_0); s1_0 = fma(held[11], q, s1_0); s2_0 = fma(held[20], q, s2_0); s3_0 = fma(held[23], q, s3_0);
      q = subgroupBroadcast(w1, 1u); s0_0 = fma(held[12], q, s0_0); s1_0 = fma(held[15], q, s1_0); s2_0 = fma(held[24], q, s2_0); s3_0 = fma(held[27], q, s3_0);
      q = subgroupBroadcast(w1, 2u); s0_0 = fma(held[13], q, s0_0); s1_0 = fma(held[16], q, s1_0); s2_0 = fma(held[25], q, s2_0); s3_0 = fma(held[28], q, s3_0);
      q = subgroupBroadcast(w1, 3u); s0_0 = fma(held[14], q, s0_0); s1_0 = fma(held[17], q, s1_0); s2_0 = fma(held[26], q, s2_0); s3_0 = fma(held[29], q, s3_0);
      q = subgroupBroadcast(w1, 4u); s0_0 = fma(held[15], q, s0_0); s1_0 = fma(held[18], q, s1_0); s2_0 = fma(held[27], q, s2_0); s3_0 = fma(held[30], q, s3_0);
      q = subgroupBroadcast(w1, 5u); s0_0 = fma(held[16], q, s0_0); s1_0 = fma(held[19], q, s1_0); s2_0 = fma(held[28], q, s2_0); s3_0 = fma(held[31], q, s3_0);
      q = subgroupBroadcast(w1, 6u); s0_0 = fma(held[17], q, s0_0); s1_0 = fma(held[20], q, s1_0); s2_0 = fma(held[29], q, s2_0); s3_0 = fma(held[32], q, s3_0);
      q = subgroupBroadcast(w1, 7u); s0_0 = fma(held[18], q, s0_0); s1_0 = fma(held[21], q, s1_0); s2_0 = fma(held[30], q, s2_0); s3_0 = fma(held[33], q, s3_0);
      q = subgroupBroadcast(w2, 0u); s0_0 = fma(held[19], q, s0_0); s1_0 = fma(held[22], q, s1_0); s2_0 = fma(held[31], q, s2_0); s3_0 = fma(held[34], q, s3_0);
      q = subgroupBroadcast(w2, 1u); s0_0 = fma(held[20], q, s0_0); s1_0 = fma(held[23], q, s1_0); s2_0 = fma(held[32], q, s2_0); s3_0 = fma(held[35], q, s3_0);
      q = subgroupBroadcast(w2, 2u); s0_0 = fma(held[24], q, s0_0); s1_0 = fma(held[27], q, s1_0); s2_0 = fma(held[36], q, s2_0); s3_0 = fma(held[39], q, s3_0);
      q = subgroupBroadcast(w2, 3u); s0_0 = fma(held[25], q, s0_0); s1_0 = fma(held[28], q, s1_0); s2_0 = fma(held[37], q, s2_0); s3_0 = fma(held[40], q, s3_0);
      q = subgroupBroadcast(w2, 4u); s0_0 = fma(held[26], q, s0_0); s1_0 = fma(held[29], q, s1_0); s2_0 = fma(held[38], q, s2_0); s3_0 = fma(held[41], q, s3_0);
      q = subgroupBroadcast(w2, 5u); s0_0 = fma(held[27], q, s0_0); s1_0 = fma(held[30], q, s1_0); s2_0 = fma(held[39], q, s2_0); s3_0 = fma(held[42], q, s3_0);
      q = subgroupBroadcast(w2, 6u); s0_0 = fma(held[28], q, s0_0); s1_0 = fma(held[31], q, s1_0); s2_0 = fma(held[40], q, s2_0); s3_0 = fma(held[43], q, s3_0);
      q = subgroupBroadcast(w2, 7u); s0_0 = fma(held[29], q, s0_0); s1_0 = fma(held[32], q, s1_0); s2_0 = fma(held[41], q, s2_0); s3_0 = fma(held[44], q, s3_0);
      q = subgroupBroadcast(w3, 0u); s0_0 = fma(held[30], q, s0_0); s1_0 = fma(held[33], q, s1_0); s2_0 = fma(held[42], q, s2_0); s3_0 = fma(held[45], q, s3_0);
      q = subgroupBroadcast(w3, 1u); s0_0 = fma(held[31], q, s0_0); s1_0 = fma(held[34], q, s1_0); s2_0 = fma(held[43], q, s2_0); s3_0 = fma(held[46], q, s3_0);
      q = subgroupBroadcast(w3, 2u); s0_0 = fma(held[32], q, s0_0); s1_0 = fma(held[35], q, s1_0); s2_0 = fma(held[44], q, s2_0); s3_0 = fma(held[47], q, s3_0);
      v0 = T(v0.yzw, s0_0);
      v1 = T(v1.yzw, s1_0);
      v2 = T(v2.yzw, s2_0);
      v3 = T(v3.yzw, s3_0);
    }
    if (place < 4) {
          {
            let column = u32(f) / 4u;
            let o = u32(r) * 1u + column;
            let conv2_z_v_0 = v0 + conv2_bias[column];
            let conv2_v_0 = tanh(clamp(conv2_z_v_0, T(-15.0), T(15.0)));
            let conv2_z_v_1 = v1 + conv2_bias[column];
            let conv2_v_1 = tanh(clamp(conv2_z_v_1, T(-15.0), T(15.0)));
            let conv2_z_v_2 = v2 + conv2_bias[column];
            let conv2_v_2 = tanh(clamp(conv2_z_v_2, T(-15.0), T(15.0)));
            let conv2_z_v_3 = v3 + conv2_bias[column];
            let conv2_v_3 = tanh(clamp(conv2_z_v_3, T(-15.0), T(15.0)));
            let best = (conv2_v_0 + conv2_v_1 + conv2_v_2 + conv2_v_3) / 4.0;
            avgpool2[o] = best;
          }
        }
  }
}
