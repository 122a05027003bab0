enable subgroups;
// spatial_dropout1 = conv2d, add, leaky_relu, dropout: 2x5x4x4
// line 4: conv 4 3x3 leaky_relu 0.1 init he_normal lr_scale 0.1
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 40 x 4 x 27
// Each lane of a subgroup computes a pixel and a filter at a time.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 7; const W = 6; const C = 3; const KH = 3; const KW = 3; const OH = 5; const OW = 4; const F = 4;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
const PW = 4; const PH = 5; const WH = 1; const WW = 1;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 252>;
@group(0) @binding(1) var<storage, read> conv1_weight: array<f32, 108>;
@group(0) @binding(2) var<storage, read> conv1_bias: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read_write> conv1: array<vec4f, 40>;
@group(0) @binding(4) var<storage, read_write> spatial_dropout1: array<vec4f, 40>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  seed: u32,
  step: u32,
  lr: f32,
}
@group(0) @binding(5) var<uniform> step: Step;

// 32 random bits of (seed, stream, index): pcg3d (Jarzynski & Olano 2020), as runtime/random.ts.
fn hash32(seed: u32, stream: u32, index: u32) -> u32 {
  var v = vec3u(seed, stream, index) * 1664525u + 1013904223u;
  v.x += v.y * v.z; v.y += v.z * v.x; v.z += v.x * v.y;
  v ^= v >> vec3u(16u);
  v.x += v.y * v.z; v.y += v.z * v.x; v.z += v.x * v.y;
  return v.z ^ (v.z >> 16u);
}

// The mask of whole channels: an element has the index of its picture and channel among all of them.
fn channel_index(i: u32, picture: u32, channels: u32) -> u32 { return i / picture * channels + i % channels; }
fn channel_mask(seed: u32, stream: u32, element: u32, threshold: u32, picture: u32, channels: u32) -> T {
  return vec4f(
      select(0.0, 1.0, hash32(seed, stream, channel_index(element * 4u, picture, channels)) >= threshold),
      select(0.0, 1.0, hash32(seed, stream, channel_index(element * 4u + 1u, picture, channels)) >= threshold),
      select(0.0, 1.0, hash32(seed, stream, channel_index(element * 4u + 2u, picture, channels)) >= threshold),
      select(0.0, 1.0, hash32(seed, stream, channel_index(element * 4u + 3u, picture, channels)) >= threshold));
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let place = i32(id.x);
  let r = place;
  let top = r / PW % PH * WH * SY - TOP;
  let left = r % PW * WW * SX - LEFT;
  let at = ((r / (PH * PW) * H + top) * W + left) * C;
  // What the windows of the lane read.
  var held: array<f32, 27>;
  held[0] = x[at + 0 * (W * C) + 0];
  held[1] = x[at + 0 * (W * C) + 1];
  held[2] = x[at + 0 * (W * C) + 2];
  held[3] = x[at + 0 * (W * C) + 3];
  held[4] = x[at + 0 * (W * C) + 4];
  held[5] = x[at + 0 * (W * C) + 5];
  held[6] = x[at + 0 * (W * C) + 6];
  held[7] = x[at + 0 * (W * C) + 7];
  held[8] = x[at + 0 * (W * C) + 8];
  held[9] = x[at + 1 * (W * C) + 0];
  held[10] = x[at + 1 * (W * C) + 1];
  held[11] = x[at + 1 * (W * C) + 2];
  held[12] = x[at + 1 * (W * C) + 3];
  held[13] = x[at + 1 * (W * C) + 4];
  held[14] = x[at + 1 * (W * C) + 5];
  held[15] = x[at + 1 * (W * C) + 6];
  held[16] = x[at + 1 * (W * C) + 7];
  held[17] = x[at + 1 * (W * C) + 8];
  held[18] = x[at + 2 * (W * C) + 0];
  held[19] = x[at + 2 * (W * C) + 1];
  held[20] = x[at + 2 * (W * C) + 2];
  held[21] = x[at + 2 * (W * C) + 3];
  held[22] = x[at + 2 * (W * C) + 4];
  held[23] = x[at + 2 * (W * C) + 5];
  held[24] = x[at + 2 * (W * C) + 6];
  held[25] = x[at + 2 * (W * C) + 7];
  held[26] = x[at + 2 * (W * C) + 8];
  let own = i32(lane) * F;
  var q: f32;
  for (var f = 0; f < F; f += 4) {
    var v0 = T();
    for (var part = 0; part < 4 + i32(tile.z); part += 1) {
      let w0 = conv1_weight[own + 0 + f + part];
      let w1 = conv1_weight[own + 32 + f + part];
      let w2 = conv1_weight[own + 64 + f + part];
      let w3 = conv1_weight[min(own + 96 + f + part, 107)];
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
      let conv1_z_v_0 = v0 + conv1_bias[column];
      let conv1_v_0 = select(0.1 * conv1_z_v_0, conv1_z_v_0, conv1_z_v_0 > T(0.0));
      let spatial_dropout1_v_0 = conv1_v_0 * channel_mask(step.seed, (step.step * 2654435769u) ^ 623759838u, o0, 1073741824u, 80u, 4u) * 1.3333333333333333;
      conv1[o0] = conv1_v_0;
      spatial_dropout1[o0] = spatial_dropout1_v_0;
    }
  }
}
