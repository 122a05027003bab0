enable subgroups;
// conv2.z = conv2d, add: 4x6x5x3
// line 5: conv 3 1x1 softmax
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 120 x 3 x 4
// Each lane of a subgroup computes a pixel and a filter at a time.
alias T = f32;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 6; const W = 5; const C = 4; const KH = 1; const KW = 1; const OH = 6; const OW = 5; const F = 3;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
const PW = 5; const PH = 6; const WH = 1; const WW = 1;
@group(0) @binding(0) var<storage, read_write> conv1: array<f32, 480>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<f32, 12>;
@group(0) @binding(2) var<storage, read> conv2_bias: array<f32, 3>;
@group(0) @binding(3) var<storage, read_write> conv2_z: array<f32, 360>;

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let place = i32(id.x);
  let r = place;
  let top = r / PW % PH * WH * SY - TOP;
  let left = r % PW * WW * SX - LEFT;
  let at = ((r / (PH * PW) * H + top) * W + left) * C;
  // What the windows of the lane read.
  var held: array<f32, 4>;
  held[0] = conv1[at + 0 * (W * C) + 0];
  held[1] = conv1[at + 0 * (W * C) + 1];
  held[2] = conv1[at + 0 * (W * C) + 2];
  held[3] = conv1[at + 0 * (W * C) + 3];
  let own = i32(lane) * F;
  var q: f32;
  for (var f = 0; f < F; f += 1) {
    let w0 = conv2_weight[min(own + 0 + f, 11)];
    var s0_0 = 0.0;
    q = subgroupBroadcast(w0, 0u); s0_0 = fma(held[0], q, s0_0);
    q = subgroupBroadcast(w0, 1u); s0_0 = fma(held[1], q, s0_0);
    q = subgroupBroadcast(w0, 2u); s0_0 = fma(held[2], q, s0_0);
    q = subgroupBroadcast(w0, 3u); s0_0 = fma(held[3], q, s0_0);

    {
      let column = u32(f);

      let o0 = (u32(r) * 1u) * 3u + column;
      let conv2_z_v_0 = s0_0 + conv2_bias[column];
      conv2_z[o0] = conv2_z_v_0;
    }
  }
}
