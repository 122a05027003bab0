enable subgroups;
// conv1 = conv2d, add, relu: 4x9x9x12
// line 4: conv 12 1x1 relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 324 x 12 x 1
// Each lane of a subgroup computes a pixel and a filter at a time.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 9; const W = 9; const C = 1; const KH = 1; const KW = 1; const OH = 9; const OW = 9; const F = 12;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
const PW = 9; const PH = 9; const WH = 1; const WW = 1;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 324>;
@group(0) @binding(1) var<storage, read> conv1_weight: array<f32, 12>;
@group(0) @binding(2) var<storage, read> conv1_bias: array<vec4f, 3>;
@group(0) @binding(3) var<storage, read_write> conv1: array<vec4f, 972>;

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let place = i32(id.x);
  // Lanes beyond the last compute what it does: all take part in spreading the weights.
  let r = min(place, 323);
  let top = r / PW % PH * WH * SY - TOP;
  let left = r % PW * WW * SX - LEFT;
  let at = ((r / (PH * PW) * H + top) * W + left) * C;
  // What the windows of the lane read.
  var held: array<f32, 1>;
  held[0] = x[at + 0 * (W * C) + 0];
  let own = i32(lane) * F;
  var q: f32;
  for (var f = 0; f < F; f += 4) {
    var v0 = T();
    for (var part = 0; part < 4 + i32(tile.z); part += 1) {
      let w0 = conv1_weight[min(own + 0 + f + part, 11)];
      var s0_0 = 0.0;
      q = subgroupBroadcast(w0, 0u); s0_0 = fma(held[0], q, s0_0);
      v0 = T(v0.yzw, s0_0);
    }
    if (place < 324) {
          {
            let column = u32(f) / 4u;

            let o0 = (u32(r) * 1u) * 3u + column;
            let conv1_z_v_0 = v0 + conv1_bias[column];
            let conv1_v_0 = max(conv1_z_v_0, T(0.0));
            conv1[o0] = conv1_v_0;
          }
        }
  }
}
