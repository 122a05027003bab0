// gradients.square = sum of 1x64: 64 terms each
@group(0) @binding(0) var<storage, read_write> gradients_squares: array<f32, 64>;
@group(0) @binding(1) var<storage, read_write> gradients_square: array<f32, 1>;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 1u) { return; }
  let base = 0u;
  var total = 0.0;
  for (var start = 0u; start < 64u; start += 256u) {
    var part = 0.0;
    for (var k = start; k < min(start + 256u, 64u); k++) {
      part += gradients_squares[base + k];
    }
    total += part;
  }
  gradients_square[i] = total;
}
