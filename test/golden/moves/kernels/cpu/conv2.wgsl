enable subgroups;
// conv2 = conv2d, add: 2x4x4x4
// line 14: conv 4 3x3 stride 2x3 => 4x4x4
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 32 x 4 x 18
// Each lane of a subgroup computes a pixel and a filter at a time.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 9; const W = 12; const C = 2; const KH = 3; const KW = 3; const OH = 4; const OW = 4; const F = 4;
const SY = 2; const SX = 3; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
const PW = 4; const PH = 4; const WH = 1; const WW = 1;
@group(0) @binding(0) var<storage, read_write> transpose1: array<f32, 432>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<f32, 72>;
@group(0) @binding(2) var<storage, read> conv2_bias: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read_write> conv2: array<vec4f, 32>;

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let place = i32(id.x);
  let r = place;
  let top = r / PW % PH * WH * SY - TOP;
  let left = r % PW * WW * SX - LEFT;
  let at = ((r / (PH * PW) * H + top) * W + left) * C;
  // What the windows of the lane read.
  var held: array<f32, 18>;
  held[0] = transpose1[at + 0 * (W * C) + 0];
  held[1] = transpose1[at + 0 * (W * C) + 1];
  held[2] = transpose1[at + 0 * (W * C) + 2];
  held[3] = transpose1[at + 0 * (W * C) + 3];
  held[4] = transpose1[at + 0 * (W * C) + 4];
  held[5] = transpose1[at + 0 * (W * C) + 5];
  held[6] = transpose1[at + 1 * (W * C) + 0];
  held[7] = transpose1[at + 1 * (W * C) + 1];
  held[8] = transpose1[at + 1 * (W * C) + 2];
  held[9] = transpose1[at + 1 * (W * C) + 3];
  held[10] = transpose1[at + 1 * (W * C) + 4];
  held[11] = transpose1[at + 1 * (W * C) + 5];
  held[12] = transpose1[at + 2 * (W * C) + 0];
  held[13] = transpose1[at + 2 * (W * C) + 1];
  held[14] = transpose1[at + 2 * (W * C) + 2];
  held[15] = transpose1[at + 2 * (W * C) + 3];
  held[16] = transpose1[at + 2 * (W * C) + 4];
  held[17] = transpose1[at + 2 * (W * C) + 5];
  let own = i32(lane) * F;
  var q: f32;
  for (var f = 0; f < F; f += 4) {
    var v0 = T();
    for (var part = 0; part < 4 + i32(tile.z); part += 1) {
      let w0 = conv2_weight[own + 0 + f + part];
      let w1 = conv2_weight[own + 32 + f + part];
      let w2 = conv2_weight[min(own + 64 + f + part, 71)];
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
      v0 = T(v0.yzw, s0_0);
    }

    {
      let column = u32(f) / 4u;

      let o0 = (u32(r) * 1u) * 1u + column;
      let conv2_v_0 = v0 + conv2_bias[column];
      conv2[o0] = conv2_v_0;
    }
  }
}
