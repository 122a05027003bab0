// softmax1 = transpose: 2x3x2x5
// line 7: softmax axis rows
alias T = f32;
@group(0) @binding(0) var<storage, read_write> softmax1_last: array<f32, 60>;
@group(0) @binding(1) var<storage, read_write> softmax1: array<f32, 60>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 60u) { return; }
  let c3 = i % 5u;
  let c2 = i / 5u % 2u;
  let c1 = i / 10u % 3u;
  let c0 = i / 30u;
  let value = softmax1_last[c0 * 30u + c1 + c2 * 3u + c3 * 6u];
  softmax1[i] = value;
}
