// d_cross_entropy.mean.sum.mul = mul: elementwise over 5
alias T = f32;
@group(0) @binding(0) var<storage, read_write> d_cross_entropy_mean: array<f32, 5>;
@group(0) @binding(1) var<storage, read_write> d_cross_entropy_mean_sum_mul: array<f32, 5>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 5u) { return; }
  let d_cross_entropy_mean_sum_mul_v = d_cross_entropy_mean[i] * T(0.008333333333333333);
  d_cross_entropy_mean_sum_mul[i] = d_cross_entropy_mean_sum_mul_v;
}
