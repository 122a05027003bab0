// concat1 = concat: 4x8x8x12
// line 19: concat skip => 8x8x12
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> upsample1: array<vec4f, 512>;
@group(0) @binding(1) var<storage, read_write> conv1: array<vec4f, 256>;
@group(0) @binding(2) var<storage, read_write> concat1: array<vec4f, 768>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 768u) { return; }
  let row = i / 3u;
  let at = i % 3u;
  var value = T();
  if (at < 2u) { value = upsample1[row * 2u + at]; } else
  { value = conv1[row * 1u + at - 2u]; }
  concat1[i] = value;
}
