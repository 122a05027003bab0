enable subgroups;
// conv2 = conv2d, add: 2x3x6x4
// line 6: conv 4 2x3 pad same dilation 1x2 => 3x6x4
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 36 x 4 x 30
// Each lane of a subgroup computes a pixel and a filter at a time.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 3; const W = 6; const C = 5; const KH = 2; const KW = 3; const OH = 3; const OW = 6; const F = 4;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 2; const DY = 1; const DX = 2;
const PW = 6; const PH = 3; const WH = 1; const WW = 1;
@group(0) @binding(0) var<storage, read_write> maxpool1: array<f32, 180>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<f32, 120>;
@group(0) @binding(2) var<storage, read> conv2_bias: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read_write> conv2: array<vec4f, 36>;

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let place = i32(id.x);
  // Lanes beyond the last compute what it does: all take part in spreading the weights.
  let r = min(place, 35);
  let top = r / PW % PH * WH * SY - TOP;
  let left = r % PW * WW * SX - LEFT;
  let at = ((r / (PH * PW) * H + top) * W + left) * C;
  let y0 = top + 0 >= 0 && top + 0 < H;
  let y1 = top + 1 >= 0 && top + 1 < H;
  let x0 = left + 0 >= 0 && left + 0 < W;
  let x2 = left + 2 >= 0 && left + 2 < W;
  let x4 = left + 4 >= 0 && left + 4 < W;
  let a0_0_0 = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 0, y0 && x0)], y0 && x0);
  let a0_0_1 = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 1, y0 && x0)], y0 && x0);
  let a0_0_2 = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 2, y0 && x0)], y0 && x0);
  let a0_0_3 = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 3, y0 && x0)], y0 && x0);
  let a0_0_4 = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 4, y0 && x0)], y0 && x0);
  let a0_2_0 = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 10, y0 && x2)], y0 && x2);
  let a0_2_1 = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 11, y0 && x2)], y0 && x2);
  let a0_2_2 = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 12, y0 && x2)], y0 && x2);
  let a0_2_3 = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 13, y0 && x2)], y0 && x2);
  let a0_2_4 = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 14, y0 && x2)], y0 && x2);
  let a0_4_0 = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 20, y0 && x4)], y0 && x4);
  let a0_4_1 = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 21, y0 && x4)], y0 && x4);
  let a0_4_2 = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 22, y0 && x4)], y0 && x4);
  let a0_4_3 = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 23, y0 && x4)], y0 && x4);
  let a0_4_4 = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 24, y0 && x4)], y0 && x4);
  let a1_0_0 = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 0, y1 && x0)], y1 && x0);
  let a1_0_1 = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 1, y1 && x0)], y1 && x0);
  let a1_0_2 = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 2, y1 && x0)], y1 && x0);
  let a1_0_3 = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 3, y1 && x0)], y1 && x0);
  let a1_0_4 = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 4, y1 && x0)], y1 && x0);
  let a1_2_0 = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 10, y1 && x2)], y1 && x2);
  let a1_2_1 = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 11, y1 && x2)], y1 && x2);
  let a1_2_2 = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 12, y1 && x2)], y1 && x2);
  let a1_2_3 = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 13, y1 && x2)], y1 && x2);
  let a1_2_4 = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 14, y1 && x2)], y1 && x2);
  let a1_4_0 = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 20, y1 && x4)], y1 && x4);
  let a1_4_1 = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 21, y1 && x4)], y1 && x4);
  let a1_4_2 = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 22, y1 && x4)], y1 && x4);
  let a1_4_3 = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 23, y1 && x4)], y1 && x4);
  let a1_4_4 = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 24, y1 && x4)], y1 && x4);
  let own = i32(lane) * F;
  var q: f32;
  for (var f = 0; f < F; f += 4) {
    var v0 = T();
    // tile.z is 0: a short loop whose end the compiler knows is unrolled, which takes it twice as long.
    for (var part = 0; part < 4 + i32(tile.z); part += 1) {
      let w0 = conv2_weight[own + 0 + f + part];
      let w1 = conv2_weight[own + 32 + f + part];
      let w2 = conv2_weight[own + 64 + f + part];
      let w3 = conv2_weight[min(own + 96 + f + part, 119)];
      var s0_0 = 0.0;
      q = subgroupBroadcast(w0, 0u); s0_0 = fma(a0_0_0, q, s0_0);
      q = subgroupBroadcast(w0, 1u); s0_0 = fma(a0_0_1, q, s0_0);
      q = subgroupBroadcast(w0, 2u); s0_0 = fma(a0_0_2, q, s0_0);
      q = subgroupBroadcast(w0, 3u); s0_0 = fma(a0_0_3, q, s0_0);
      q = subgroupBroadcast(w0, 4u); s0_0 = fma(a0_0_4, q, s0_0);
      q = subgroupBroadcast(w0, 5u); s0_0 = fma(a0_2_0, q, s0_0);
      q = subgroupBroadcast(w0, 6u); s0_0 = fma(a0_2_1, q, s0_0);
      q = subgroupBroadcast(w0, 7u); s0_0 = fma(a0_2_2, q, s0_0);
      q = subgroupBroadcast(w1, 0u); s0_0 = fma(a0_2_3, q, s0_0);
      q = subgroupBroadcast(w1, 1u); s0_0 = fma(a0_2_4, q, s0_0);
      q = subgroupBroadcast(w1, 2u); s0_0 = fma(a0_4_0, q, s0_0);
      q = subgroupBroadcast(w1, 3u); s0_0 = fma(a0_4_1, q, s0_0);
      q = subgroupBroadcast(w1, 4u); s0_0 = fma(a0_4_2, q, s0_0);
      q = subgroupBroadcast(w1, 5u); s0_0 = fma(a0_4_3, q, s0_0);
      q = subgroupBroadcast(w1, 6u); s0_0 = fma(a0_4_4, q, s0_0);
      q = subgroupBroadcast(w1, 7u); s0_0 = fma(a1_0_0, q, s0_0);
      q = subgroupBroadcast(w2, 0u); s0_0 = fma(a1_0_1, q, s0_0);
      q = subgroupBroadcast(w2, 1u); s0_0 = fma(a1_0_2, q, s0_0);
      q = subgroupBroadcast(w2, 2u); s0_0 = fma(a1_0_3, q, s0_0);
      q = subgroupBroadcast(w2, 3u); s0_0 = fma(a1_0_4, q, s0_0);
      q = subgroupBroadcast(w2, 4u); s0_0 = fma(a1_2_0, q, s0_0);
      q = subgroupBroadcast(w2, 5u); s0_0 = fma(a1_2_1, q, s0_0);
      q = subgroupBroadcast(w2, 6u); s0_0 = fma(a1_2_2, q, s0_0);
      q = subgroupBroadcast(w2, 7u); s0_0 = fma(a1_2_3, q, s0_0);
      q = subgroupBroadcast(w3, 0u); s0_0 = fma(a1_2_4, q, s0_0);
      q = subgroupBroadcast(w3, 1u); s0_0 = fma(a1_4_0, q, s0_0);
      q = subgroupBroadcast(w3, 2u); s0_0 = fma(a1_4_1, q, s0_0);
      q = subgroupBroadcast(w3, 3u); s0_0 = fma(a1_4_2, q, s0_0);
      q = subgroupBroadcast(w3, 4u); s0_0 = fma(a1_4_3, q, s0_0);
      q = subgroupBroadcast(w3, 5u); s0_0 = fma(a1_4_4, q, s0_0);
      v0 = T(v0.yzw, s0_0);
    }
    if (place < 36) {
          {
            let column = u32(f) / 4u;

            let o0 = (u32(r) * 1u) * 1u + column;
            let conv2_v_0 = v0 + conv2_bias[column];
            conv2[o0] = conv2_v_0;
          }
        }
  }
}
