// correct.mean = sum, mul, sum, mul: 12 terms of 5x12 each
alias T = f32;
@group(0) @binding(0) var<storage, read_write> cross_entropy_mean_sum_rows: array<f32, 60>;
@group(0) @binding(1) var<storage, read_write> correct_mean_sum_rows: array<f32, 60>;
@group(0) @binding(2) var<storage, read_write> cross_entropy_mean: array<f32, 5>;
@group(0) @binding(3) var<storage, read_write> correct_mean: array<f32, 5>;
var<workgroup> sums: array<T, 128>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) t: u32) {
  let lane = t % 2u;
  let own = tile.x * 32u + t / 2u;
  let i = min(own, 4u);
  let base = i * 12u;
  var t0 = T();
  var t1 = T();
  for (var k = lane; k < 12u; k += 2u) {
      let e = base + k;
      t0 += cross_entropy_mean_sum_rows[e];
      t1 += correct_mean_sum_rows[e];
    }
  sums[t] = t0;
  sums[64u + t] = t1;
  workgroupBarrier();
  for (var half = 1u; half > 0u; half /= 2u) {
    if (lane < half) {
      sums[t] += sums[t + half];
      sums[64u + t] += sums[64u + t + half];
    }
    workgroupBarrier();
  }
  t0 = sums[t];
  t1 = sums[64u + t];
  if (lane > 0u || own >= 5u) { return; }
  let cross_entropy_mean_v_r = t0 * T(0.008333333333333333);
  let correct_mean_v_r = t1 * T(0.008333333333333333);
  cross_entropy_mean[i] = cross_entropy_mean_v_r;
  correct_mean[i] = correct_mean_v_r;
}
