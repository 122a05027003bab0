// d_conv2.alpha = prelu_dalpha, sum: 12 terms of 2x3x2x5 each
// line 6: conv 5 3x3 prelu l1 0.001 l2 0.01
alias T = f32;
@group(0) @binding(0) var<storage, read_write> conv2_z: array<f32, 60>;
@group(0) @binding(1) var<storage, read_write> d_conv2: array<f32, 60>;
@group(0) @binding(2) var<storage, read_write> d_conv2_alpha: array<f32, 5>;

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 5u) { return; }
  let base = i;
  var t0 = T();
  for (var k = 0u; k < 12u + id.z; k++) {
      let e = base + k * 5u;
      let d_conv2_alpha_terms_v = d_conv2[e] * min(conv2_z[e], T(0.0));
      t0 += d_conv2_alpha_terms_v;
    }
  d_conv2_alpha[i] = t0;
}
