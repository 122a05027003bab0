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
  // What the windows of the lane read.
  var held: array<f32, 30>;

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 0 >= 0 && left * C + 0 < W * C;
    held[0] = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 0, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 1 >= 0 && left * C + 1 < W * C;
    held[1] = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 1, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 2 >= 0 && left * C + 2 < W * C;
    held[2] = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 2, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 3 >= 0 && left * C + 3 < W * C;
    held[3] = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 3, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 4 >= 0 && left * C + 4 < W * C;
    held[4] = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 4, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 10 >= 0 && left * C + 10 < W * C;
    held[5] = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 10, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 11 >= 0 && left * C + 11 < W * C;
    held[6] = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 11, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 12 >= 0 && left * C + 12 < W * C;
    held[7] = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 12, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 13 >= 0 && left * C + 13 < W * C;
    held[8] = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 13, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 14 >= 0 && left * C + 14 < W * C;
    held[9] = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 14, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 20 >= 0 && left * C + 20 < W * C;
    held[10] = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 20, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 21 >= 0 && left * C + 21 < W * C;
    held[11] = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 21, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 22 >= 0 && left * C + 22 < W * C;
    held[12] = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 22, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 23 >= 0 && left * C + 23 < W * C;
    held[13] = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 23, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 24 >= 0 && left * C + 24 < W * C;
    held[14] = select(0.0, maxpool1[select(0, at + 0 * (W * C) + 24, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 0 >= 0 && left * C + 0 < W * C;
    held[15] = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 0, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 1 >= 0 && left * C + 1 < W * C;
    held[16] = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 1, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 2 >= 0 && left * C + 2 < W * C;
    held[17] = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 2, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 3 >= 0 && left * C + 3 < W * C;
    held[18] = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 3, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 4 >= 0 && left * C + 4 < W * C;
    held[19] = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 4, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 10 >= 0 && left * C + 10 < W * C;
    held[20] = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 10, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 11 >= 0 && left * C + 11 < W * C;
    held[21] = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 11, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 12 >= 0 && left * C + 12 < W * C;
    held[22] = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 12, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 13 >= 0 && left * C + 13 < W * C;
    held[23] = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 13, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 14 >= 0 && left * C + 14 < W * C;
    held[24] = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 14, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 20 >= 0 && left * C + 20 < W * C;
    held[25] = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 20, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 21 >= 0 && left * C + 21 < W * C;
    held[26] = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 21, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 22 >= 0 && left * C + 22 < W * C;
    held[27] = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 22, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 23 >= 0 && left * C + 23 < W * C;
    held[28] = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 23, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 24 >= 0 && left * C + 24 < W * C;
    held[29] = select(0.0, maxpool1[select(0, at + 1 * (W * C) + 24, inside)], inside);
  }
  let own = i32(lane) * F;
  var q: f32;
  for (var f = 0; f < F; f += 4) {
    var v0 = T();
    for (var part = 0; part < 4 + i32(tile.z); part += 1) {
      let w0 = conv2_weight[own + 0 + f + part];
      let w1 = conv2_weight[own + 32 + f + part];
      let w2 = conv2_weight[own + 64 + f + part];
      let w3 = conv2_weight[min(own + 96 + f + part, 119)];
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
      q = subgroupBroadcast(w3, 3u); s0_0 = fma(held[27], q, s0_0);
      q = subgroupBroadcast(w3, 4u); s0_0 = fma(held[28], q, s0_0);
      q = subgroupBroadcast(w3, 5u); s0_0 = fma(held[29], q, s0_0);
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
