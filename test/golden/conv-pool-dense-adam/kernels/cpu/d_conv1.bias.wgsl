// d_conv1.bias = sum: 200 terms of 8x5x5x4 each
// line 4: conv 4 3x3 relu => 10x10x4
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> d_conv1_pooled: array<vec4f, 200>;
@group(0) @binding(1) var<storage, read_write> d_conv1_bias: array<vec4f, 1>;

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 1u) { return; }
  let base = i;
  var t0 = T();
  for (var k = 0u; k < 200u; k++) {
      let e = base + k;
      t0 += d_conv1_pooled[e];
    }
  d_conv1_bias[i] = t0;
}
