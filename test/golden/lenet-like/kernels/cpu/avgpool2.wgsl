// avgpool2 = avgpool2d: 4x1x1x4
// line 7: avgpool 2x2 => 1x1x4
alias T = vec4f;
alias U = vec4u;
@group(0) @binding(0) var<storage, read_write> conv2: array<vec4f, 16>;
@group(0) @binding(1) var<storage, read_write> avgpool2: array<vec4f, 4>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 4u) { return; }

  let channel = i % 1u;
  let column = i32(i / 1u % 1u);
  let row = i32(i / 1u % 1u);
  let image = i32(i / 1u);
  var result = T();
  var inside = 0.0;
  for (var ky = 0; ky < 2 + i32(id.z); ky++) {
    for (var kx = 0; kx < 2 + i32(id.z); kx++) {
      let iy = row * 2 + ky * 1 - 0;
      let ix = column * 2 + kx * 1 - 0;
      let v = conv2[u32((image * 2 + iy) * 2 + ix) * 1u + channel];
      result += v; inside += 1.0;
    }
  }
  result = result / max(inside, 1.0);
  avgpool2[i] = result;
}
