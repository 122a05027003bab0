// The update of 2 parameters side by side: batchnorm1.moving_mean, batchnorm1.moving_variance
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> parameters_: array<vec4f, 32>;
@group(0) @binding(1) var<storage, read> gradients_: array<vec4f, 32>;
@group(0) @binding(2) var<storage, read> loss_scale_overflows: array<f32, 1>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 32u) { return; }
  let g = gradients_[i];
  let kept = parameters_[i] * T(0.9);
  let part_ = g * T(0.09999999999999998);
  let new_ = kept + part_;
  let after = select(new_, parameters_[i], T(loss_scale_overflows[0]) > T(0.0));
  parameters_[i] = after;
}
