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
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let place = i32(id.x);
  // Lanes beyond the last compute what it does: all take part in spreading the weights.
  let r = min(place, 109);
  let top = r / PW % PH * WH * SY - TOP;
  let left = r % PW * WW * SX - LEFT;
  let at = ((r / (PH * PW) * H + top) * W + left) * C;
  let y0 = top + 0 >= 0 && top + 0 < H;
  let y1 = top + 1 >= 0 && top + 1 < H;
  let y2 = top + 2 >= 0 && top + 2 < H;
  let x0 = left + 0 >= 0 && left + 0 < W;
  let x1 = left + 1 >= 0 && left + 1 < W;
  let a0_0_0 = select(0.0, x[select(0, at + 0 * (W * C) + 0, y0 && x0)], y0 && x0);
  let a0_0_1 = select(0.0, x[select(0, at + 0 * (W * C) + 1, y0 && x0)], y0 && x0);
  let a0_0_2 = select(0.0, x[select(0, at + 0 * (W * C) + 2, y0 && x0)], y0 && x0);
  let a0_1_0 = select(0.0, x[select(0, at + 0 * (W * C) + 3, y0 && x1)], y0 && x1);
  let a0_1_1 = select(0.0, x[select(0, at + 0 * (W * C) + 4, y0 && x1)], y0 && x1);
  let a0_1_2 = select(0.0, x[select(0, at + 0 * (W * C) + 5, y0 && x1)], y0 && x1);
  let a1_0_0 = select(0.0, x[select(0, at + 1 * (W * C) + 0, y1 && x0)], y1 && x0);
  let a1_0_1 = select(0.0, x[select(0, at + 1 * (W * C) + 1, y1 && x0)], y1 && x0);
  let a1_0_2 = select(0.0, x[select(0, at + 1 * (W * C) + 2, y1 && x0)], y1 && x0);
  let a1_1_0 = select(0.0, x[select(0, at + 1 * (W * C) + 3, y1 && x1)], y1 && x1);
  let a1_1_1 = select(0.0, x[select(0, at + 1 * (W * C) + 4, y1 && x1)], y1 && x1);
  let a1_1_2 = select(0.0, x[select(0, at + 1 * (W * C) + 5, y1 && x1)], y1 && x1);
  let a2_0_0 = select(0.0, x[select(0, at + 2 * (W * C) + 0, y2 && x0)], y2 && x0);
  let a2_0_1 = select(0.0, x[select(0, at + 2 * (W * C) + 1, y2 && x0)], y2 && x0);
  let a2_0_2 = select(0.0, x[select(0, at + 2 * (W * C) + 2, y2 && x0)], y2 && x0);
  let a2_1_0 = select(0.0, x[select(0, at + 2 * (W * C) + 3, y2 && x1)], y2 && x1);
  let a2_1_1 = select(0.0, x[select(0, at + 2 * (W * C) + 4, y2 && x1)], y2 && x1);
  let a2_1_2 = select(0.0, x[select(0, at + 2 * (W * C) + 5, y2 && x1)], y2 && x1);
  let own = i32(lane) * F;
  var q: f32;
  for (var f = 0; f < F; f += 1) {
    let w0 = conv1_weight[own + 0 + f];
    let w1 = conv1_weight[own + 40 + f];
    let w2 = conv1_weight[min(own + 80 + f, 89)];
    var s0_0 = 0.0;
    q = subgroupBroadcast(w0, 0u); s0_0 = fma(a0_0_0, q, s0_0);
    q = subgroupBroadcast(w0, 1u); s0_0 = fma(a0_0_1, q, s0_0);
    q = subgroupBroadcast(w0, 2u); s0_0 = fma(a0_0_2, q, s0_0);
    q = subgroupBroadcast(w0, 3u); s0_0 = fma(a0_1_0, q, s0_0);
    q = subgroupBroadcast(w0, 4u); s0_0 = fma(a0_1_1, q, s0_0);
    q = subgroupBroadcast(w0, 5u); s0_0 = fma(a0_1_2, q, s0_0);
    q = subgroupBroadcast(w0, 6u); s0_0 = fma(a1_0_0, q, s0_0);
    q = subgroupBroadcast(w0, 7u); s0_0 = fma(a1_0_1, q, s0_0);
    q = subgroupBroadcast(w1, 0u); s0_0 = fma(a1_0_2, q, s0_0);
    q = subgroupBroadcast(w1, 1u); s0_0 = fma(a1_1_0, q, s0_0);
    q = subgroupBroadcast(w1, 2u); s0_0 = fma(a1_1_1, q, s0_0);
    q = subgroupBroadcast(w1, 3u); s0_0 = fma(a1_1_2, q, s0_0);
    q = subgroupBroadcast(w1, 4u); s0_0 = fma(a2_0_0, q, s0_0);
    q = subgroupBroadcast(w1, 5u); s0_0 = fma(a2_0_1, q, s0_0);
    q = subgroupBroadcast(w1, 6u); s0_0 = fma(a2_0_2, q, s0_0);
    q = subgroupBroadcast(w1, 7u); s0_0 = fma(a2_1_0, q, s0_0);
    q = subgroupBroadcast(w2, 0u); s0_0 = fma(a2_1_1, q, s0_0);
    q = subgroupBroadcast(w2, 1u); s0_0 = fma(a2_1_2, q, s0_0);
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
