// upsample1 = resize2d: 2x14x4x8
// line 6: upsample 2x1 bilinear => 14x4x8
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> conv1: array<vec4f, 112>;
@group(0) @binding(1) var<storage, read_write> upsample1: array<vec4f, 224>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 224u) { return; }
  let channel = i % 2u;
  let column = i32(i / 2u % 4u);
  let row = i32(i / 8u % 14u);
  let image = i32(i / 112u);
  let place_y = max((2 * row + 1) * 7 - 14, 0);
  let low_y = place_y / 28;
  let high_y = min(low_y + 1, 6);
  let part_y = f32(place_y % 28) / 28.0;
  let place_x = max((2 * column + 1) * 4 - 4, 0);
  let low_x = place_x / 8;
  let high_x = min(low_x + 1, 3);
  let part_x = f32(place_x % 8) / 8.0;
  let above = mix(conv1[u32((image * 7 + low_y) * 4 + low_x) * 2u + channel], conv1[u32((image * 7 + low_y) * 4 + high_x) * 2u + channel], part_x);
  let below = mix(conv1[u32((image * 7 + high_y) * 4 + low_x) * 2u + channel], conv1[u32((image * 7 + high_y) * 4 + high_x) * 2u + channel], part_x);
  let result = mix(above, below, part_y);
  upsample1[i] = result;
}
