enable f16;
// d_batchnorm1.z = maxpool2d_dx, relu_dx: 8x7x7x4
// line 6: maxpool 2x2
alias T = vec4f;
alias U = vec4u;
@group(0) @binding(0) var<storage, read_write> batchnorm1_half: array<vec4h, 392>;
@group(0) @binding(1) var<storage, read_write> d_maxpool1_half: array<vec4h, 72>;
@group(0) @binding(2) var<storage, read_write> d_batchnorm1_z: array<vec4f, 392>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 128u) { return; }

  let channel = i % 1u;
  let column = i32(i / 1u % 4u);
  let row = i32(i / 4u % 4u);
  let image = i32(i / 16u);
  var best = T();
  var first = U();
  var d = T();
  if (row < 3 && column < 3) {
    best = vec4f(batchnorm1_half[u32((image * 7 + row * 2 + 0) * 7 + column * 2 + 0) * 1u + channel]);
    d = vec4f(d_maxpool1_half[u32((image * 3 + row) * 3 + column) * 1u + channel]);
    for (var k = 1; k < 4; k++) {
      let v = vec4f(batchnorm1_half[u32((image * 7 + row * 2 + k / 2) * 7 + column * 2 + k % 2) * 1u + channel]);
      let better = v > best;
      best = select(best, v, better);
      first = select(first, U(u32(k)), better);
    }
  }
  for (var ky = 0; ky < 2; ky++) {
    for (var kx = 0; kx < 2; kx++) {
      if (row * 2 + ky >= 7 || column * 2 + kx >= 7) { continue; }
      let e = u32((image * 7 + row * 2 + ky) * 7 + column * 2 + kx) * 1u + channel;
      let result = select(T(), d, first == U(u32(ky * 2 + kx)));
      let d_batchnorm1_z_v = select(T(0.0), result, vec4f(batchnorm1_half[e]) > T(0.0));
      d_batchnorm1_z[e] = d_batchnorm1_z_v;
    }
  }
}
