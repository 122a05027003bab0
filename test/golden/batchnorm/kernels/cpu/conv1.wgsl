enable subgroups;
// conv1 = conv2d: 64x8x8x4
// line 4: conv 4 3x3 pad same nobias
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 4096 x 4 x 9
// Each lane of a subgroup computes 1 x 4 pixels and a filter at a time.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 8; const W = 8; const C = 1; const KH = 3; const KW = 3; const OH = 8; const OW = 8; const F = 4;
const SY = 1; const SX = 1; const TOP = 1; const LEFT = 1; const DY = 1; const DX = 1;
const PW = 2; const PH = 8; const WH = 1; const WW = 4;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 4096>;
@group(0) @binding(1) var<storage, read> conv1_weight: array<f32, 36>;
@group(0) @binding(2) var<storage, read_write> conv1: array<vec4f, 4096>;

@compute @workgroup_size(16)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let place = i32(id.x);
  let r = place;
  let top = r / PW % PH * WH * SY - TOP;
  let left = r % PW * WW * SX - LEFT;
  let at = ((r / (PH * PW) * H + top) * W + left) * C;
  let y0 = top + 0 >= 0 && top + 0 < H;
  let y1 = top + 1 >= 0 && top + 1 < H;
  let y2 = top + 2 >= 0 && top + 2 < H;
  let x0 = left + 0 >= 0 && left + 0 < W;
  let x1 = left + 1 >= 0 && left + 1 < W;
  let x2 = left + 2 >= 0 && left + 2 < W;
  let x3 = left + 3 >= 0 && left + 3 < W;
  let x4 = left + 4 >= 0 && left + 4 < W;
  let x5 = left + 5 >= 0 && left + 5 < W;
  let a0_0_0 = select(0.0, x[select(0, at + 0 * (W * C) + 0, y0 && x0)], y0 && x0);
  let a0_1_0 = select(0.0, x[select(0, at + 0 * (W * C) + 1, y0 && x1)], y0 && x1);
  let a0_2_0 = select(0.0, x[select(0, at + 0 * (W * C) + 2, y0 && x2)], y0 && x2);
  let a0_3_0 = select(0.0, x[select(0, at + 0 * (W * C) + 3, y0 && x3)], y0 && x3);
  let a0_4_0 = select(0.0, x[select(0, at + 0 * (W * C) + 4, y0 && x4)], y0 && x4);
  let a0_5_0 = select(0.0, x[select(0, at + 0 * (W * C) + 5, y0 && x5)], y0 && x5);
  let a1_0_0 = select(0.0, x[select(0, at + 1 * (W * C) + 0, y1 && x0)], y1 && x0);
  let a1_1_0 = select(0.0, x[select(0, at + 1 * (W * C) + 1, y1 && x1)], y1 && x1);
  let a1_2_0 = select(0.0, x[select(0, at + 1 * (W * C) + 2, y1 && x2)], y1 && x2);
  let a1_3_0 = select(0.0, x[select(0, at + 1 * (W * C) + 3, y1 && x3)], y1 && x3);
  let a1_4_0 = select(0.0, x[select(0, at + 1 * (W * C) + 4, y1 && x4)], y1 && x4);
  let a1_5_0 = select(0.0, x[select(0, at + 1 * (W * C) + 5, y1 && x5)], y1 && x5);
  let a2_0_0 = select(0.0, x[select(0, at + 2 * (W * C) + 0, y2 && x0)], y2 && x0);
  let a2_1_0 = select(0.0, x[select(0, at + 2 * (W * C) + 1, y2 && x1)], y2 && x1);
  let a2_2_0 = select(0.0, x[select(0, at + 2 * (W * C) + 2, y2 && x2)], y2 && x2);
  let a2_3_0 = select(0.0, x[select(0, at + 2 * (W * C) + 3, y2 && x3)], y2 && x3);
  let a2_4_0 = select(0.0, x[select(0, at + 2 * (W * C) + 4, y2 && x4)], y2 && x4);
  let a2_5_0 = select(0.0, x[select(0, at + 2 * (W * C) + 5, y2 && x5)], y2 && x5);
  let own = i32(lane) * F;
  var q: f32;
  for (var f = 0; f < F; f += 4) {
    var v0 = T();
    var v1 = T();
    var v2 = T();
    var v3 = T();
    // tile.z is 0: a short loop whose end the compiler knows is unrolled, which takes it twice as long.
    for (var part = 0; part < 4 + i32(tile.z); part += 1) {
      let w0 = conv1_weight[own + 0 + f + part];
      let w1 = conv1_weight[min(own + 32 + f + part, 35)];
      var s0_0 = 0.0;
      var s1_0 = 0.0;
      var s2_0 = 0.0;
      var s3_0 = 0.0;
      q = subgroupBroadcast(w0, 0u); s0_0 = fma(a0_0_0, q, s0_0); s1_0 = fma(a0_1_0, q, s1_0); s2_0 = fma(a0_2_0, q, s2_0); s3_0 = fma(a0_3_0, q, s3_0);
      q = subgroupBroadcast(w0, 1u); s0_0 = fma(a0_1_0, q, s0_0); s1_0 = fma(a0_2_0, q, s1_0); s2_0 = fma(a0_3_0, q, s2_0); s3_0 = fma(a0_4_0, q, s3_0);
      q = subgroupBroadcast(w0, 2u); s0_0 = fma(a0_2_0, q, s0_0); s1_0 = fma(a0_3_0, q, s1_0); s2_0 = fma(a0_4_0, q, s2_0); s3_0 = fma(a0_5_0, q, s3_0);
      q = subgroupBroadcast(w0, 3u); s0_0 = fma(a1_0_0, q, s0_0); s1_0 = fma(a1_1_0, q, s1_0); s2_0 = fma(a1_2_0, q, s2_0); s3_0 = fma(a1_3_0, q, s3_0);
      q = subgroupBroadcast(w0, 4u); s0_0 = fma(a1_1_0, q, s0_0); s1_0 = fma(a1_2_0, q, s1_0); s2_0 = fma(a1_3_0, q, s2_0); s3_0 = fma(a1_4_0, q, s3_0);
      q = subgroupBroadcast(w0, 5u); s0_0 = fma(a1_2_0, q, s0_0); s1_0 = fma(a1_3_0, q, s1_0); s2_0 = fma(a1_4_0, q, s2_0); s3_0 = fma(a1_5_0, q, s3_0);
      q = subgroupBroadcast(w0, 6u); s0_0 = fma(a2_0_0, q, s0_0); s1_0 = fma(a2_1_0, q, s1_0); s2_0 = fma(a2_2_0, q, s2_0); s3_0 = fma(a2_3_0, q, s3_0);
      q = subgroupBroadcast(w0, 7u); s0_0 = fma(a2_1_0, q, s0_0); s1_0 = fma(a2_2_0, q, s1_0); s2_0 = fma(a2_3_0, q, s2_0); s3_0 = fma(a2_4_0, q, s3_0);
      q = subgroupBroadcast(w1, 0u); s0_0 = fma(a2_2_0, q, s0_0); s1_0 = fma(a2_3_0, q, s1_0); s2_0 = fma(a2_4_0, q, s2_0); s3_0 = fma(a2_5_0, q, s3_0);
      v0 = T(v0.yzw, s0_0);
      v1 = T(v1.yzw, s1_0);
      v2 = T(v2.yzw, s2_0);
      v3 = T(v3.yzw, s3_0);
    }

    {
      let column = u32(f) / 4u;

      let o0 = (u32(r) * 4u) * 1u + column;
      conv1[o0] = v0;

      let o1 = (u32(r) * 4u + 1u) * 1u + column;
      conv1[o1] = v1;

      let o2 = (u32(r) * 4u + 2u) * 1u + column;
      conv1[o2] = v2;

      let o3 = (u32(r) * 4u + 3u) * 1u + column;
      conv1[o3] = v3;
    }
  }
}
