// correct.mean = sum, mul, sum, mul: 12 terms of 5x12 each
alias T = f32;
@group(0) @binding(0) var<storage, read_write> cross_entropy_mean_sum_rows: array<f32, 60>;
@group(0) @binding(1) var<storage, read_write> correct_mean_sum_rows: array<f32, 60>;
@group(0) @binding(2) var<storage, read_write> cross_entropy_mean: array<f32, 5>;
@group(0) @binding(3) var<storage, read_write> correct_mean: array<f32, 5>;

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 5u) { return; }
  let base = i * 12u;
  var t0 = T();
  var t1 = T();
  for (var k = 0u; k < 12u + id.z; k++) {
      let e = base + k;
      t0 += cross_entropy_mean_sum_rows[e];
      t1 += correct_mean_sum_rows[e];
    }
  let cross_entropy_mean_v_r = t0 * T(0.008333333333333333);
  let correct_mean_v_r = t1 * T(0.008333333333333333);
  cross_entropy_mean[i] = cross_entropy_mean_v_r;
  correct_mean[i] = correct_mean_v_r;
}
