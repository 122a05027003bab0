// loss_scale.overflows = sum: 64 terms of 1x64 each
alias T = f32;
@group(0) @binding(0) var<storage, read_write> loss_scale_counts: array<f32, 64>;
@group(0) @binding(1) var<storage, read_write> loss_scale_overflows: array<f32, 1>;
var<workgroup> sums: array<T, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) t: u32) {
  let lane = t % 8u;
  let own = tile.x * 8u + t / 8u;
  let i = min(own, 0u);
  let base = 0u;
  var t0 = T();
  for (var k = lane; k < 64u; k += 8u) {
      let e = base + k;
      t0 += loss_scale_counts[e];
    }
  sums[t] = t0;
  workgroupBarrier();
  for (var half = 4u; half > 0u; half /= 2u) {
    if (lane < half) {
      sums[t] += sums[t + half];
    }
    workgroupBarrier();
  }
  t0 = sums[t];
  if (lane > 0u || own >= 1u) { return; }
  loss_scale_overflows[i] = t0;
}
