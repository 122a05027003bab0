// d_depth_to_space1.blocks = transpose: 2x14x4x2x2x2
// line 7: depth_to_space 2 => 28x8x2
alias T = f32;
@group(0) @binding(0) var<storage, read_write> d_depth_to_space1: array<f32, 896>;
@group(0) @binding(1) var<storage, read_write> d_depth_to_space1_blocks: array<f32, 896>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 896u) { return; }
  let c3 = i % 4u;
  let c2 = i / 4u % 2u;
  let c1 = i / 8u % 4u;
  let c0 = i / 32u;
  let value = d_depth_to_space1[c0 * 32u + c1 * 4u + c2 * 16u + c3];
  d_depth_to_space1_blocks[i] = value;
}
