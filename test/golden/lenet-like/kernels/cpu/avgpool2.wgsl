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
  var a: array<f32, 48>;
  a[0] = avgpool1[at + 0 * (W * C) + 0];
  a[1] = avgpool1[at + 0 * (W * C) + 1];
  a[2] = avgpool1[at + 0 * (W * C) + 2];
  a[3] = avgpool1[at + 0 * (W * C) + 3];
  a[4] = avgpool1[at + 0 * (W * C) + 4];
  a[5] = avgpool1[at + 0 * (W * C) + 5];
  a[6] = avgpool1[at + 0 * (W * C) + 6];
  a[7] = avgpool1[at + 0 * (W * C) + 7];
  a[8] = avgpool1[at + 0 * (W * C) + 8];
  a[9] = avgpool1[at + 0 * (W * C) + 9];
  a[10] = avgpool1[at + 0 * (W * C) + 10];
  a[11] = avgpool1[at + 0 * (W * C) + 11];
  a[12] = avgpool1[at + 1 * (W * C) + 0];
  a[13] = avgpool1[at + 1 * (W * C) + 1];
  a[14] = avgpool1[at + 1 * (W * C) + 2];
  a[15] = avgpool1[at + 1 * (W * C) + 3];
  a[16] = avgpool1[at + 1 * (W * C) + 4];
  a[17] = avgpool1[at + 1 * (W * C) + 5];
  a[18] = avgpool1[at + 1 * (W * C) + 6];
  a[19] = avgpool1[at + 1 * (W * C) + 7];
  a[20] = avgpool1[at + 1 * (W * C) + 8];
  a[21] = avgpool1[at + 1 * (W * C) + 9];
  a[22] = avgpool1[at + 1 * (W * C) + 10];
  a[23] = avgpool1[at + 1 * (W * C) + 11];
  a[24] = avgpool1[at + 2 * (W * C) + 0];
  a[25] = avgpool1[at + 2 * (W * C) + 1];
  a[26] = avgpool1[at + 2 * (W * C) + 2];
  a[27] = avgpool1[at + 2 * (W * C) + 3];
  a[28] = avgpool1[at + 2 * (W * C) + 4];
  a[29] = avgpool1[at + 2 * (W * C) + 5];
  a[30] = avgpool1[at + 2 * (W * C) + 6];
  a[31] = avgpool1[at + 2 * (W * C) + 7];
  a[32] = avgpool1[at + 2 * (W * C) + 8];
  a[33] = avgpool1[at + 2 * (W * C) + 9];
  a[34] = avgpool1[at + 2 * (W * C) + 10];
  a[35] = avgpool1[at + 2 * (W * C) + 11];
  a[36] = avgpool1[at + 3 * (W * C) + 0];
  a[37] = avgpool1[at + 3 * (W * C) + 1];
  a[38] = avgpool1[at + 3 * (W * C) + 2];
  a[39] = avgpool1[at + 3 * (W * C) + 3];
  a[40] = avgpool1[at + 3 * (W * C) + 4];
  a[41] = avgpool1[at + 3 * (W * C) + 5];
  a[42] = avgpool1[at + 3 * (W * C) + 6];
  a[43] = avgpool1[at + 3 * (W * C) + 7];
  a[44] = avgpool1[at + 3 * (W * C) + 8];
  a[45] = avgpool1[at + 3 * (W * C) + 9];
  a[46] = avgpool1[at + 3 * (W * C) + 10];
  a[47] = avgpool1[at + 3 * (W * C) + 11];
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
      q = subgroupBroadcast(w0, 0u); s0_0 = fma(a[0], q, s0_0); s1_0 = fma(a[3], q, s1_0); s2_0 = fma(a[12], q, s2_0); s3_0 = fma(a[15], q, s3_0);
      q = subgroupBroadcast(w0, 1u); s0_0 = fma(a[1], q, s0_0); s1_0 = fma(a[4], q, s1_0); s2_0 = fma(a[13], q, s2_0); s3_0 = fma(a[16], q, s3_0);
      q = subgroupBroadcast(w0, 2u); s0_0 = fma(a[2], q, s0_0); s1_0 = fma(a[5], q, s1_0); s2_0 = fma(a[14], q, s2_0); s3_0 = fma(a[17], q, s3_0);
      q = subgroupBroadcast(w0, 3u); s0_0 = fma(a[3], q, s0_0); s1_0 = fma(a[6], q, s1_0); s2_0 = fma(a[15], q, s2_0); s3_0 = fma(a[18], q, s3_0);
      q = subgroupBroadcast(w0, 4u); s0_0 = fma(a[4], q, s0_0); s1_0 = fma(a[7], q, s1_0); s2_0 = fma(a[16], q, s2_0); s3_0 = fma(a[19], q, s3_0);
      q = subgroupBroadcast(w0, 5u); s0_0 = fma(a[5], q, s0_0); s1_0 = fma(a[8], q, s1_0); s2_0 = fma(a[17], q, s2_0); s3_0 = fma(a[20], q, s3_0);
      q = subgroupBroadcast(w0, 6u); s0_0 = fma(a[6], q, s0_0); s1_0 = fma(a[9], q, s1_0); s2_0 = fma(a[18], q, s2_0); s3_0 = fma(a[21], q, s3_0);
      q = subgroupBroadcast(w0, 7u); s0_0 = fma(a[7], q, s0_0); s1_0 = fma(a[10], q, s1_0); s2_0 = fma(a[19], q, s2_0); s3_0 = fma(a[22], q, s3_0);
      q = subgroupBroadcast(w1, 0u); s0_0 = fma(a[8], q, s0_0); s1_0 = fma(a[11], q, s1_0); s2_0 = fma(a[20], q, s2_0); s3_0 = fma(a[23], q, s3_0);
      q = subgroupBroadcast(w1, 1u); s0_0 = fma(a[12], q, s0_0); s1_0 = fma(a[15], q, s1_0); s2_0 = fma(a[24], q, s2_0); s3_0 = fma(a[27], q, s3_0);
      q = subgroupBroadcast(w1, 2u); s0_0 = fma(a[13], q, s0_0); s1_0 = fma(a[16], q, s1_0); s2_0 = fma(a[25], q, s2_0); s3_0 = fma(a[28], q, s3_0);
      q = subgroupBroadcast(w1, 3u); s0_0 = fma(a[14], q, s0_0); s1_0 = fma(a[17], q, s1_0); s2_0 = fma(a[26], q, s2_0); s3_0 = fma(a[29], q, s3_0);
      q = subgroupBroadcast(w1, 4u); s0_0 = fma(a[15], q, s0_0); s1_0 = fma(a[18], q, s1_0); s2_0 = fma(a[27], q, s2_0); s3_0 = fma(a[30], q, s3_0);
      q = subgroupBroadcast(w1, 5u); s0_0 = fma(a[16], q, s0_0); s1_0 = fma(a[19], q, s1_0); s2_0 = fma(a[28], q, s2_0); s3_0 = fma(a[31], q, s3_0);
      q = subgroupBroadcast(w1, 6u); s0_0 = fma(a[17], q, s0_0); s1_0 = fma(a[20], q, s1_0); s2_0 = fma(a[29], q, s2_0); s3_0 = fma(a[32], q, s3_0);
      q = subgroupBroadcast(w1, 7u); s0_0 = fma(a[18], q, s0_0); s1_0 = fma(a[21], q, s1_0); s2_0 = fma(a[30], q, s2_0); s3_0 = fma(a[33], q, s3_0);
      q = subgroupBroadcast(w2, 0u); s0_0 = fma(a[19], q, s0_0); s1_0 = fma(a[22], q, s1_0); s2_0 = fma(a[31], q, s2_0); s3_0 = fma(a[34], q, s3_0);
      q = subgroupBroadcast(w2, 1u); s0_0 = fma(a[20], q, s0_0); s1_0 = fma(a[23], q, s1_0); s2_0 = fma(a[32], q, s2_0); s3_0 = fma(a[35], q, s3_0);
      q = subgroupBroadcast(w2, 2u); s0_0 = fma(a[24], q, s0_0); s1_0 = fma(a[27], q, s1_0); s2_0 = fma(a[36], q, s2_0); s3_0 = fma(a[39], q, s3_0);
      q = subgroupBroadcast(w2, 3u); s0_0 = fma(a[25], q, s0_0); s1_0 = fma(a[28], q, s1_0); s2_0 = fma(a[37], q, s2_0); s3_0 = fma(a[40], q, s3_0);
      q = subgroupBroadcast(w2, 4u); s0_0 = fma(a[26], q, s0_0); s1_0 = fma(a[29], q, s1_0); s2_0 = fma(a[38], q, s2_0); s3_0 = fma(a[41], q, s3_0);
      q = subgroupBroadcast(w2, 5u); s0_0 = fma(a[27], q, s0_0); s1_0 = fma(a[30], q, s1_0); s2_0 = fma(a[39], q, s2_0); s3_0 = fma(a[42], q, s3_0);
      q = subgroupBroadcast(w2, 6u); s0_0 = fma(a[28], q, s0_0); s1_0 = fma(a[31], q, s1_0); s2_0 = fma(a[40], q, s2_0); s3_0 = fma(a[43], q, s3_0);
      q = subgroupBroadcast(w2, 7u); s0_0 = fma(a[29], q, s0_0); s1_0 = fma(a[32], q, s1_0); s2_0 = fma(a[41], q, s2_0); s3_0 = fma(a[44], q, s3_0);
      q = subgroupBroadcast(w3, 0u); s0_0 = fma(a[30], q, s0_0); s1_0 = fma(a[33], q, s1_0); s2_0 = fma(a[42], q, s2_0); s3_0 = fma(a[45], q, s3_0);
      q = subgroupBroadcast(w3, 1u); s0_0 = fma(a[31], q, s0_0); s1_0 = fma(a[34], q, s1_0); s2_0 = fma(a[43], q, s2_0); s3_0 = fma(a[46], q, s3_0);
      q = subgroupBroadcast(w3, 2u); s0_0 = fma(a[32], q, s0_0); s1_0 = fma(a[35], q, s1_0); s2_0 = fma(a[44], q, s2_0); s3_0 = fma(a[47], q, s3_0);
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
