// d_mixed.conv = sigmoid_dx: elementwise over 2x2x3x2
// line 8: conv 2 1x1 nobias sigmoid name mixed => 2x3x2
alias T = f32;
@group(0) @binding(0) var<storage, read_write> mixed: array<f32, 24>;
@group(0) @binding(1) var<storage, read_write> d_flatten1: array<f32, 24>;
@group(0) @binding(2) var<storage, read_write> d_mixed_conv: array<f32, 24>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 24u) { return; }
  let d_mixed_conv_v = d_flatten1[i] * mixed[i] * (T(1.0) - mixed[i]);
  d_mixed_conv[i] = d_mixed_conv_v;
}
