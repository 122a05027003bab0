// batchnorm1.mean.sum.runs = counted, partial_sum: 4096 terms of 64x8x8x4 each, in 64 runs
// line 5: batchnorm relu
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> conv1: array<vec4f, 4096>;
@group(0) @binding(1) var<storage, read_write> batchnorm1_mean_sum_runs: array<vec4f, 64>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  pictures: f32,
  lr: f32,
}
@group(0) @binding(2) var<uniform> step: Step;

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
      let batchnorm1_mean_counted_v = select(T(0.0), conv1[e], ((e) * 4u + vec4u(0u, 1u, 2u, 3u)) < vec4u(step.count * 256u));
      t0 += batchnorm1_mean_counted_v;
    }
  batchnorm1_mean_sum_runs[i] = t0;
}
