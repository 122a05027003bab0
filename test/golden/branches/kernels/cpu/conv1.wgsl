enable subgroups;
// conv1 = conv2d, add, relu: 4x8x8x4
// line 11: conv width 3x3 pad same relu as skip
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 256 x 4 x 9
// Each lane of a subgroup computes a pixel and a filter at a time.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 8; const W = 8; const C = 1; const KH = 3; const KW = 3; const OH = 8; const OW = 8; const F = 4;
const SY = 1; const SX = 1; const TOP = 1; const LEFT = 1; const DY = 1; const DX = 1;
const PW = 8; const PH = 8; const WH = 1; const WW = 1;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 256>;
@group(0) @binding(1) var<storage, read> conv1_weight: array<f32, 36>;
@group(0) @binding(2) var<storage, read> conv1_bias: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read_write> conv1: array<vec4f, 256>;

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let place = i32(id.x);
  let r = place;
  let top = r / PW % PH * WH * SY - TOP;
  let left = r % PW * WW * SX - LEFT;
  let at = ((r / (PH * PW) * H + top) * W + left) * C;
  // What the windows of the lane read.
  var held: array<f32, 9>;

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
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 0 >= 0 && left * C + 0 < W * C;
    held[3] = select(0.0, x[select(0, at + 1 * (W * C) + 0, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 1 >= 0 && left * C + 1 < W * C;
    held[4] = select(0.0, x[select(0, at + 1 * (W * C) + 1, inside)], inside);
  }

  {
    let inside = top + 1 >= 0 && top + 1 < H && left * C + 2 >= 0 && left * C + 2 < W * C;
    held[5] = select(0.0, x[select(0, at + 1 * (W * C) + 2, inside)], inside);
  }

  {
    let inside = top + 2 >= 0 && top + 2 < H && left * C + 0 >= 0 && left * C + 0 < W * C;
    held[6] = select(0.0, x[select(0, at + 2 * (W * C) + 0, inside)], inside);
  }

  {
    let inside = top + 2 >= 0 && top + 2 < H && left * C + 1 >= 0 && left * C + 1 < W * C;
    held[7] = select(0.0, x[select(0, at + 2 * (W * C) + 1, inside)], inside);
  }

  {
    let inside = top + 2 >= 0 && top + 2 < H && left * C + 2 >= 0 && left * C + 2 < W * C;
    held[8] = select(0.0, x[select(0, at + 2 * (W * C) + 2, inside)], inside);
  }
  let own = i32(lane) * F;
  var q: f32;
  for (var f = 0; f < F; f += 4) {
    var v0 = T();
    for (var part = 0; part < 4 + i32(tile.z); part += 1) {
      let w0 = conv1_weight[own + 0 + f + part];
      let w1 = conv1_weight[min(own + 32 + f + part, 35)];
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
      v0 = T(v0.yzw, s0_0);
    }

    {
      let column = u32(f) / 4u;

      let o0 = (u32(r) * 1u) * 1u + column;
      let conv1_z_v_0 = v0 + conv1_bias[column];
      let conv1_v_0 = max(conv1_z_v_0, T(0.0));
      conv1[o0] = conv1_v_0;
    }
  }
}
