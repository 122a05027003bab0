// global_avgpool1 = mul: elementwise over 4x8
// line 16: global_avgpool
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> global_avgpool1_sum: array<vec4f, 8>;
@group(0) @binding(1) var<storage, read_write> global_avgpool1: array<vec4f, 8>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 8u) { return; }
  let global_avgpool1_v = global_avgpool1_sum[i] * T(0.0625);
  global_avgpool1[i] = global_avgpool1_v;
}
