// d_conv1.weight = sum: 8 terms of 8x3x3x1x4 each
// line 4: conv 4 3x3 relu => 10x10x4
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> d_conv1_weight_parts: array<vec4f, 72>;
@group(0) @binding(1) var<storage, read_write> d_conv1_weight: array<vec4f, 9>;

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 9u) { return; }
  let base = i;
  var t0 = T();
  for (var k = 0u; k < 8u + id.z; k++) {
      let e = base + k * 9u;
      t0 += d_conv1_weight_parts[e];
    }
  d_conv1_weight[i] = t0;
}
