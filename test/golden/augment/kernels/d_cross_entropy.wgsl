// d_cross_entropy = broadcast: elementwise over 5x12x10
alias T = f32;
@group(0) @binding(0) var<storage, read_write> d_cross_entropy_mean_sum_mul: array<f32, 5>;
@group(0) @binding(1) var<storage, read_write> d_cross_entropy: array<f32, 600>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 600u) { return; }
  let d_cross_entropy_v = d_cross_entropy_mean_sum_mul[(i) / 120u % 5u * 1u];
  d_cross_entropy[i] = d_cross_entropy_v;
}
