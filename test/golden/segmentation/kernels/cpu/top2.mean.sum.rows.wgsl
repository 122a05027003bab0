// top2.mean.sum.rows = sum, sum, sum: 5 terms of 4x6x5 each
alias T = f32;
@group(0) @binding(0) var<storage, read_write> cross_entropy: array<f32, 120>;
@group(0) @binding(1) var<storage, read_write> correct: array<f32, 120>;
@group(0) @binding(2) var<storage, read_write> top2: array<f32, 120>;
@group(0) @binding(3) var<storage, read_write> cross_entropy_mean_sum_rows: array<f32, 24>;
@group(0) @binding(4) var<storage, read_write> correct_mean_sum_rows: array<f32, 24>;
@group(0) @binding(5) var<storage, read_write> top2_mean_sum_rows: array<f32, 24>;

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 24u) { return; }
  let base = i * 5u;
  var t0 = T();
  var t1 = T();
  var t2 = T();
  for (var k = 0u; k < 5u + id.z; k++) {
      let e = base + k;
      t0 += cross_entropy[e];
      t1 += correct[e];
      t2 += top2[e];
    }
  cross_entropy_mean_sum_rows[i] = t0;
  correct_mean_sum_rows[i] = t1;
  top2_mean_sum_rows[i] = t2;
}
