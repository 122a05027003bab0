enable subgroups;
// conv1 = conv2d, add, relu: 2x7x4x8
// line 5: conv 8 3x3 relu => 7x4x8
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 56 x 8 x 27
// Each lane of a subgroup computes a pixel and a filter at a time.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 9; const W = 6; const C = 3; const KH = 3; const KW = 3; const OH = 7; const OW = 4; const F = 8;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
const PW = 4; const PH = 7; const WH = 1; const WW = 1;
@group(0) @binding(0) var<storage, read_write> pad1: array<f32, 324>;
@group(0) @binding(1) var<storage, read> conv1_weight: array<f32, 216>;
@group(0) @binding(2) var<storage, read> conv1_bias: array<vec4f, 2>;
@group(0) @binding(3) var<storage, read_write> conv1: array<vec4f, 112>;

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let place = i32(id.x);
  let r = place;
  let top = r / PW % PH * WH * SY - TOP;
  let left = r % PW * WW * SX - LEFT;
  let at = ((r / (PH * PW) * H + top) * W + left) * C;
  // What the windows of the lane read.
  var held: array<f32, 27>;
  held[0] = pad1[at + 0 * (W * C) + 0];
  held[1] = pad1[at + 0 * (W * C) + 1];
  held[2] = pad1[at + 0 * (W * C) + 2];
  held[3] = pad1[at + 0 * (W * C) + 3];
  held[4] = pad1[at + 0 * (W * C) + 4];
  held[5] = pad1[at + 0 * (W * C) + 5];
  held[6] = pad1[at + 0 * (W * C) + 6];
  held[7] = pad1[at + 0 * (W * C) + 7];
  held[8] = pad1[at + 0 * (W * C) + 8];
  held[9] = pad1[at + 1 * (W * C) + 0];
  held[10] = pad1[at + 1 * (W * C) + 1];
  held[11] = pad1[at + 1 * (W * C) + 2];
  held[12] = pad1[at + 1 * (W * C) + 3];
  held[13] = pad1[at + 1 * (W * C) + 4];
  held[14] = pad1[at + 1 * (W * C) + 5];
  held[15] = pad1[at + 1 * (W * C) + 6];
  held[16] = pad1[at + 1 * (W * C) + 7];
  held[17] = pad1[at + 1 * (W * C) + 8];
  held[18] = pad1[at + 2 * (W * C) + 0];
  held[19] = pad1[at + 2 * (W * C) + 1];
  held[20] = pad1[at + 2 * (W * C) + 2];
  held[21] = pad1[at + 2 * (W * C) + 3];
  held[22] = pad1[at + 2 * (W * C) + 4];
  held[23] = pad1[at + 2 * (W * C) + 5];
  held[24] = pad1[at + 2 * (W * C) + 6];
  held[25] = pad1[at + 2 * (W * C) + 7];
  held[26] = pad1[at + 2 * (W * C) + 8];
  let own = i32(lane) * F;
  var q: f32;
  for (var f = 0; f < F; f += 4) {
    var v0 = T();
    for (var part = 0; part < 4 + i32(tile.z); part += 1) {
      let w0 = conv1_weight[own + 0 + f + part];
      let w1 = conv1_weight[own + 64 + f + part];
      let w2 = conv1_weight[own + 128 + f + part];
      let w3 = conv1_weight[min(own + 192 + f + part, 215)];
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

      let o0 = (u32(r) * 1u) * 2u + column;
      let conv1_z_v_0 = v0 + conv1_bias[column];
      let conv1_v_0 = max(conv1_z_v_0, T(0.0));
      conv1[o0] = conv1_v_0;
    }
  }
}
