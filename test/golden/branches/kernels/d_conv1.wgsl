// d_conv1 = slice: 4x8x8x4
// line 19: concat skip => 8x8x12
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> d_flatten1: array<vec4f, 768>;
@group(0) @binding(1) var<storage, read_write> d_conv1: array<vec4f, 256>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 256u) { return; }
  let c1 = i % 1u;
  let c0 = i;
  let value = d_flatten1[c0 * 3u + (c1 + 2u)];
  d_conv1[i] = value;
}
