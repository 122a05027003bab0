// d_slice1 = transpose: 2x12x9x2
// line 13: transpose [1, 0, 2] => 9x12x2
alias T = f32;
@group(0) @binding(0) var<storage, read_write> d_transpose1: array<f32, 432>;
@group(0) @binding(1) var<storage, read_write> d_slice1: array<f32, 432>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 432u) { return; }
  let c3 = i % 2u;
  let c2 = i / 2u % 9u;
  let c1 = i / 18u % 12u;
  let c0 = i / 216u;
  let value = d_transpose1[c0 * 216u + c1 * 2u + c2 * 24u + c3];
  d_slice1[i] = value;
}
