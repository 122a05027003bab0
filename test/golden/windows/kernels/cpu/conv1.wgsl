enable subgroups;
// conv1 = conv2d, add, tanh: 2x5x11x5
// line 4: conv 5 3x2 stride 2x1 pad [1, 2, 0, 1] tanh => 5x11x5
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 110 x 5 x 18
// Each lane of a subgroup computes a pixel and a filter at a time.
alias T = f32;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 9; const W = 11; const C = 3; const KH = 3; const KW = 2; const OH = 5; const OW = 11; const F = 5;
const SY = 2; const SX = 1; const TOP = 1; const LEFT = 0; const DY = 1; const DX = 1;
const PW = 11; const PH = 5; const WH = 1; const WW = 1;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 594>;
@group(0) @binding(1) var<storage, read> conv1_weight: array<f32, 90>;
@group(0) @binding(2) var<storage, read> conv1_bias: array<f32, 5>;
@group(0) @binding(3) var<storage, read_write> conv1: array<f32, 550>;

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let place = i32(id.x);
  // Lanes beyond the last compute what it does: all take part in spreading the weights.
  let r = min(place, 109);
  let top = r / PW % PH * WH * SY - TOP;
  let left = r % PW * WW * SX - LEFT;
  let at = ((r / (PH * PW) * H + top) * W + left) * C;
  // What the windows of the lane read.
  var held: array<f32, 18>;

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 0 >= 0 && left * C + 0 < W * C;
    held[0] = select(0.0, x[select(0, at + 0 * (W * C) + 0, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 1 >= 0 && left * C + 1 < W * C;
    held[1] = select(0.0, x[select(0, at + 0 * (W * C) + 1, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 2 >= 0 && left * C + 2 < W * C;
    held[2] = select(0.0, x[select(0, at + 0 * (W * C) + 2, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 3 >= 0 && left * C + 3 < W * C;
    held[3] = select(0.0, x[select(0, at + 0 * (W * C) + 3, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 4 >= 0 && left * C + 4 < W * C;
    held[4] = select(0.0, x[select(0, at + 0 * (W * C) + 4, inside)], inside);
  }

  {
    let inside = top + 0 >= 0 && top + 0 < H && left * C + 5 >= 0 && left * C + 5 < W * C;
    held[5] = select(0.0, x[select(0, at + 0 * (W * C) + 5, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 0 >= 0 && left * C + 0 < W * C;
    held[6] = select(0.0, x[select(0, at + 1 * (W * C) + 0, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 1 >= 0 && left * C + 1 < W * C;
    held[7] = select(0.0, x[select(0, at + 1 * (W * C) + 1, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 2 >= 0 && left * C + 2 < W * C;
    held[8] = select(0.0, x[select(0, at + 1 * (W * C) + 2, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 3 >= 0 && left * C + 3 < W * C;
    held[9] = select(0.0, x[select(0, at + 1 * (W * C) + 3, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 4 >= 0 && left * C + 4 < W * C;
    held[10] = select(0.0, x[select(0, at + 1 * (W * C) + 4, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 5 >= 0 && left * C + 5 < W * C;
    held[11] = select(0.0, x[select(0, at + 1 * (W * C) + 5, inside)], inside);
  }

  {
    let inside = top + 2 >= 0 && top + 2 < H && left * C + 0 >= 0 && left * C + 0 < W * C;
    held[12] = select(0.0, x[select(0, at + 2 * (W * C) + 0, inside)], inside);
  }

  {
    let inside = top + 2 >= 0 && top + 2 < H && left * C + 1 >= 0 && left * C + 1 < W * C;
    held[13] = select(0.0, x[select(0, at + 2 * (W * C) + 1, inside)], inside);
  }

  {
    let inside = top + 2 >= 0 && top + 2 < H && left * C + 2 >= 0 && left * C + 2 < W * C;
    held[14] = select(0.0, x[select(0, at + 2 * (W * C) + 2, inside)], inside);
  }

  {
    let inside = top + 2 >= 0 && top + 2 < H && left * C + 3 >= 0 && left * C + 3 < W * C;
    held[15] = select(0.0, x[select(0, at + 2 * (W * C) + 3, inside)], inside);
  }

  {
    let inside = top + 2 >= 0 && top + 2 < H && left * C + 4 >= 0 && left * C + 4 < W * C;
    held[16] = select(0.0, x[select(0, at + 2 * (W * C) + 4, inside)], inside);
  }

  {
    let inside = top + 2 >= 0 && top + 2 < H && left * C + 5 >= 0 && left * C + 5 < W * C;
    held[17] = select(0.0, x[select(0, at + 2 * (W * C) + 5, inside)], inside);
  }
  let own = i32(lane) * F;
  var q: f32;
  for (var f = 0; f < F; f += 1) {
    let w0 = conv1_weight[own + 0 + f];
    let w1 = conv1_weight[own + 40 + f];
    let w2 = conv1_weight[min(own + 80 + f, 89)];
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
    if (place < 110) {
          {
            let column = u32(f);

            let o0 = (u32(r) * 1u) * 5u + column;
            let conv1_z_v_0 = s0_0 + conv1_bias[column];
            let conv1_v_0 = tanh(clamp(conv1_z_v_0, T(-15.0), T(15.0)));
            conv1[o0] = conv1_v_0;
          }
        }
  }
}
