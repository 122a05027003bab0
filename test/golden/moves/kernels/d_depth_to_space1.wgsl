// d_depth_to_space1 = pad_zeros: 2x28x8x2
// line 8: crop [0, 1, 1, 0] => 27x7x2
alias T = f32;
@group(0) @binding(0) var<storage, read_write> d_crop1: array<f32, 756>;
@group(0) @binding(1) var<storage, read_write> d_depth_to_space1: array<f32, 896>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 896u) { return; }
  let c2 = i % 16u;
  let c1 = i / 16u % 28u;
  let c0 = i / 448u;
  var value = T();
  if (c2 >= 2u && c1 < 27u) {
    value = d_crop1[c0 * 378u + c1 * 14u + (c2 - 2u)];
  }
  d_depth_to_space1[i] = value;
}
