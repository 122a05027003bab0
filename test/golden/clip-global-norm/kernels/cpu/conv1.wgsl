enable subgroups;
// conv1 = conv2d, add, relu: 4x4x4x3
// line 4: conv 3 3x3 relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 64 x 3 x 9
// Each lane of a subgroup computes a pixel and a filter at a time.
alias T = f32;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 6; const W = 6; const C = 1; const KH = 3; const KW = 3; const OH = 4; const OW = 4; const F = 3;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
const PW = 4; const PH = 4; const WH = 1; const WW = 1;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 144>;
@group(0) @binding(1) var<storage, read> conv1_weight: array<f32, 27>;
@group(0) @binding(2) var<storage, read> conv1_bias: array<f32, 3>;
@group(0) @binding(3) var<storage, read_write> conv1: array<f32, 192>;

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let place = i32(id.x);
  let r = place;
  let top = r / PW % PH * WH * SY - TOP;
  let left = r % PW * WW * SX - LEFT;
  let at = ((r / (PH * PW) * H + top) * W + left) * C;
  // What the windows of the lane read.
  var held: array<f32, 9>;
  held[0] = x[at + 0 * (W * C) + 0];
  held[1] = x[at + 0 * (W * C) + 1];
  held[2] = x[at + 0 * (W * C) + 2];
  held[3] = x[at + 1 * (W * C) + 0];
  held[4] = x[at + 1 * (W * C) + 1];
  held[5] = x[at + 1 * (W * C) + 2];
  held[6] = x[at + 2 * (W * C) + 0];
  held[7] = x[at + 2 * (W * C) + 1];
  held[8] = x[at + 2 * (W * C) + 2];
  let own = i32(lane) * F;
  var q: f32;
  for (var f = 0; f < F; f += 1) {
    let w0 = conv1_weight[own + 0 + f];
    let w1 = conv1_weight[min(own + 24 + f, 26)];
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

    {
      let column = u32(f);

      let o0 = (u32(r) * 1u) * 3u + column;
      let conv1_z_v_0 = s0_0 + conv1_bias[column];
      let conv1_v_0 = max(conv1_z_v_0, T(0.0));
      conv1[o0] = conv1_v_0;
    }
  }
}
