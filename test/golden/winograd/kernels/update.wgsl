// The update of 6 parameters side by side: conv1.weight, conv1.bias, conv2.weight, conv2.bias, dense1.weight, dense1.bias
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> parameters_: array<vec4f, 416>;
@group(0) @binding(1) var<storage, read> gradients_: array<vec4f, 416>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  lr: f32,
}
@group(0) @binding(2) var<uniform> step: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 416u) { return; }
  let g = gradients_[i];
  let step_ = g * T(step.lr);
  let new_ = parameters_[i] - step_;
  parameters_[i] = new_;
}
