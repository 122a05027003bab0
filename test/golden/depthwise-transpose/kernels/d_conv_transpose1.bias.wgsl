// d_conv_transpose1.bias = sum: 32 terms of 2x4x4x3 each
// line 7: conv_transpose 3 3x3 stride 2 pad 1 output_pad 1 relu => 4x4x3
alias T = f32;
@group(0) @binding(0) var<storage, read_write> d_conv_transpose1_z: array<f32, 96>;
@group(0) @binding(1) var<storage, read_write> d_conv_transpose1_bias: array<f32, 3>;
var<workgroup> sums: array<T, 64>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) t: u32) {
  let lane = t / 16u;
  let own = tile.x * 16u + t % 16u;
  let i = min(own, 2u);
  let base = i;
  var t0 = T();
  for (var k = lane; k < 32u; k += 4u) {
      let e = base + k * 3u;
      t0 += d_conv_transpose1_z[e];
    }
  sums[t] = t0;
  workgroupBarrier();
  for (var half = 2u; half > 0u; half /= 2u) {
    if (lane < half) {
      sums[t] += sums[t + half * 16u];
    }
    workgroupBarrier();
  }
  t0 = sums[t];
  if (lane > 0u || own >= 3u) { return; }
  d_conv_transpose1_bias[i] = t0;
}
