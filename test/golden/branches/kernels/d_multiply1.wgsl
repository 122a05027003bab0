// d_multiply1 = resize2d_dx: 4x4x4x8
// line 18: upsample 2
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> d_upsample1: array<vec4f, 512>;
@group(0) @binding(1) var<storage, read_write> d_multiply1: array<vec4f, 128>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 128u) { return; }
  let channel = i % 2u;
  let column = i32(i / 2u % 4u);
  let row = i32(i / 8u % 4u);
  let image = i32(i / 32u);
  var result = T();
  for (var oy = (row * 8 + 3) / 4; oy < ((row + 1) * 8 + 3) / 4; oy++) {
    for (var ox = (column * 8 + 3) / 4; ox < ((column + 1) * 8 + 3) / 4; ox++) {
      result += d_upsample1[u32((image * 8 + oy) * 8 + ox) * 2u + channel];
    }
  }
  d_multiply1[i] = result;
}
