// correct = softmax_cross_entropy, correct: 8x3, a row an invocation
@group(0) @binding(0) var<storage, read_write> dense1: array<f32, 24>;
@group(0) @binding(1) var<storage, read_write> labels: array<u32, 8>;
@group(0) @binding(2) var<storage, read_write> cross_entropy: array<f32, 8>;
@group(0) @binding(3) var<storage, read_write> correct: array<f32, 8>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  pictures: f32,
  lr: f32,
}
@group(0) @binding(4) var<uniform> step: Step;
const columns = 3u;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) tile: vec3u) {
  // tile.z is 0; that the compiler cannot know keeps the loops loops, which compile faster than they would unrolled.
  let end = columns + tile.z;
  let r = id.x;
  if (r >= 8u) { return; }
  var max_dense1 = dense1[r * columns];
  for (var j = 0u; j < end; j++) {
    max_dense1 = max(max_dense1, dense1[r * columns + j]);
  }
  var sum_dense1 = 0.0;
  for (var j = 0u; j < end; j++) {
    sum_dense1 += exp(dense1[r * columns + j] - max_dense1);
  }
  let cross_entropy_v = select(0.0, log(sum_dense1) + (max_dense1 - dense1[r * columns + labels[r]]), r < step.count);
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
