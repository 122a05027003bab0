// d_conv2.z = softmax_cross_entropy, correct, correct, softmax_cross_entropy_dx: 120x3, a row an invocation
@group(0) @binding(0) var<storage, read_write> conv2_z: array<f32, 360>;
@group(0) @binding(1) var<storage, read_write> labels: array<u32, 120>;
@group(0) @binding(2) var<storage, read_write> cross_entropy: array<f32, 120>;
@group(0) @binding(3) var<storage, read_write> correct: array<f32, 120>;
@group(0) @binding(4) var<storage, read_write> top2: array<f32, 120>;
@group(0) @binding(5) var<storage, read_write> d_conv2_z: array<f32, 360>;
@group(0) @binding(6) var<storage, read_write> d_cross_entropy: array<f32, 120>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  lr: f32,
  correction2: f32,
  correction1: f32,
}
@group(0) @binding(7) var<uniform> step: Step;
const columns = 3u;
const class_weights = array<f32, 3>(0.5, 1.0, 2.0);

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) tile: vec3u) {
  // tile.z is 0; that the compiler cannot know keeps the loops loops, which compile faster than they would unrolled.
  let end = columns + tile.z;
  let r = id.x;
  if (r >= 120u) { return; }
  var max_conv2_z = conv2_z[r * columns];
  for (var j = 0u; j < end; j++) {
    max_conv2_z = max(max_conv2_z, conv2_z[r * columns + j]);
  }
  var sum_conv2_z = 0.0;
  for (var j = 0u; j < end; j++) {
    sum_conv2_z += exp(conv2_z[r * columns + j] - max_conv2_z);
  }
  var total_cross_entropy_v = 0.0;
  for (var j = 0u; j < end; j++) {
    total_cross_entropy_v += (0.9 * select(0.0, 1.0, j == labels[r]) + 0.03333333333333333) * (log(sum_conv2_z) + (max_conv2_z - conv2_z[r * columns + j]));
  }
  let cross_entropy_v = select(0.0, class_weights[labels[r]] * (total_cross_entropy_v), r / 30u < step.count);
  cross_entropy[r] = cross_entropy_v;
  let mine_correct_v = conv2_z[r * columns + labels[r]];
  var before_correct_v = 0u;
  for (var j = 0u; j < end; j++) {
    let other = conv2_z[r * columns + j];
    if (j != labels[r] && !(other < mine_correct_v || (other == mine_correct_v && j > labels[r]))) { before_correct_v++; }
  }
  let correct_v = select(0.0, 1.0, r / 30u < step.count && before_correct_v < 1u);
  correct[r] = correct_v;
  let mine_top2_v = conv2_z[r * columns + labels[r]];
  var before_top2_v = 0u;
  for (var j = 0u; j < end; j++) {
    let other = conv2_z[r * columns + j];
    if (j != labels[r] && !(other < mine_top2_v || (other == mine_top2_v && j > labels[r]))) { before_top2_v++; }
  }
  let top2_v = select(0.0, 1.0, r / 30u < step.count && before_top2_v < 2u);
  top2[r] = top2_v;
  for (var j = 0u; j < end; j++) {
    d_conv2_z[r * columns + j] = select(0.0, class_weights[labels[r]] * (d_cross_entropy[r] * (exp(conv2_z[r * columns + j] - max_conv2_z) / sum_conv2_z - (0.9 * select(0.0, 1.0, j == labels[r]) + 0.03333333333333333))), r / 30u < step.count);
  }
}
