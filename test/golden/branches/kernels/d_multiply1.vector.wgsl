// d_multiply1.vector = mul, sum: 16 terms of 4x4x4x8 each
// line 14: multiply
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> d_multiply1: array<vec4f, 128>;
@group(0) @binding(1) var<storage, read_write> residual2_add1: array<vec4f, 128>;
@group(0) @binding(2) var<storage, read_write> d_multiply1_vector: array<vec4f, 8>;
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
      let d_multiply1_vector_mul_v = d_multiply1[e] * residual2_add1[e];
      t0 += d_multiply1_vector_mul_v;
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
  d_multiply1_vector[i] = t0;
}
