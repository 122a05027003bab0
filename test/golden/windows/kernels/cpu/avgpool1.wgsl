// avgpool1 = avgpool2d: 2x2x3x4
// line 7: avgpool 3x3 stride 2 pad 1 => 2x3x4
alias T = vec4f;
alias U = vec4u;
@group(0) @binding(0) var<storage, read_write> conv2: array<vec4f, 36>;
@group(0) @binding(1) var<storage, read_write> avgpool1: array<vec4f, 12>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 12u) { return; }

  let channel = i % 1u;
  let column = i32(i / 1u % 3u);
  let row = i32(i / 3u % 2u);
  let image = i32(i / 6u);
  var result = T();
  var inside = 0.0;
  for (var ky = 0; ky < 3 + i32(id.z); ky++) {
    for (var kx = 0; kx < 3 + i32(id.z); kx++) {
      let iy = row * 2 + ky * 1 - 1;
      let ix = column * 2 + kx * 1 - 1;
      if (iy < 0 || iy >= 3 || ix < 0 || ix >= 6) { continue; }
      let v = conv2[u32((image * 3 + iy) * 6 + ix) * 1u + channel];
      result += v; inside += 1.0;
    }
  }
  result = result / max(inside, 1.0);
  avgpool1[i] = result;
}
