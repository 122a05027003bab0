// global_avgpool1 = sum, mul: 16 terms of 4x4x4x8 each
// line 16: global_avgpool
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> residual2_add1: array<vec4f, 128>;
@group(0) @binding(1) var<storage, read_write> global_avgpool1: array<vec4f, 8>;
var<workgroup> sums: array<T, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) t: u32) {
  let lane = t / 32u;
  let own = tile.x * 32u + t % 32u;
  let i = min(own, 7u);
  let base = i % 2u + i / 2u * 32u;
  var t0 = T();
  for (var k = lane; k < 16u; k += 2u) {
      let e = base + k * 2u;
      t0 += residual2_add1[e];
    }
  sums[t] = t0;
  workgroupBarrier();
  for (var half = 1u; half > 0u; half /= 2u) {
    if (lane < half) {
      sums[t] += sums[t + half * 32u];
    }
    workgroupBarrier();
  }
  t0 = sums[t];
  if (lane > 0u || own >= 8u) { return; }
  let global_avgpool1_v_r = t0 * T(0.0625);
  global_avgpool1[i] = global_avgpool1_v_r;
}
