enable subgroups;
// mixed = conv2d, sigmoid: 2x2x3x2
// line 8: conv 2 1x1 nobias sigmoid name mixed => 2x3x2
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 12 x 2 x 4
// Each lane of a subgroup computes a pixel and a filter at a time.
alias T = f32;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 2; const W = 3; const C = 4; const KH = 1; const KW = 1; const OH = 2; const OW = 3; const F = 2;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
const PW = 3; const PH = 2; const WH = 1; const WW = 1;
@group(0) @binding(0) var<storage, read_write> avgpool1: array<f32, 48>;
@group(0) @binding(1) var<storage, read> mixed_weight: array<f32, 8>;
@group(0) @binding(2) var<storage, read_write> mixed: array<f32, 24>;

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let place = i32(id.x);
  // Lanes beyond the last compute what it does: all take part in spreading the weights.
  let r = min(place, 11);
  let top = r / PW % PH * WH * SY - TOP;
  let left = r % PW * WW * SX - LEFT;
  let at = ((r / (PH * PW) * H + top) * W + left) * C;
  // What the windows of the lane read.
  var held: array<f32, 4>;
  held[0] = avgpool1[at + 0 * (W * C) + 0];
  held[1] = avgpool1[at + 0 * (W * C) + 1];
  held[2] = avgpool1[at + 0 * (W * C) + 2];
  held[3] = avgpool1[at + 0 * (W * C) + 3];
  let own = i32(lane) * F;
  var q: f32;
  for (var f = 0; f < F; f += 1) {
    let w0 = mixed_weight[min(own + 0 + f, 7)];
    var s0_0 = 0.0;
    q = subgroupBroadcast(w0, 0u); s0_0 = fma(held[0], q, s0_0);
    q = subgroupBroadcast(w0, 1u); s0_0 = fma(held[1], q, s0_0);
    q = subgroupBroadcast(w0, 2u); s0_0 = fma(held[2], q, s0_0);
    q = subgroupBroadcast(w0, 3u); s0_0 = fma(held[3], q, s0_0);
    if (place < 12) {
          {
            let column = u32(f);

            let o0 = (u32(r) * 1u) * 2u + column;
            let mixed_v_0 = T(1.0) / (T(1.0) + exp(-s0_0));
            mixed[o0] = mixed_v_0;
          }
        }
  }
}
