// global_avgpool1 = sum, mul: 81 terms of 4x9x9x12 each
// line 6: global_avgpool
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> conv2: array<vec4f, 972>;
@group(0) @binding(1) var<storage, read_write> global_avgpool1: array<vec4f, 12>;
var<workgroup> sums: array<T, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) t: u32) {
  let lane = t / 4u;
  let own = tile.x * 4u + t % 4u;
  let i = min(own, 11u);
  let base = i % 3u + i / 3u * 243u;
  var t0 = T();
  for (var k = lane; k < 81u; k += 16u) {
      let e = base + k * 3u;
      t0 += conv2[e];
    }
  sums[t] = t0;
  workgroupBarrier();
  for (var half = 8u; half > 0u; half /= 2u) {
    if (lane < half) {
      sums[t] += sums[t + half * 4u];
    }
    workgroupBarrier();
  }
  t0 = sums[t];
  if (lane > 0u || own >= 12u) { return; }
  let global_avgpool1_v_r = t0 * T(0.012345679012345678);
  global_avgpool1[i] = global_avgpool1_v_r;
}
