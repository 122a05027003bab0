// batchnorm1.variance.sum.runs = sub, mul, counted, partial_sum: 4096 terms of 64x8x8x4 each, in 64 runs
// line 5: batchnorm relu
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> conv1: array<vec4f, 4096>;
@group(0) @binding(1) var<storage, read_write> batchnorm1_mean: array<vec4f, 1>;
@group(0) @binding(2) var<storage, read_write> batchnorm1_variance_sum_runs: array<vec4f, 64>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  pictures: f32,
  lr: f32,
}
@group(0) @binding(3) var<uniform> step: Step;

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 64u) { return; }
  let base = 0u;
  let first = i * 64u;
  let end = min(first + 64u, 4096u);
  var t0 = T();
  for (var k = first; k < end; k++) {
      let e = base + k;
      let batchnorm1_centred_v = conv1[e] - batchnorm1_mean[i % 1u];
      let batchnorm1_squares_v = batchnorm1_centred_v * batchnorm1_centred_v;
      let batchnorm1_variance_counted_v = select(T(0.0), batchnorm1_squares_v, ((e) * 4u + vec4u(0u, 1u, 2u, 3u)) < vec4u(step.count * 256u));
      t0 += batchnorm1_variance_counted_v;
    }
  batchnorm1_variance_sum_runs[i] = t0;
}
