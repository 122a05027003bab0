// The update of 7 parameters side by side: conv1.weight, batchnorm1.gamma, batchnorm1.beta, conv2.weight, conv2.bias, dense1.weight, dense1.bias
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> parameters_: array<vec4f, 160>;
@group(0) @binding(1) var<storage, read> gradients_: array<vec4f, 160>;
@group(0) @binding(2) var<storage, read_write> velocity: array<vec4f, 160>;
@group(0) @binding(3) var<storage, read_write> loss_scale: array<f32, 1>;
@group(0) @binding(4) var<storage, read> loss_scale_overflows: array<f32, 1>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  pictures: f32,
  lr: f32,
}
@group(0) @binding(5) var<uniform> step: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 160u) { return; }
  let g = gradients_[i];
  let kept = velocity[i] * T(0.9);
  let loss_scale_inverse = T(1.0) / T(loss_scale[0]);
  let g_own = g * loss_scale_inverse;
  let step_ = g_own * T(step.lr);
  let velocity_new = kept - step_;
  let velocity_after = select(velocity_new, velocity[i], T(loss_scale_overflows[0]) > T(0.0));
  let new_ = parameters_[i] + velocity_new;
  let after = select(new_, parameters_[i], T(loss_scale_overflows[0]) > T(0.0));
  velocity[i] = velocity_after;
  parameters_[i] = after;
}
