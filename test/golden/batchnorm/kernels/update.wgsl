// The update of 5 parameters side by side: conv1.weight, batchnorm1.gamma, batchnorm1.beta, dense1.weight, dense1.bias
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> parameters_: array<vec4f, 192>;
@group(0) @binding(1) var<storage, read> gradients_: array<vec4f, 192>;
@group(0) @binding(2) var<storage, read_write> velocity: array<vec4f, 192>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  pictures: f32,
  lr: f32,
}
@group(0) @binding(3) var<uniform> step: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 192u) { return; }
  let g = gradients_[i];
  let kept = velocity[i] * T(0.9);
  let step_ = g * T(step.lr);
  let velocity_new = kept - step_;
  let new_ = parameters_[i] + velocity_new;
  velocity[i] = velocity_new;
  parameters_[i] = new_;
}
