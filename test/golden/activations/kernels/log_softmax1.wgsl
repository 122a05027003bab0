// log_softmax1 = log_softmax: 2x3, a row an invocation
// line 13: log_softmax
@group(0) @binding(0) var<storage, read_write> log_softmax1: array<f32, 6>;
@group(0) @binding(1) var<storage, read_write> dense2: array<f32, 6>;
const columns = 3u;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) tile: vec3u) {
  // tile.z is 0; that the compiler cannot know keeps the loops loops, which compile faster than they would unrolled.
  let end = columns + tile.z;
  let r = id.x;
  if (r >= 2u) { return; }
  var max_dense2 = dense2[r * columns];
  for (var j = 0u; j < end; j++) {
    max_dense2 = max(max_dense2, dense2[r * columns + j]);
  }
  var sum_dense2 = 0.0;
  for (var j = 0u; j < end; j++) {
    sum_dense2 += exp(dense2[r * columns + j] - max_dense2);
  }
  let log_log_softmax1 = log(sum_dense2);
  for (var j = 0u; j < end; j++) {
    log_softmax1[r * columns + j] = dense2[r * columns + j] - max_dense2 - log_log_softmax1;
  }
}
