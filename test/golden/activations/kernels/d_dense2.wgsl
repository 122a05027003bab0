// d_dense2 = log_softmax, softmax_cross_entropy, correct, batch_mean_dx, softmax_cross_entropy_dx, log_softmax_dx: 2x3, a row an invocation
// line 13: log_softmax
@group(0) @binding(0) var<storage, read_write> log_softmax1: array<f32, 6>;
@group(0) @binding(1) var<storage, read_write> dense2: array<f32, 6>;
@group(0) @binding(2) var<storage, read_write> labels: array<u32, 2>;
@group(0) @binding(3) var<storage, read_write> cross_entropy: array<f32, 2>;
@group(0) @binding(4) var<storage, read_write> correct: array<f32, 2>;
@group(0) @binding(5) var<storage, read_write> d_log_softmax1: array<f32, 6>;
@group(0) @binding(6) var<storage, read_write> d_dense2: array<f32, 6>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  seed: u32,
  step: u32,
  lr: f32,
}
@group(0) @binding(7) var<uniform> step: Step;
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
  var max_log_softmax1 = log_softmax1[r * columns];
  for (var j = 0u; j < end; j++) {
    max_log_softmax1 = max(max_log_softmax1, log_softmax1[r * columns + j]);
  }
  var sum_log_softmax1 = 0.0;
  for (var j = 0u; j < end; j++) {
    sum_log_softmax1 += exp(log_softmax1[r * columns + j] - max_log_softmax1);
  }
  let cross_entropy_v = select(0.0, log(sum_log_softmax1) + (max_log_softmax1 - log_softmax1[r * columns + labels[r]]), r < step.count);
  cross_entropy[r] = cross_entropy_v;
  let mine_correct_v = log_softmax1[r * columns + labels[r]];
  var before_correct_v = 0u;
  for (var j = 0u; j < end; j++) {
    let other = log_softmax1[r * columns + j];
    if (j != labels[r] && !(other < mine_correct_v || (other == mine_correct_v && j > labels[r]))) { before_correct_v++; }
  }
  let correct_v = select(0.0, 1.0, r < step.count && before_correct_v < 1u);
  correct[r] = correct_v;
  let d_cross_entropy_v = select(0.0, 1.0 / f32(step.count), r < step.count);
  for (var j = 0u; j < end; j++) {
    d_log_softmax1[r * columns + j] = select(0.0, d_cross_entropy_v * (exp(log_softmax1[r * columns + j] - max_log_softmax1) / sum_log_softmax1 - select(0.0, 1.0, j == labels[r])), r < step.count);
  }
  var total_d_dense2 = 0.0;
  for (var j = 0u; j < end; j++) {
    total_d_dense2 += d_log_softmax1[r * columns + j];
  }
  for (var j = 0u; j < end; j++) {
    d_dense2[r * columns + j] = d_log_softmax1[r * columns + j] - exp(log_softmax1[r * columns + j]) * total_d_dense2;
  }
}
