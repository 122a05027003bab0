// d_avgpool1 = slice: 2x10x4x2
// line 10: pad 1 => 12x6x2
alias T = f32;
@group(0) @binding(0) var<storage, read_write> d_pad2: array<f32, 288>;
@group(0) @binding(1) var<storage, read_write> d_avgpool1: array<f32, 160>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 160u) { return; }
  let c2 = i % 8u;
  let c1 = i / 8u % 10u;
  let c0 = i / 80u;
  let value = d_pad2[c0 * 144u + (c1 + 1u) * 12u + (c2 + 2u)];
  d_avgpool1[i] = value;
}
