// global_avgpool1 = sum, mul: 16 terms of 2x4x4x4 each
// line 15: global_avgpool => 4
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> conv2: array<vec4f, 32>;
@group(0) @binding(1) var<storage, read_write> global_avgpool1: array<vec4f, 2>;

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 2u) { return; }
  let base = i % 1u + i * 16u;
  var t0 = T();
  for (var k = 0u; k < 16u + id.z; k++) {
      let e = base + k;
      t0 += conv2[e];
    }
  let global_avgpool1_v_r = t0 * T(0.0625);
  global_avgpool1[i] = global_avgpool1_v_r;
}
