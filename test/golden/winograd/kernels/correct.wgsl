// correct = softmax, softmax_cross_entropy, correct: 4x3, a row an invocation
// line 7: dense 3 softmax
@group(0) @binding(0) var<storage, read_write> dense1: array<f32, 12>;
@group(0) @binding(1) var<storage, read_write> dense1_z: array<f32, 12>;
@group(0) @binding(2) var<storage, read_write> labels: array<u32, 4>;
@group(0) @binding(3) var<storage, read_write> cross_entropy: array<f32, 4>;
@group(0) @binding(4) var<storage, read_write> correct: array<f32, 4>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  lr: f32,
}
@group(0) @binding(5) var<uniform> step: Step;
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
  let cross_entropy_v = select(0.0, log(sum_dense1_z) + (max_dense1_z - dense1_z[r * columns + labels[r]]), r < step.count);
  cross_entropy[r] = cross_entropy_v;
  let mine_correct_v = dense1[r * columns + labels[r]];
  var before_correct_v = 0u;
  for (var j = 0u; j < end; j++) {
    let other = dense1[r * columns + j];
    if (j != labels[r] && !(other < mine_correct_v || (other == mine_correct_v && j > labels[r]))) { before_correct_v++; }
  }
  let correct_v = select(0.0, 1.0, r < step.count && before_correct_v < 1u);
  correct[r] = correct_v;
}
