enable f16;
// batchnorm1.mean = counted, sum, mul, div: 392 terms of 8x7x7x4 each
// line 5: batchnorm relu
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> conv1_half: array<vec4h, 392>;
@group(0) @binding(1) var<storage, read_write> batchnorm1_mean: array<vec4f, 1>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  pictures: f32,
  lr: f32,
}
@group(0) @binding(2) var<uniform> step: Step;
var<workgroup> sums: array<T, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) t: u32) {
  let lane = t / 1u;
  let own = tile.x * 1u + t % 1u;
  let i = min(own, 0u);
  let base = i;
  var t0 = T();
  for (var k = lane; k < 392u; k += 64u) {
      let e = base + k;
      let batchnorm1_mean_counted_v = select(T(0.0), vec4f(conv1_half[e]), ((e) * 4u + vec4u(0u, 1u, 2u, 3u)) < vec4u(step.count * 196u));
      t0 += batchnorm1_mean_counted_v;
    }
  sums[t] = t0;
  workgroupBarrier();
  for (var half = 32u; half > 0u; half /= 2u) {
    if (lane < half) {
      sums[t] += sums[t + half];
    }
    workgroupBarrier();
  }
  t0 = sums[t];
  if (lane > 0u || own >= 1u) { return; }
  let batchnorm1_mean_share_v_r = t0 * T(0.02040816326530612);
  let batchnorm1_mean_v_r = batchnorm1_mean_share_v_r / T(step.pictures);
  batchnorm1_mean[i] = batchnorm1_mean_v_r;
}
