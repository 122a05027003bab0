// d_softmax1.last = transpose: 2x5x2x3
// line 7: softmax axis rows
alias T = f32;
@group(0) @binding(0) var<storage, read_write> d_flatten1: array<f32, 60>;
@group(0) @binding(1) var<storage, read_write> d_softmax1_last: array<f32, 60>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 60u) { return; }
  let c3 = i % 3u;
  let c2 = i / 3u % 2u;
  let c1 = i / 6u % 5u;
  let c0 = i / 30u;
  let value = d_flatten1[c0 * 30u + c1 + c2 * 5u + c3 * 10u];
  d_softmax1_last[i] = value;
}
