// global_avgpool1 = sum, mul: 81 terms of 4x9x9x12 each
// line 6: global_avgpool
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> conv2: array<vec4f, 972>;
@group(0) @binding(1) var<storage, read_write> global_avgpool1: array<vec4f, 12>;

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 12u) { return; }
  let base = i % 3u + i / 3u * 243u;
  var t0 = T();
  for (var k = 0u; k < 81u; k++) {
      let e = base + k * 3u;
      t0 += conv2[e];
    }
  let global_avgpool1_v_r = t0 * T(0.012345679012345678);
  global_avgpool1[i] = global_avgpool1_v_r;
}
