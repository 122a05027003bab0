// d_conv2.z = maxpool2d_dx, relu_dx: 3x6x6x4, in the place of conv2
// line 7: maxpool 2x2
alias T = vec4f;
alias U = vec4u;
@group(0) @binding(0) var<storage, read_write> d_conv2_z: array<vec4f, 108>;
@group(0) @binding(1) var<storage, read_write> d_flatten1: array<vec4f, 27>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 27u) { return; }

  let channel = i % 1u;
  let column = i32(i / 1u % 3u);
  let row = i32(i / 3u % 3u);
  let image = i32(i / 9u);
  var best = T();
  var first = U();
  var d = T();
  best = d_conv2_z[u32((image * 6 + row * 2 + 0) * 6 + column * 2 + 0) * 1u + channel];
  d = d_flatten1[u32((image * 3 + row) * 3 + column) * 1u + channel];
  for (var k = 1; k < 4; k++) {
    let v = d_conv2_z[u32((image * 6 + row * 2 + k / 2) * 6 + column * 2 + k % 2) * 1u + channel];
    let better = v > best;
    best = select(best, v, better);
    first = select(first, U(u32(k)), better);
  }
  for (var ky = 0; ky < 2; ky++) {
    for (var kx = 0; kx < 2; kx++) {
      let e = u32((image * 6 + row * 2 + ky) * 6 + column * 2 + kx) * 1u + channel;
      let result = select(T(), d, first == U(u32(ky * 2 + kx)));
      let d_conv2_z_v = select(T(0.0), result, d_conv2_z[e] > T(0.0));
      d_conv2_z[e] = d_conv2_z_v;
    }
  }
}
