// gradients.squares: the squares of 4 values in 64 sums
@group(0) @binding(0) var<storage, read_write> gradients_squares: array<f32, 64>;
@group(0) @binding(1) var<storage, read_write> values0: array<f32, 389>;

fn squares_of_values0(first: u32, start: u32, length: u32) -> f32 {
  var part = 0.0;
  for (var i = first; i < length; i += 64u) {
    let x = values0[start + i];
    part += x * x;
  }
  return part;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 64u) { return; }
  var total = 0.0;
  total += squares_of_values0(i, 0u, 27u); // d_conv1.weight
  total += squares_of_values0(i, 64u, 3u); // d_conv1.bias
  total += squares_of_values0(i, 128u, 240u); // d_dense1.weight
  total += squares_of_values0(i, 384u, 5u); // d_dense1.bias
  gradients_squares[i] = total;
}
