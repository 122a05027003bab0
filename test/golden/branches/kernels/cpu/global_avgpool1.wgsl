// global_avgpool1 = sum, mul: 16 terms of 4x4x4x8 each
// line 16: global_avgpool
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> residual2_add1: array<vec4f, 128>;
@group(0) @binding(1) var<storage, read_write> global_avgpool1: array<vec4f, 8>;

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 8u) { return; }
  let base = i % 2u + i / 2u * 32u;
  var t0 = T();
  for (var k = 0u; k < 16u + id.z; k++) {
      let e = base + k * 2u;
      t0 += residual2_add1[e];
    }
  let global_avgpool1_v_r = t0 * T(0.0625);
  global_avgpool1[i] = global_avgpool1_v_r;
}
