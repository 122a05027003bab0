// top2.mean = sum, mul, sum, mul, sum, mul: 6 terms of 4x6 each
alias T = f32;
@group(0) @binding(0) var<storage, read_write> cross_entropy_mean_sum_rows: array<f32, 24>;
@group(0) @binding(1) var<storage, read_write> correct_mean_sum_rows: array<f32, 24>;
@group(0) @binding(2) var<storage, read_write> top2_mean_sum_rows: array<f32, 24>;
@group(0) @binding(3) var<storage, read_write> cross_entropy_mean: array<f32, 4>;
@group(0) @binding(4) var<storage, read_write> correct_mean: array<f32, 4>;
@group(0) @binding(5) var<storage, read_write> top2_mean: array<f32, 4>;

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 4u) { return; }
  let base = i * 6u;
  var t0 = T();
  var t1 = T();
  var t2 = T();
  for (var k = 0u; k < 6u + id.z; k++) {
      let e = base + k;
      t0 += cross_entropy_mean_sum_rows[e];
      t1 += correct_mean_sum_rows[e];
      t2 += top2_mean_sum_rows[e];
    }
  let cross_entropy_mean_v_r = t0 * T(0.03333333333333333);
  let correct_mean_v_r = t1 * T(0.03333333333333333);
  let top2_mean_v_r = t2 * T(0.03333333333333333);
  cross_entropy_mean[i] = cross_entropy_mean_v_r;
  correct_mean[i] = correct_mean_v_r;
  top2_mean[i] = top2_mean_v_r;
}
