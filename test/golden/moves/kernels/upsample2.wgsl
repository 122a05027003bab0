// upsample2 = resize2d: 2x12x12x2
// line 11: upsample 1x2 => 12x12x2
alias T = f32;
@group(0) @binding(0) var<storage, read_write> pad2: array<f32, 288>;
@group(0) @binding(1) var<storage, read_write> upsample2: array<f32, 576>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 576u) { return; }
  let channel = i % 2u;
  let column = i32(i / 2u % 12u);
  let row = i32(i / 24u % 12u);
  let image = i32(i / 288u);
  let result = pad2[u32((image * 12 + row * 12 / 12) * 6 + column * 6 / 12) * 2u + channel];
  upsample2[i] = result;
}
