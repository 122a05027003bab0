// d_upsample1 = slice: 4x8x8x8
// line 19: concat skip => 8x8x12
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> d_flatten1: array<vec4f, 768>;
@group(0) @binding(1) var<storage, read_write> d_upsample1: array<vec4f, 512>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 512u) { return; }
  let c1 = i % 2u;
  let c0 = i / 2u;
  let value = d_flatten1[c0 * 3u + c1];
  d_upsample1[i] = value;
}
