// loss_scale.counts: what is not finite of 7 values in 64 sums
@group(0) @binding(0) var<storage, read_write> loss_scale_counts: array<f32, 64>;
@group(0) @binding(1) var<storage, read_write> values0: array<f32, 579>;

fn squares_of_values0(first: u32, start: u32, length: u32) -> f32 {
  var part = 0.0;
  for (var i = first; i < length; i += 64u) {
    let x = values0[start + i];
    part += select(0.0, 1.0, (bitcast<u32>(x) & 0x7f800000u) == 0x7f800000u);
  }
  return part;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 64u) { return; }
  var total = 0.0;
  total += squares_of_values0(i, 0u, 72u); // d_conv1.weight
  total += squares_of_values0(i, 128u, 4u); // d_batchnorm1.gamma
  total += squares_of_values0(i, 192u, 4u); // d_batchnorm1.beta
  total += squares_of_values0(i, 256u, 128u); // d_conv2.weight
  total += squares_of_values0(i, 384u, 8u); // d_conv2.bias
  total += squares_of_values0(i, 448u, 96u); // d_dense1.weight
  total += squares_of_values0(i, 576u, 3u); // d_dense1.bias
  loss_scale_counts[i] = total;
}
