// maxpool2 = maxpool2d: 8x2x2x8
// line 7: maxpool 2x2 => 2x2x8
alias T = vec4f;
alias U = vec4u;
@group(0) @binding(0) var<storage, read_write> conv2: array<vec4f, 256>;
@group(0) @binding(1) var<storage, read_write> maxpool2: array<vec4f, 64>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 64u) { return; }

  let channel = i % 2u;
  let column = i32(i / 2u % 2u);
  let row = i32(i / 4u % 2u);
  let image = i32(i / 8u);
  var result = T(-3.4028234663852886e+38);
  for (var ky = 0; ky < 2 + i32(id.z); ky++) {
    for (var kx = 0; kx < 2 + i32(id.z); kx++) {
      let iy = row * 2 + ky * 1 - 0;
      let ix = column * 2 + kx * 1 - 0;
      let v = conv2[u32((image * 4 + iy) * 4 + ix) * 2u + channel];
      result = max(result, v);
    }
  }
  maxpool2[i] = result;
}
