// d_conv2.z = maxpool2d_dx, relu_dx: 8x4x4x8, in the place of conv2
// line 7: maxpool 2x2 => 2x2x8
alias T = vec4f;
alias U = vec4u;
@group(0) @binding(0) var<storage, read_write> d_conv2_z: array<vec4f, 256>;
@group(0) @binding(1) var<storage, read_write> d_flatten1: array<vec4f, 64>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 64u) { return; }

  let channel = i % 2u;
  let column = i32(i / 2u % 2u);
  let row = i32(i / 4u % 2u);
  let image = i32(i / 8u);
  var best = T();
  var first = U();
  var d = T();
  best = d_conv2_z[u32((image * 4 + row * 2 + 0) * 4 + column * 2 + 0) * 2u + channel];
  d = d_flatten1[u32((image * 2 + row) * 2 + column) * 2u + channel];
  for (var k = 1; k < 4; k++) {
    let v = d_conv2_z[u32((image * 4 + row * 2 + k / 2) * 4 + column * 2 + k % 2) * 2u + channel];
    let better = v > best;
    best = select(best, v, better);
    first = select(first, U(u32(k)), better);
  }
  for (var ky = 0; ky < 2; ky++) {
    for (var kx = 0; kx < 2; kx++) {
      let e = u32((image * 4 + row * 2 + ky) * 4 + column * 2 + kx) * 2u + channel;
      let result = select(T(), d, first == U(u32(ky * 2 + kx)));
      let d_conv2_z_v = select(T(0.0), result, d_conv2_z[e] > T(0.0));
      d_conv2_z[e] = d_conv2_z_v;
    }
  }
}
