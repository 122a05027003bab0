// d_cross_entropy.mean = batch_mean_dx: 5x1, a row an invocation
@group(0) @binding(0) var<storage, read_write> d_cross_entropy_mean: array<f32, 5>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  seed: u32,
  step: u32,
  lr: f32,
}
@group(0) @binding(1) var<uniform> step: Step;
const columns = 1u;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) tile: vec3u) {
  // tile.z is 0; that the compiler cannot know keeps the loops loops, which compile faster than they would unrolled.
  let end = columns + tile.z;
  let r = id.x;
  if (r >= 5u) { return; }
  let d_cross_entropy_mean_v = select(0.0, 1.0 / f32(step.count), r < step.count);
  d_cross_entropy_mean[r] = d_cross_entropy_mean_v;
}
