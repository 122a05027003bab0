enable subgroups;
// residual2.add1 = conv2d, add: 4x4x4x8
// line 5: conv c 1x1 stride s nobias
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 64 x 8 x 4
// Each lane of a subgroup computes a pixel and a filter at a time.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 8; const W = 8; const C = 4; const KH = 1; const KW = 1; const OH = 4; const OW = 4; const F = 8;
const SY = 2; const SX = 2; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
const PW = 4; const PH = 4; const WH = 1; const WW = 1;
@group(0) @binding(0) var<storage, read_write> residual1_add1: array<f32, 1024>;
@group(0) @binding(1) var<storage, read> residual2_conv2_weight: array<f32, 32>;
@group(0) @binding(2) var<storage, read_write> residual2_conv1: array<vec4f, 128>;
@group(0) @binding(3) var<storage, read_write> residual2_add1: array<vec4f, 128>;

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let place = i32(id.x);
  let r = place;
  let top = r / PW % PH * WH * SY - TOP;
  let left = r % PW * WW * SX - LEFT;
  let at = ((r / (PH * PW) * H + top) * W + left) * C;
  // What the windows of the lane read.
  var held: array<f32, 4>;
  held[0] = residual1_add1[at + 0 * (W * C) + 0];
  held[1] = residual1_add1[at + 0 * (W * C) + 1];
  held[2] = residual1_add1[at + 0 * (W * C) + 2];
  held[3] = residual1_add1[at + 0 * (W * C) + 3];
  let own = i32(lane) * F;
  var q: f32;
  for (var f = 0; f < F; f += 4) {
    var v0 = T();
    for (var part = 0; part < 4 + i32(tile.z); part += 1) {
      let w0 = residual2_conv2_weight[min(own + 0 + f + part, 31)];
      var s0_0 = 0.0;
      q = subgroupBroadcast(w0, 0u); s0_0 = fma(held[0], q, s0_0);
      q = subgroupBroadcast(w0, 1u); s0_0 = fma(held[1], q, s0_0);
      q = subgroupBroadcast(w0, 2u); s0_0 = fma(held[2], q, s0_0);
      q = subgroupBroadcast(w0, 3u); s0_0 = fma(held[3], q, s0_0);
      v0 = T(v0.yzw, s0_0);
    }

    {
      let column = u32(f) / 4u;

      let o0 = (u32(r) * 1u) * 2u + column;
      let residual2_add1_v_0 = residual2_conv1[o0] + v0;
      residual2_add1[o0] = residual2_add1_v_0;
    }
  }
}
