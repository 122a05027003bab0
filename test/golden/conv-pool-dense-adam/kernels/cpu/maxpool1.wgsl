enable subgroups;
// maxpool1 = conv2d, add, relu, maxpool2d: 8x10x10x4
// line 4: conv 4 3x3 relu => 10x10x4
// of which maxpool2d leaves 8x5x5x4
// line 5: maxpool 2x2 => 5x5x4
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, pooled row, pooled column, place of the window), n = filter, k = (window row, window column, channel); 800 x 4 x 9
// Each lane of a subgroup computes 2 x 2 pixels and a filter at a time.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 12; const W = 12; const C = 1; const KH = 3; const KW = 3; const OH = 10; const OW = 10; const F = 4;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
// Windows of WH x WW are pooled, PH x PW of them.
const WH = 2; const WW = 2; const PH = 5; const PW = 5;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 1152>;
@group(0) @binding(1) var<storage, read> conv1_weight: array<f32, 36>;
@group(0) @binding(2) var<storage, read> conv1_bias: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read_write> maxpool1: array<vec4f, 200>;

@compute @workgroup_size(16)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let place = i32(id.x);
  // Lanes beyond the last compute what it does: all take part in spreading the weights.
  let r = min(place, 199);
  let top = r / PW % PH * WH * SY - TOP;
  let left = r % PW * WW * SX - LEFT;
  let at = ((r / (PH * PW) * H + top) * W + left) * C;
  // What the windows of the lane read.
  var held: array<f32, 16>;
  held[0] = x[at + 0 * (W * C) + 0];
  held[1] = x[at + 0 * (W * C) + 1];
  held[2] = x[at + 0 * (W * C) + 2];
  held[3] = x[at + 0 * (W * C) + 3];
  held[4] = x[at + 1 * (W * C) + 0];
  held[5] = x[at + 1 * (W * C) + 1];
  held[6] = x[at + 1 * (W * C) + 2];
  held[7] = x[at + 1 * (W * C) + 3];
  held[8] = x[at + 2 * (W * C) + 0];
  held[9] = x[at + 2 * (W * C) + 1];
  held[10] = x[at + 2 * (W * C) + 2];
  held[11] = x[at + 2 * (W * C) + 3];
  held[12] = x[at + 3 * (W * C) + 0];
  held[13] = x[at + 3 * (W * C) + 1];
  held[14] = x[at + 3 * (W * C) + 2];
  held[15] = x[at + 3 * (W * C) + 3];
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
      q = subgroupBroadcast(w0, 0u); s0_0 = fma(held[0], q, s0_0); s1_0 = fma(held[1], q, s1_0); s2_0 = fma(held[4], q, s2_0); s3_0 = fma(held[5], q, s3_0);
      q = subgroupBroadcast(w0, 1u); s0_0 = fma(held[1], q, s0_0); s1_0 = fma(held[2], q, s1_0); s2_0 = fma(held[5], q, s2_0); s3_0 = fma(held[6], q, s3_0);
      q = subgroupBroadcast(w0, 2u); s0_0 = fma(held[2], q, s0_0); s1_0 = fma(held[3], q, s1_0); s2_0 = fma(held[6], q, s2_0); s3_0 = fma(held[7], q, s3_0);
      q = subgroupBroadcast(w0, 3u); s0_0 = fma(held[4], q, s0_0); s1_0 = fma(held[5], q, s1_0); s2_0 = fma(held[8], q, s2_0); s3_0 = fma(held[9], q, s3_0);
      q = subgroupBroadcast(w0, 4u); s0_0 = fma(held[5], q, s0_0); s1_0 = fma(held[6], q, s1_0); s2_0 = fma(held[9], q, s2_0); s3_0 = fma(held[10], q, s3_0);
      q = subgroupBroadcast(w0, 5u); s0_0 = fma(held[6], q, s0_0); s1_0 = fma(held[7], q, s1_0); s2_0 = fma(held[10], q, s2_0); s3_0 = fma(held[11], q, s3_0);
      q = subgroupBroadcast(w0, 6u); s0_0 = fma(held[8], q, s0_0); s1_0 = fma(held[9], q, s1_0); s2_0 = fma(held[12], q, s2_0); s3_0 = fma(held[13], q, s3_0);
      q = subgroupBroadcast(w0, 7u); s0_0 = fma(held[9], q, s0_0); s1_0 = fma(held[10], q, s1_0); s2_0 = fma(held[13], q, s2_0); s3_0 = fma(held[14], q, s3_0);
      q = subgroupBroadcast(w1, 0u); s0_0 = fma(held[10], q, s0_0); s1_0 = fma(held[11], q, s1_0); s2_0 = fma(held[14], q, s2_0); s3_0 = fma(held[15], q, s3_0);
      v0 = T(v0.yzw, s0_0);
      v1 = T(v1.yzw, s1_0);
      v2 = T(v2.yzw, s2_0);
      v3 = T(v3.yzw, s3_0);
    }
    if (place < 200) {
          {
            let column = u32(f) / 4u;
            let o = u32(r) * 1u + column;
            let conv1_z_v_0 = v0 + conv1_bias[column];
            let conv1_v_0 = max(conv1_z_v_0, T(0.0));
            let conv1_z_v_1 = v1 + conv1_bias[column];
            let conv1_v_1 = max(conv1_z_v_1, T(0.0));
            let conv1_z_v_2 = v2 + conv1_bias[column];
            let conv1_v_2 = max(conv1_z_v_2, T(0.0));
            let conv1_z_v_3 = v3 + conv1_bias[column];
            let conv1_v_3 = max(conv1_z_v_3, T(0.0));
            let best = max(max(max(conv1_v_0, conv1_v_1), conv1_v_2), conv1_v_3);
            maxpool1[o] = best;
          }
        }
  }
}
