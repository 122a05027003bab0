enable subgroups;
// d_depthwise2.z = conv2d, tanh_dx: 2x2x2x16
// line 7: conv_transpose 3 3x3 stride 2 pad 1 output_pad 1 relu => 4x4x3
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 8 x 16 x 27
// Each lane of a subgroup computes a pixel and a filter at a time.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 4; const W = 4; const C = 3; const KH = 3; const KW = 3; const OH = 2; const OW = 2; const F = 16;
const SY = 2; const SX = 2; const TOP = 1; const LEFT = 1; const DY = 1; const DX = 1;
const PW = 2; const PH = 2; const WH = 1; const WW = 1;
@group(0) @binding(0) var<storage, read_write> d_conv_transpose1_z: array<f32, 96>;
@group(0) @binding(1) var<storage, read> conv_transpose1_weight: array<f32, 432>;
@group(0) @binding(2) var<storage, read_write> depthwise2: array<vec4f, 32>;
@group(0) @binding(3) var<storage, read_write> d_depthwise2_z: array<vec4f, 32>;

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let place = i32(id.x);
  let r = place;
  let top = r / PW % PH * WH * SY - TOP;
  let left = r % PW * WW * SX - LEFT;
  let at = ((r / (PH * PW) * H + top) * W + left) * C;
  // What the windows of the lane read.
  var held: array<f32, 27>;

  // tile.z is 0; that the compiler cannot know keeps these loops, which compile faster than they would unrolled.
  for (var j = 0; j < 3 + i32(tile.z); j++) {
    for (var e = 0; e < 9 + i32(tile.z); e++) {
      {
        let inside = top + j >= 0 && top + j < H && left * C + e >= 0 && left * C + e < W * C;
        held[j * 9 + e] = select(0.0, d_conv_transpose1_z[select(0, at + j * (W * C) + e, inside)], inside);
      }
    }
  }
  let own = i32(lane) * F;
  var q: f32;
  for (var f = 0; f < F; f += 4) {
    var v0 = T();
    for (var part = 0; part < 4 + i32(tile.z); part += 1) {
      let w0 = conv_transpose1_weight[own + 0 + f + part];
      let w1 = conv_transpose1_weight[own + 128 + f + part];
      let w2 = conv_transpose1_weight[own + 256 + f + part];
      let w3 = conv_transpose1_weight[min(own + 384 + f + part, 431)];
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

      let o0 = (u32(r) * 1u) * 4u + column;
      let d_depthwise2_z_v_0 = v0 * (T(1.0) - depthwise2[o0] * depthwise2[o0]);
      d_depthwise2_z[o0] = d_depthwise2_z_v_0;
    }
  }
}
