// d_conv2.z = unpool2d: 8x4x4x8
// line 7: maxpool 2x2 => 2x2x8
alias T = vec4f;
alias U = vec4u;
@group(0) @binding(0) var<storage, read_write> maxpool2_winner: array<u32, 64>;
@group(0) @binding(1) var<storage, read_write> d_conv2_pooled: array<vec4f, 64>;
@group(0) @binding(2) var<storage, read_write> d_conv2_z: array<vec4f, 256>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 64u) { return; }

  let channel = i % 2u;
  let column = i32(i / 2u % 2u);
  let row = i32(i / 4u % 2u);
  let image = i32(i / 8u);
  var first = U();
  var d = T();
  let at = u32((image * 2 + row) * 2 + column) * 2u + channel;
  first = (vec4u(maxpool2_winner[at]) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(255u);
  d = d_conv2_pooled[at];
  for (var ky = 0; ky < 2 + i32(id.z); ky++) {
    for (var kx = 0; kx < 2 + i32(id.z); kx++) {
      let e = u32((image * 4 + row * 2 + ky) * 4 + column * 2 + kx) * 2u + channel;
      let result = select(T(), d, first == U(u32(ky * 2 + kx)));
      d_conv2_z[e] = result;
    }
  }
}
