enable f16;
// d_batchnorm1.z = unpool2d: 8x7x7x4
// line 6: maxpool 2x2
alias T = vec4f;
alias U = vec4u;
@group(0) @binding(0) var<storage, read_write> maxpool1_winner: array<u32, 72>;
@group(0) @binding(1) var<storage, read_write> d_batchnorm1_pooled_half: array<vec4h, 72>;
@group(0) @binding(2) var<storage, read_write> d_batchnorm1_z: array<vec4f, 392>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 128u) { return; }

  let channel = i % 1u;
  let column = i32(i / 1u % 4u);
  let row = i32(i / 4u % 4u);
  let image = i32(i / 16u);
  var first = U();
  var d = T();
  if (row < 3 && column < 3) {
    let at = u32((image * 3 + row) * 3 + column) * 1u + channel;
    first = (vec4u(maxpool1_winner[at]) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(255u);
    d = vec4f(d_batchnorm1_pooled_half[at]);
  }
  for (var ky = 0; ky < 2 + i32(id.z); ky++) {
    for (var kx = 0; kx < 2 + i32(id.z); kx++) {
      if (row * 2 + ky >= 7 || column * 2 + kx >= 7) { continue; }
      let e = u32((image * 7 + row * 2 + ky) * 7 + column * 2 + kx) * 1u + channel;
      let result = select(T(), d, first == U(u32(ky * 2 + kx)));
      d_batchnorm1_z[e] = result;
    }
  }
}
