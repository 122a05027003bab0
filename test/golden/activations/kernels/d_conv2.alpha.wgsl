// d_conv2.alpha = prelu_dalpha, sum: 12 terms of 2x3x2x5 each
// line 6: conv 5 3x3 prelu l1 0.001 l2 0.01
alias T = f32;
@group(0) @binding(0) var<storage, read_write> conv2_z: array<f32, 60>;
@group(0) @binding(1) var<storage, read_write> d_conv2: array<f32, 60>;
@group(0) @binding(2) var<storage, read_write> d_conv2_alpha: array<f32, 5>;
var<workgroup> sums: array<T, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) t: u32) {
  let lane = t / 32u;
  let own = tile.x * 32u + t % 32u;
  let i = min(own, 4u);
  let base = i;
  var t0 = T();
  for (var k = lane; k < 12u; k += 2u) {
      let e = base + k * 5u;
      let d_conv2_alpha_terms_v = d_conv2[e] * min(conv2_z[e], T(0.0));
      t0 += d_conv2_alpha_terms_v;
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
  if (lane > 0u || own >= 5u) { return; }
  d_conv2_alpha[i] = t0;
}
