enable f16;
// batchnorm1.variance = sub, mul, counted, sum, mul, div: 392 terms of 8x7x7x4 each
// line 5: batchnorm relu
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> conv1_half: array<vec4h, 392>;
@group(0) @binding(1) var<storage, read_write> batchnorm1_mean: array<vec4f, 1>;
@group(0) @binding(2) var<storage, read_write> batchnorm1_variance: array<vec4f, 1>;
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
  if (i >= 1u) { return; }
  let base = i;
  var t0 = T();
  for (var start = 0u; start < 392u; start += 256u) {
      var p0 = T();
      for (var k = start; k < min(start + 256u, 392u); k++) {
        let e = base + k;
        let batchnorm1_centred_v = vec4f(conv1_half[e]) - batchnorm1_mean[i % 1u];
        let batchnorm1_squares_v = batchnorm1_centred_v * batchnorm1_centred_v;
        let batchnorm1_variance_counted_v = select(T(0.0), batchnorm1_squares_v, ((e) * 4u + vec4u(0u, 1u, 2u, 3u)) < vec4u(step.count * 196u));
        p0 += batchnorm1_variance_counted_v;
      }
      t0 += p0;
    }
  let batchnorm1_variance_share_v_r = t0 * T(0.02040816326530612);
  let batchnorm1_variance_v_r = batchnorm1_variance_share_v_r / T(step.pictures);
  batchnorm1_variance[i] = batchnorm1_variance_v_r;
}
