// dense2 = softmax: 4x3, a row an invocation
// line 21: dense 3 softmax
@group(0) @binding(0) var<storage, read_write> dense2: array<f32, 12>;
@group(0) @binding(1) var<storage, read_write> dense2_z: array<f32, 12>;
const columns = 3u;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) tile: vec3u) {
  // tile.z is 0; that the compiler cannot know keeps the loops loops, which compile faster than they would unrolled.
  let end = columns + tile.z;
  let r = id.x;
  if (r >= 4u) { return; }
  var max_dense2_z = dense2_z[r * columns];
  for (var j = 0u; j < end; j++) {
    max_dense2_z = max(max_dense2_z, dense2_z[r * columns + j]);
  }
  var sum_dense2_z = 0.0;
  for (var j = 0u; j < end; j++) {
    sum_dense2_z += exp(dense2_z[r * columns + j] - max_dense2_z);
  }
  for (var j = 0u; j < end; j++) {
    dense2[r * columns + j] = exp(dense2_z[r * columns + j] - max_dense2_z) / sum_dense2_z;
  }
}
