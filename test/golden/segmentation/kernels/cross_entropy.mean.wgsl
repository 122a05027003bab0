// cross_entropy.mean = mul: elementwise over 4
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> cross_entropy_mean_sum: array<vec4f, 1>;
@group(0) @binding(1) var<storage, read_write> cross_entropy_mean: array<vec4f, 1>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 1u) { return; }
  let cross_entropy_mean_v = cross_entropy_mean_sum[i] * T(0.03333333333333333);
  cross_entropy_mean[i] = cross_entropy_mean_v;
}
