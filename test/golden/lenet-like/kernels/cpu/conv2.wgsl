enable subgroups;
// conv2 = conv2d, add, tanh: 4x2x2x4
// line 6: conv 4 3x3 tanh => 2x2x4
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 16 x 4 x 27
// Each lane of a subgroup computes a pixel and a filter at a time.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 4; const W = 4; const C = 3; const KH = 3; const KW = 3; const OH = 2; const OW = 2; const F = 4;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
const PW = 2; const PH = 2; const WH = 1; const WW = 1;
@group(0) @binding(0) var<storage, read_write> avgpool1: array<f32, 192>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<f32, 108>;
@group(0) @binding(2) var<storage, read> conv2_bias: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read_write> conv2: array<vec4f, 16>;

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let place = i32(id.x);
  let r = place;
  let top = r / PW % PH * WH * SY - TOP;
  let left = r % PW * WW * SX - LEFT;
  let at = ((r / (PH * PW) * H + top) * W + left) * C;
  // What the windows of the lane read.
  var held: array<f32, 27>;
  held[0] = avgpool1[at + 0 * (W * C) + 0];
  held[1] = avgpool1[at + 0 * (W * C) + 1];
  held[2] = avgpool1[at + 0 * (W * C) + 2];
  held[3] = avgpool1[at + 0 * (W * C) + 3];
  held[4] = avgpool1[at + 0 * (W * C) + 4];
  held[5] = avgpool1[at + 0 * (W * C) + 5];
  held[6] = avgpool1[at + 0 * (W * C) + 6];
  held[7] = avgpool1[at + 0 * (W * C) + 7];
  held[8] = avgpool1[at + 0 * (W * C) + 8];
  held[9] = avgpool1[at + 1 * (W * C) + 0];
  held[10] = avgpool1[at + 1 * (W * C) + 1];
  held[11] = avgpool1[at + 1 * (W * C) + 2];
  held[12] = avgpool1[at + 1 * (W * C) + 3];
  held[13] = avgpool1[at + 1 * (W * C) + 4];
  held[14] = avgpool1[at + 1 * (W * C) + 5];
  held[15] = avgpool1[at + 1 * (W * C) + 6];
  held[16] = avgpool1[at + 1 * (W * C) + 7];
  held[17] = avgpool1[at + 1 * (W * C) + 8];
  held[18] = avgpool1[at + 2 * (W * C) + 0];
  held[19] = avgpool1[at + 2 * (W * C) + 1];
  held[20] = avgpool1[at + 2 * (W * C) + 2];
  held[21] = avgpool1[at + 2 * (W * C) + 3];
  held[22] = avgpool1[at + 2 * (W * C) + 4];
  held[23] = avgpool1[at + 2 * (W * C) + 5];
  held[24] = avgpool1[at + 2 * (W * C) + 6];
  held[25] = avgpool1[at + 2 * (W * C) + 7];
  held[26] = avgpool1[at + 2 * (W * C) + 8];
  let own = i32(lane) * F;
  var q: f32;
  for (var f = 0; f < F; f += 4) {
    var v0 = T();
    for (var part = 0; part < 4 + i32(tile.z); part += 1) {
      let w0 = conv2_weight[own + 0 + f + part];
      let w1 = conv2_weight[own + 32 + f + part];
      let w2 = conv2_weight[own + 64 + f + part];
      let w3 = conv2_weight[min(own + 96 + f + part, 107)];
      var s0_0 = 0.0;
      q = subgroupBroadcast(w0, 0u); s0_0 = fma(held[0], q, s0_0);
      q = subgroupBroadcast(w0, 1u); s0_0 = fma(held[1], q, s0_0);
      q = subgroupBroadcast(w0, 2u); s0_0 = fma(held[2], q, s0_0);
      q = subgroupBroadcast(w0, 3u); s0_0 = fma(held[3], q, s0_0);
      q = subgroupBroadcast(w0, 4u); s0_0 = fma(held[4], q, s0_0);
      q = subgroupBroadcast(w0, 5u); s0_0 = fma(held[5], q, s0_0);
      q = subgroupBroadcast(w0, 6u); s0_0 = fma(held[6], q, s0_0);
      q = subgroupBroadcast(w0, 7u); s0_0 = fma(held[7], q, s0_0);
      q = subgroupBroadcast(w1, 0u); s0_0 = fma(held[8], q, s0_0);
      q = subgroupBroadcast(w1, 1u); s0_0 = fma(held[9], q, s0_0);
      q = subgroupBroadcast(w1, 2u); s0_0 = fma(held[10], q, s0_0);
      q = subgroupBroadcast(w1, 3u); s0_0 = fma(held[11], q, s0_0);
      q = subgroupBroadcast(w1, 4u); s0_0 = fma(held[12], q, s0_0);
      q = subgroupBroadcast(w1, 5u); s0_0 = fma(held[13], q, s0_0);
      q = subgroupBroadcast(w1, 6u); s0_0 = fma(held[14], q, s0_0);
      q = subgroupBroadcast(w1, 7u); s0_0 = fma(held[15], q, s0_0);
      q = subgroupBroadcast(w2, 0u); s0_0 = fma(held[16], q, s0_0);
      q = subgroupBroadcast(w2, 1u); s0_0 = fma(held[17], q, s0_0);
      q = subgroupBroadcast(w2, 2u); s0_0 = fma(held[18], q, s0_0);
      q = subgroupBroadcast(w2, 3u); s0_0 = fma(held[19], q, s0_0);
      q = subgroupBroadcast(w2, 4u); s0_0 = fma(held[20], q, s0_0);
      q = subgroupBroadcast(w2, 5u); s0_0 = fma(held[21], q, s0_0);
      q = subgroupBroadcast(w2, 6u); s0_0 = fma(held[22], q, s0_0);
      q = subgroupBroadcast(w2, 7u); s0_0 = fma(held[23], q, s0_0);
      q = subgroupBroadcast(w3, 0u); s0_0 = fma(held[24], q, s0_0);
      q = subgroupBroadcast(w3, 1u); s0_0 = fma(held[25], q, s0_0);
      q = subgroupBroadcast(w3, 2u); s0_0 = fma(held[26], q, s0_0);
      v0 = T(v0.yzw, s0_0);
    }

    {
      let column = u32(f) / 4u;

      let o0 = (u32(r) * 1u) * 1u + column;
      let conv2_z_v_0 = v0 + conv2_bias[column];
      let conv2_v_0 = tanh(clamp(conv2_z_v_0, T(-15.0), T(15.0)));
      conv2[o0] = conv2_v_0;
    }
  }
}
