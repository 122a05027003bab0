// maxpool1 = maxpool2d: 8x5x5x4
// line 5: maxpool 2x2 => 5x5x4
alias T = vec4f;
alias U = vec4u;
@group(0) @binding(0) var<storage, read_write> conv1: array<vec4f, 800>;
@group(0) @binding(1) var<storage, read_write> maxpool1: array<vec4f, 200>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 200u) { return; }

  let channel = i % 1u;
  let column = i32(i / 1u % 5u);
  let row = i32(i / 5u % 5u);
  let image = i32(i / 25u);
  var result = T(-3.4028234663852886e+38);
  for (var ky = 0; ky < 2 + i32(id.z); ky++) {
    for (var kx = 0; kx < 2 + i32(id.z); kx++) {
      let iy = row * 2 + ky * 1 - 0;
      let ix = column * 2 + kx * 1 - 0;
      let v = conv1[u32((image * 10 + iy) * 10 + ix) * 1u + channel];
      result = max(result, v);
    }
  }
  maxpool1[i] = result;
}
