// d_batchnorm1.gamma.runs = partial_sum, standardize, mul, partial_sum: 4096 terms of 64x8x8x4 each, in 64 runs
// line 5: batchnorm relu
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> conv1: array<vec4f, 4096>;
@group(0) @binding(1) var<storage, read_write> batchnorm1_mean: array<vec4f, 1>;
@group(0) @binding(2) var<storage, read_write> batchnorm1_variance: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read_write> d_batchnorm1_z: array<vec4f, 4096>;
@group(0) @binding(4) var<storage, read_write> d_batchnorm1_beta_runs: array<vec4f, 64>;
@group(0) @binding(5) var<storage, read_write> d_batchnorm1_gamma_runs: array<vec4f, 64>;
var<workgroup> sums: array<T, 128>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) t: u32) {
  let lane = t / 8u;
  let own = tile.x * 8u + t % 8u;
  let i = min(own, 63u);
  let base = 0u;
  let first = i * 64u;
  let end = min(first + 64u, 4096u);
  var t0 = T();
  var t1 = T();
  for (var k = first + lane; k < end; k += 8u) {
      let e = base + k;
      let batchnorm1_normal_v = (conv1[e] - batchnorm1_mean[i % 1u]) / sqrt(batchnorm1_variance[i % 1u] + 0.00001);
      let d_batchnorm1_gamma_mul_v = d_batchnorm1_z[e] * batchnorm1_normal_v;
      t0 += d_batchnorm1_z[e];
      t1 += d_batchnorm1_gamma_mul_v;
    }
  sums[t] = t0;
  sums[64u + t] = t1;
  workgroupBarrier();
  for (var half = 4u; half > 0u; half /= 2u) {
    if (lane < half) {
      sums[t] += sums[t + half * 8u];
      sums[64u + t] += sums[64u + t + half * 8u];
    }
    workgroupBarrier();
  }
  t0 = sums[t];
  t1 = sums[64u + t];
  if (lane > 0u || own >= 64u) { return; }
  d_batchnorm1_beta_runs[i] = t0;
  d_batchnorm1_gamma_runs[i] = t1;
}
