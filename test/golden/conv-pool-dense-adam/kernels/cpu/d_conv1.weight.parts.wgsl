enable subgroups;
// d_conv1.weight.parts = conv2d_dw_pooled: 8x3x3x1x4
// line 4: conv 4 3x3 relu => 10x10x4
// dw[part, ky, kx, c, f] = sum over the pictures of the part and the windows of the pool of x, where the winner of f stood, times dy.
// x is H x W x C, the window KH x KW, windows of WH x WW are pooled, PH x PW of them, of F filters.
const H = 12; const W = 12; const C = 1; const KH = 3; const KW = 3; const F = 4; const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0;
const WH = 2; const WW = 2; const PH = 5; const PW = 5;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 1152>;
@group(0) @binding(1) var<storage, read_write> maxpool1_winner: array<u32, 200>;
@group(0) @binding(2) var<storage, read_write> d_conv1_pooled: array<f32, 800>;
@group(0) @binding(3) var<storage, read_write> d_conv1_weight_parts: array<f32, 288>;

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let lane = i32(id.x);
  let t = i32(tile.x);
  let part = t / 1;
  let mine = t % 1 * 8 + lane;
  let f = min(mine, F - 1);
  var s0 = 0.0;
  var s1 = 0.0;
  var s2 = 0.0;
  var s3 = 0.0;
  var s4 = 0.0;
  var s5 = 0.0;
  var s6 = 0.0;
  var s7 = 0.0;
  var s8 = 0.0;
  var q: f32;
  for (var image = part * 1; image < (part + 1) * 1; image++) {
    for (var row = 0; row < PH; row++) {
      let top = row * (WH * SY) - TOP;
      for (var column = 0; column < PW; column++) {
        let left = column * (WW * SX) - LEFT;
        let at = ((image * H + top) * W + left) * C;
        let p = ((image * PH + row) * PW + column) * F + f;
        let dy = d_conv1_pooled[p];
        let won = (maxpool1_winner[p / 4] >> (u32(p) % 4u * 8u)) & 255u;
        let d0 = select(0.0, dy, won == 0u);
        let d1 = select(0.0, dy, won == 1u);
        let d2 = select(0.0, dy, won == 2u);
        let d3 = select(0.0, dy, won == 3u);
        let v0_0 = x[clamp(at + 0 * (W * C) + 0 + lane, 0, 1151)];
        let v1_0 = x[clamp(at + 1 * (W * C) + 0 + lane, 0, 1151)];
        let v2_0 = x[clamp(at + 2 * (W * C) + 0 + lane, 0, 1151)];
        let v3_0 = x[clamp(at + 3 * (W * C) + 0 + lane, 0, 1151)];
        q = subgroupBroadcast(v0_0, 0u); s0 = fma(q, d0, s0);
        q = subgroupBroadcast(v0_0, 1u); s1 = fma(q, d0, s1); s0 = fma(q, d1, s0);
        q = subgroupBroadcast(v0_0, 2u); s2 = fma(q, d0, s2); s1 = fma(q, d1, s1);
        q = subgroupBroadcast(v0_0, 3u); s2 = fma(q, d1, s2);
        q = subgroupBroadcast(v1_0, 0u); s3 = fma(q, d0, s3); s0 = fma(q, d2, s0);
        q = subgroupBroadcast(v1_0, 1u); s4 = fma(q, d0, s4); s3 = fma(q, d1, s3); s1 = fma(q, d2, s1); s0 = fma(q, d3, s0);
        q = subgroupBroadcast(v1_0, 2u); s5 = fma(q, d0, s5); s4 = fma(q, d1, s4); s2 = fma(q, d2, s2); s1 = fma(q, d3, s1);
        q = subgroupBroadcast(v1_0, 3u); s5 = fma(q, d1, s5); s2 = fma(q, d3, s2);
        q = subgroupBroadcast(v2_0, 0u); s6 = fma(q, d0, s6); s3 = fma(q, d2, s3);
        q = subgroupBroadcast(v2_0, 1u); s7 = fma(q, d0, s7); s6 = fma(q, d1, s6); s4 = fma(q, d2, s4); s3 = fma(q, d3, s3);
        q = subgroupBroadcast(v2_0, 2u); s8 = fma(q, d0, s8); s7 = fma(q, d1, s7); s5 = fma(q, d2, s5); s4 = fma(q, d3, s4);
        q = subgroupBroadcast(v2_0, 3u); s8 = fma(q, d1, s8); s5 = fma(q, d3, s5);
        q = subgroupBroadcast(v3_0, 0u); s6 = fma(q, d2, s6);
        q = subgroupBroadcast(v3_0, 1u); s7 = fma(q, d2, s7); s6 = fma(q, d3, s6);
        q = subgroupBroadcast(v3_0, 2u); s8 = fma(q, d2, s8); s7 = fma(q, d3, s7);
        q = subgroupBroadcast(v3_0, 3u); s8 = fma(q, d3, s8);
      }
    }
  }
  if (mine < F) {
    let o = part * 9 * F + f;
    // tile.z is 0; that the compiler cannot know keeps this a loop, which compiles faster than it would unrolled.
    var result = array<f32, 9>(s0, s1, s2, s3, s4, s5, s6, s7, s8);
    for (var i = 0; i < 9 + i32(tile.z); i++) { d_conv1_weight_parts[o + i * F] = result[i]; }
  }
}
