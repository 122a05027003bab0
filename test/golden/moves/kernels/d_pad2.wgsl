// d_pad2 = resize2d_dx: 2x12x6x2
// line 11: upsample 1x2 => 12x12x2
alias T = f32;
@group(0) @binding(0) var<storage, read_write> d_upsample2: array<f32, 576>;
@group(0) @binding(1) var<storage, read_write> d_pad2: array<f32, 288>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 288u) { return; }
  let channel = i % 2u;
  let column = i32(i / 2u % 6u);
  let row = i32(i / 12u % 12u);
  let image = i32(i / 144u);
  var result = T();
  for (var oy = (row * 12 + 11) / 12; oy < ((row + 1) * 12 + 11) / 12; oy++) {
    for (var ox = (column * 12 + 5) / 6; ox < ((column + 1) * 12 + 5) / 6; ox++) {
      result += d_upsample2[u32((image * 12 + oy) * 12 + ox) * 2u + channel];
    }
  }
  d_pad2[i] = result;
}
