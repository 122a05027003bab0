enable f16;
enable subgroups;
// conv2.half = conv2d, add, relu, half: 8x2x2x8
// line 7: conv 8 2x2 relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 32 x 8 x 16
// Each lane of a subgroup computes a pixel and a filter at a time.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 3; const W = 3; const C = 4; const KH = 2; const KW = 2; const OH = 2; const OW = 2; const F = 8;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
const PW = 2; const PH = 2; const WH = 1; const WW = 1;
@group(0) @binding(0) var<storage, read_write> maxpool1_half: array<f16, 288>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<f32, 128>;
@group(0) @binding(2) var<storage, read> conv2_bias: array<vec4f, 2>;
@group(0) @binding(3) var<storage, read_write> conv2_half: array<vec4h, 64>;

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let place = i32(id.x);
  let r = place;
  let top = r / PW % PH * WH * SY - TOP;
  let left = r % PW * WW * SX - LEFT;
  let at = ((r / (PH * PW) * H + top) * W + left) * C;
  // What the windows of the lane read.
  var held: array<f32, 16>;
  held[0] = f32(maxpool1_half[at + 0 * (W * C) + 0]);
  held[1] = f32(maxpool1_half[at + 0 * (W * C) + 1]);
  held[2] = f32(maxpool1_half[at + 0 * (W * C) + 2]);
  held[3] = f32(maxpool1_half[at + 0 * (W * C) + 3]);
  held[4] = f32(maxpool1_half[at + 0 * (W * C) + 4]);
  held[5] = f32(maxpool1_half[at + 0 * (W * C) + 5]);
  held[6] = f32(maxpool1_half[at + 0 * (W * C) + 6]);
  held[7] = f32(maxpool1_half[at + 0 * (W * C) + 7]);
  held[8] = f32(maxpool1_half[at + 1 * (W * C) + 0]);
  held[9] = f32(maxpool1_half[at + 1 * (W * C) + 1]);
  held[10] = f32(maxpool1_half[at + 1 * (W * C) + 2]);
  held[11] = f32(maxpool1_half[at + 1 * (W * C) + 3]);
  held[12] = f32(maxpool1_half[at + 1 * (W * C) + 4]);
  held[13] = f32(maxpool1_half[at + 1 * (W * C) + 5]);
  held[14] = f32(maxpool1_half[at + 1 * (W * C) + 6]);
  held[15] = f32(maxpool1_half[at + 1 * (W * C) + 7]);
  let own = i32(lane) * F;
  var q: f32;
  for (var f = 0; f < F; f += 4) {
    var v0 = T();
    for (var part = 0; part < 4 + i32(tile.z); part += 1) {
      let w0 = conv2_weight[own + 0 + f + part];
      let w1 = conv2_weight[own + 64 + f + part];
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
      v0 = T(v0.yzw, s0_0);
    }

    {
      let column = u32(f) / 4u;

      let o0 = (u32(r) * 1u) * 2u + column;
      let conv2_z_v_0 = v0 + conv2_bias[column];
      let conv2_v_0 = max(conv2_z_v_0, T(0.0));
      let conv2_half_v_0 = T(vec4h(conv2_v_0));
      conv2_half[o0] = vec4h(conv2_half_v_0);
    }
  }
}
