// pad2 = pad_zeros: 2x12x6x2
// line 10: pad 1 => 12x6x2
alias T = f32;
@group(0) @binding(0) var<storage, read_write> avgpool1: array<f32, 160>;
@group(0) @binding(1) var<storage, read_write> pad2: array<f32, 288>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 288u) { return; }
  let c2 = i % 12u;
  let c1 = i / 12u % 12u;
  let c0 = i / 144u;
  var value = T();
  if (c2 >= 2u && c2 < 10u && c1 >= 1u && c1 < 11u) {
    value = avgpool1[c0 * 80u + (c1 - 1u) * 8u + (c2 - 2u)];
  }
  pad2[i] = value;
}
