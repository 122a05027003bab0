// d_cross_entropy = broadcast: elementwise over 4x6x5
alias T = f32;
@group(0) @binding(0) var<storage, read_write> d_cross_entropy_mean_sum_mul: array<f32, 4>;
@group(0) @binding(1) var<storage, read_write> d_cross_entropy: array<f32, 120>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 120u) { return; }
  let d_cross_entropy_v = d_cross_entropy_mean_sum_mul[(i) / 30u % 4u * 1u];
  d_cross_entropy[i] = d_cross_entropy_v;
}
