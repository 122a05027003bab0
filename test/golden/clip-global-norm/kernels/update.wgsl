// The update of 4 parameters side by side: conv1.weight, conv1.bias, dense1.weight, dense1.bias
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> parameters_: array<vec4f, 112>;
@group(0) @binding(1) var<storage, read> gradients_: array<vec4f, 112>;
@group(0) @binding(2) var<storage, read_write> m_: array<vec4f, 112>;
@group(0) @binding(3) var<storage, read_write> v_: array<vec4f, 112>;
@group(0) @binding(4) var<storage, read> gradients_square: array<f32, 1>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  lr: f32,
  nadam_mean: f32,
  nadam_gradient: f32,
  correction2: f32,
}
@group(0) @binding(5) var<uniform> step: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 112u) { return; }
  let g = gradients_[i];
  let m_kept = m_[i] * T(0.9);
  let gradients_norm = sqrt(T(gradients_square[0]));
  let gradients_norm_least = max(gradients_norm, T(1.0));
  let gradients_clip = T(1.0) / gradients_norm_least;
  let g_clipped = g * gradients_clip;
  let m_part = g_clipped * T(0.09999999999999998);
  let m_new = m_kept + m_part;
  let v_kept = v_[i] * T(0.999);
  let square = g_clipped * g_clipped;
  let v_part = square * T(0.0010000000000000009);
  let v_new = v_kept + v_part;
  let decay = T(step.lr) * T(0.01);
  let decayed_part = parameters_[i] * decay;
  let decayed = parameters_[i] - decayed_part;
  let m_ahead = m_new * T(step.nadam_mean);
  let g_ahead = g_clipped * T(step.nadam_gradient);
  let m_hat = m_ahead + g_ahead;
  let scaled = m_hat * T(step.lr);
  let v_hat = v_new / T(step.correction2);
  let root = sqrt(v_hat);
  let root_safe = root + T(1e-7);
  let step_ = scaled / root_safe;
  let new_ = decayed - step_;
  m_[i] = m_new;
  v_[i] = v_new;
  parameters_[i] = new_;
}
