// d_upsample2 = pad_zeros: 2x12x12x2
// line 12: slice 1 9 axis columns => 12x9x2
alias T = f32;
@group(0) @binding(0) var<storage, read_write> d_slice1: array<f32, 432>;
@group(0) @binding(1) var<storage, read_write> d_upsample2: array<f32, 576>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 576u) { return; }
  let c1 = i % 24u;
  let c0 = i / 24u;
  var value = T();
  if (c1 >= 2u && c1 < 20u) {
    value = d_slice1[c0 * 18u + (c1 - 2u)];
  }
  d_upsample2[i] = value;
}
