// slice1 = slice: 2x12x9x2
// line 12: slice 1 9 axis columns => 12x9x2
alias T = f32;
@group(0) @binding(0) var<storage, read_write> upsample2: array<f32, 576>;
@group(0) @binding(1) var<storage, read_write> slice1: array<f32, 432>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 432u) { return; }
  let c1 = i % 18u;
  let c0 = i / 18u;
  let value = upsample2[c0 * 24u + (c1 + 2u)];
  slice1[i] = value;
}
