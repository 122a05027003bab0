enable f16;
// d_conv2.z.half = relu_dx, half: elementwise over 8x2x2x8
// line 7: conv 8 2x2 relu
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> conv2_half: array<vec4h, 64>;
@group(0) @binding(1) var<storage, read_write> d_flatten1: array<vec4f, 64>;
@group(0) @binding(2) var<storage, read_write> d_conv2_z_half: array<vec4h, 64>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 64u) { return; }
  let d_conv2_z_v = select(T(0.0), d_flatten1[i], vec4f(conv2_half[i]) > T(0.0));
  let d_conv2_z_half_v = T(vec4h(d_conv2_z_v));
  d_conv2_z_half[i] = vec4h(d_conv2_z_half_v);
}
