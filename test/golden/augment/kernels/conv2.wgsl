// conv2 = softmax: 600x4, a row an invocation
// line 17: conv 4 1x1 softmax => 12x10x4
@group(0) @binding(0) var<storage, read_write> conv2: array<f32, 2400>;
@group(0) @binding(1) var<storage, read_write> conv2_z: array<f32, 2400>;
const columns = 4u;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) tile: vec3u) {
  // tile.z is 0; that the compiler cannot know keeps the loops loops, which compile faster than they would unrolled.
  let end = columns + tile.z;
  let r = id.x;
  if (r >= 600u) { return; }
  var max_conv2_z = conv2_z[r * columns];
  for (var j = 0u; j < end; j++) {
    max_conv2_z = max(max_conv2_z, conv2_z[r * columns + j]);
  }
  var sum_conv2_z = 0.0;
  for (var j = 0u; j < end; j++) {
    sum_conv2_z += exp(conv2_z[r * columns + j] - max_conv2_z);
  }
  for (var j = 0u; j < end; j++) {
    conv2[r * columns + j] = exp(conv2_z[r * columns + j] - max_conv2_z) / sum_conv2_z;
  }
}
