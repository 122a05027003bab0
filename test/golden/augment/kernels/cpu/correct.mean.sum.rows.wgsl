// correct.mean.sum.rows = sum, sum: 10 terms of 5x12x10 each
alias T = f32;
@group(0) @binding(0) var<storage, read_write> cross_entropy: array<f32, 600>;
@group(0) @binding(1) var<storage, read_write> correct: array<f32, 600>;
@group(0) @binding(2) var<storage, read_write> cross_entropy_mean_sum_rows: array<f32, 60>;
@group(0) @binding(3) var<storage, read_write> correct_mean_sum_rows: array<f32, 60>;

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 60u) { return; }
  let base = i * 10u;
  var t0 = T();
  var t1 = T();
  for (var k = 0u; k < 10u + id.z; k++) {
      let e = base + k;
      t0 += cross_entropy[e];
      t1 += correct[e];
    }
  cross_entropy_mean_sum_rows[i] = t0;
  correct_mean_sum_rows[i] = t1;
}
