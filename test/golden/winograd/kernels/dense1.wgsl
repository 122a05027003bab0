// dense1 = softmax: 4x3, a row an invocation
// line 7: dense 3 softmax
@group(0) @binding(0) var<storage, read_write> dense1: array<f32, 12>;
@group(0) @binding(1) var<storage, read_write> dense1_z: array<f32, 12>;
const columns = 3u;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) tile: vec3u) {
  // tile.z is 0; that the compiler cannot know keeps the loops loops, which compile faster than they would unrolled.
  let end = columns + tile.z;
  let r = id.x;
  if (r >= 4u) { return; }
  var max_dense1_z = dense1_z[r * columns];
  for (var j = 0u; j < end; j++) {
    max_dense1_z = max(max_dense1_z, dense1_z[r * columns + j]);
  }
  var sum_dense1_z = 0.0;
  for (var j = 0u; j < end; j++) {
    sum_dense1_z += exp(dense1_z[r * columns + j] - max_dense1_z);
  }
  for (var j = 0u; j < end; j++) {
    dense1[r * columns + j] = exp(dense1_z[r * columns + j] - max_dense1_z) / sum_dense1_z;
  }
}
