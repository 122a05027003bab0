// upsample1 = resize2d: 4x8x8x8
// line 18: upsample 2
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> multiply1: array<vec4f, 128>;
@group(0) @binding(1) var<storage, read_write> upsample1: array<vec4f, 512>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 512u) { return; }
  let channel = i % 2u;
  let column = i32(i / 2u % 8u);
  let row = i32(i / 16u % 8u);
  let image = i32(i / 128u);
  let result = multiply1[u32((image * 4 + row * 4 / 8) * 4 + column * 4 / 8) * 2u + channel];
  upsample1[i] = result;
}
