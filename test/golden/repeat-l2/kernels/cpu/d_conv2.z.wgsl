// d_conv2.z = unpool2d: 3x6x6x4
// line 7: maxpool 2x2
alias T = vec4f;
alias U = vec4u;
@group(0) @binding(0) var<storage, read_write> maxpool1_winner: array<u32, 27>;
@group(0) @binding(1) var<storage, read_write> d_conv2_pooled: array<vec4f, 27>;
@group(0) @binding(2) var<storage, read_write> d_conv2_z: array<vec4f, 108>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 27u) { return; }

  let channel = i % 1u;
  let column = i32(i / 1u % 3u);
  let row = i32(i / 3u % 3u);
  let image = i32(i / 9u);
  var first = U();
  var d = T();
  let at = u32((image * 3 + row) * 3 + column) * 1u + channel;
  first = (vec4u(maxpool1_winner[at]) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(255u);
  d = d_conv2_pooled[at];
  for (var ky = 0; ky < 2 + i32(id.z); ky++) {
    for (var kx = 0; kx < 2 + i32(id.z); kx++) {
      let e = u32((image * 6 + row * 2 + ky) * 6 + column * 2 + kx) * 1u + channel;
      let result = select(T(), d, first == U(u32(ky * 2 + kx)));
      d_conv2_z[e] = result;
    }
  }
}
