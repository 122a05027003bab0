// d_conv1.z = resize2d_dx, relu_dx: 2x7x4x8
// line 6: upsample 2x1 bilinear => 14x4x8
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> d_depth_to_space1_blocks: array<vec4f, 224>;
@group(0) @binding(1) var<storage, read_write> conv1: array<vec4f, 112>;
@group(0) @binding(2) var<storage, read_write> d_conv1_z: array<vec4f, 112>;
// How much of pixel `at` (of n) is in pixel o (of m).
fn weight_of(at: i32, o: i32, n: i32, m: i32) -> f32 {
  let t = max((2 * o + 1) * n - m, 0);
  let low = t / (2 * m);
  let part = f32(t % (2 * m)) / f32(2 * m);
  return select(0.0, 1.0 - part, low == at) + select(0.0, part, min(low + 1, n - 1) == at);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 112u) { return; }
  let channel = i % 2u;
  let column = i32(i / 2u % 4u);
  let row = i32(i / 8u % 7u);
  let image = i32(i / 56u);
  var result = T();
  for (var oy = max((2 * row - 1) * 14 - 7, 0) / 14; oy <= min((2 * row + 3) * 14 / 14, 13); oy++) {
    let weight_y = weight_of(row, oy, 7, 14);
    for (var ox = max((2 * column - 1) * 4 - 4, 0) / 8; ox <= min((2 * column + 3) * 4 / 8, 3); ox++) {
      result += weight_y * weight_of(column, ox, 4, 4) * d_depth_to_space1_blocks[u32((image * 14 + oy) * 4 + ox) * 2u + channel];
    }
  }
  let d_conv1_z_v = select(T(0.0), result, conv1[i] > T(0.0));
  d_conv1_z[i] = d_conv1_z_v;
}
