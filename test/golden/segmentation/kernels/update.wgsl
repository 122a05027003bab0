// The update of 4 parameters side by side: conv1.weight, conv1.bias, conv2.weight, conv2.bias
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> parameters_: array<vec4f, 64>;
@group(0) @binding(1) var<storage, read> gradients_: array<vec4f, 64>;
@group(0) @binding(2) var<storage, read_write> m_: array<vec4f, 64>;
@group(0) @binding(3) var<storage, read_write> v_: array<vec4f, 64>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  lr: f32,
  correction2: f32,
  correction1: f32,
}
@group(0) @binding(4) var<uniform> step: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 64u) { return; }
  let g = gradients_[i];
  let m_kept = m_[i] * T(0.9);
  let m_part = g * T(0.09999999999999998);
  let m_new = m_kept + m_part;
  let v_kept = v_[i] * T(0.999);
  let square = g * g;
  let v_part = square * T(0.0010000000000000009);
  let v_new = v_kept + v_part;
  let correction2_root = sqrt(T(step.correction2));
  let corrections = correction2_root / T(step.correction1);
  let alpha = corrections * T(step.lr);
  let scaled = m_new * alpha;
  let root = sqrt(v_new);
  let root_safe = root + T(1e-7);
  let step_ = scaled / root_safe;
  let new_ = parameters_[i] - step_;
  m_[i] = m_new;
  v_[i] = v_new;
  parameters_[i] = new_;
}
