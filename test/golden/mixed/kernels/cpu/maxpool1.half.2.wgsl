enable f16;
// maxpool1.half = maxpool2d, half, maxpool2d_winner: 8x3x3x4
// line 6: maxpool 2x2
alias T = vec4f;
alias U = vec4u;
@group(0) @binding(0) var<storage, read_write> batchnorm1_half: array<vec4h, 392>;
@group(0) @binding(1) var<storage, read_write> maxpool1_half: array<vec4h, 72>;
@group(0) @binding(2) var<storage, read_write> maxpool1_winner: array<u32, 72>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 72u) { return; }

  let channel = i % 1u;
  let column = i32(i / 1u % 3u);
  let row = i32(i / 3u % 3u);
  let image = i32(i / 9u);
  var result = T(-3.4028234663852886e+38);
  var first = U();
  for (var ky = 0; ky < 2 + i32(id.z); ky++) {
    for (var kx = 0; kx < 2 + i32(id.z); kx++) {
      let iy = row * 2 + ky * 1 - 0;
      let ix = column * 2 + kx * 1 - 0;
      let v = vec4f(batchnorm1_half[u32((image * 7 + iy) * 7 + ix) * 1u + channel]);
      first = select(first, U(u32(ky * 2 + kx)), v > result);
      result = max(result, v);
    }
  }
  let maxpool1_half_v = T(vec4h(result));
  maxpool1_half[i] = vec4h(maxpool1_half_v);
  maxpool1_winner[i] = dot(first, vec4u(1u, 256u, 65536u, 16777216u));
}
