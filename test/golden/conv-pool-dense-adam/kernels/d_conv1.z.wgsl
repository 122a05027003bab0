// d_conv1.z = unpool2d: 8x10x10x4
// line 5: maxpool 2x2 => 5x5x4
alias T = vec4f;
alias U = vec4u;
@group(0) @binding(0) var<storage, read_write> maxpool1_winner: array<u32, 200>;
@group(0) @binding(1) var<storage, read_write> d_conv1_pooled: array<vec4f, 200>;
@group(0) @binding(2) var<storage, read_write> d_conv1_z: array<vec4f, 800>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 200u) { return; }

  let channel = i % 1u;
  let column = i32(i / 1u % 5u);
  let row = i32(i / 5u % 5u);
  let image = i32(i / 25u);
  var first = U();
  var d = T();
  let at = u32((image * 5 + row) * 5 + column) * 1u + channel;
  first = (vec4u(maxpool1_winner[at]) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(255u);
  d = d_conv1_pooled[at];
  for (var ky = 0; ky < 2; ky++) {
    for (var kx = 0; kx < 2; kx++) {
      let e = u32((image * 10 + row * 2 + ky) * 10 + column * 2 + kx) * 1u + channel;
      let result = select(T(), d, first == U(u32(ky * 2 + kx)));
      d_conv1_z[e] = result;
    }
  }
}
