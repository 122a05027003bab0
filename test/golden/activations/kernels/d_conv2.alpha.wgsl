// d_conv2.alpha = sum of 2x3x2x5: 12 terms each
// line 6: conv 5 3x3 prelu l1 0.001 l2 0.01
@group(0) @binding(0) var<storage, read_write> d_conv2_alpha_terms: array<f32, 60>;
@group(0) @binding(1) var<storage, read_write> d_conv2_alpha: array<f32, 5>;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 5u) { return; }
  let base = i;
  var total = 0.0;
  for (var start = 0u; start < 12u; start += 256u) {
    var part = 0.0;
    for (var k = start; k < min(start + 256u, 12u); k++) {
      part += d_conv2_alpha_terms[base + k * 5u];
    }
    total += part;
  }
  d_conv2_alpha[i] = total;
}
