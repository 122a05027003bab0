// d_conv1.z = maxpool2d_dx, relu_dx: 8x10x10x4
// line 5: maxpool 2x2 => 5x5x4
alias T = vec4f;
alias U = vec4u;
@group(0) @binding(0) var<storage, read_write> conv1: array<vec4f, 800>;
@group(0) @binding(1) var<storage, read_write> d_maxpool1: array<vec4f, 200>;
@group(0) @binding(2) var<storage, read_write> d_conv1_z: array<vec4f, 800>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 200u) { return; }

  let channel = i % 1u;
  let column = i32(i / 1u % 5u);
  let row = i32(i / 5u % 5u);
  let image = i32(i / 25u);
  var best = T();
  var first = U();
  var d = T();
  best = conv1[u32((image * 10 + row * 2 + 0) * 10 + column * 2 + 0) * 1u + channel];
  d = d_maxpool1[u32((image * 5 + row) * 5 + column) * 1u + channel];
  for (var k = 1; k < 4 + i32(id.z); k++) {
    let v = conv1[u32((image * 10 + row * 2 + k / 2) * 10 + column * 2 + k % 2) * 1u + channel];
    let better = v > best;
    best = select(best, v, better);
    first = select(first, U(u32(k)), better);
  }
  for (var ky = 0; ky < 2 + i32(id.z); ky++) {
    for (var kx = 0; kx < 2 + i32(id.z); kx++) {
      let e = u32((image * 10 + row * 2 + ky) * 10 + column * 2 + kx) * 1u + channel;
      let result = select(T(), d, first == U(u32(ky * 2 + kx)));
      let d_conv1_z_v = select(T(0.0), result, conv1[e] > T(0.0));
      d_conv1_z[e] = d_conv1_z_v;
    }
  }
}
