// d_depthwise2.bias = sum: 8 terms of 2x2x2x16 each
// line 6: depthwise 3x3 multiplier 2 tanh => 2x2x16
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> d_depthwise2_z: array<vec4f, 32>;
@group(0) @binding(1) var<storage, read_write> d_depthwise2_bias: array<vec4f, 4>;

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 4u) { return; }
  let base = i;
  var t0 = T();
  for (var k = 0u; k < 8u + id.z; k++) {
      let e = base + k * 4u;
      t0 += d_depthwise2_z[e];
    }
  d_depthwise2_bias[i] = t0;
}
