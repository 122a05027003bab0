// avgpool1 = avgpool2d: 4x4x4x3
// line 5: avgpool 2x2 => 4x4x3
alias T = f32;
alias U = u32;
@group(0) @binding(0) var<storage, read_write> conv1: array<f32, 768>;
@group(0) @binding(1) var<storage, read_write> avgpool1: array<f32, 192>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 192u) { return; }

  let channel = i % 3u;
  let column = i32(i / 3u % 4u);
  let row = i32(i / 12u % 4u);
  let image = i32(i / 48u);
  var result = T();
  var inside = 0.0;
  for (var ky = 0; ky < 2 + i32(id.z); ky++) {
    for (var kx = 0; kx < 2 + i32(id.z); kx++) {
      let iy = row * 2 + ky * 1 - 0;
      let ix = column * 2 + kx * 1 - 0;
      let v = conv1[u32((image * 8 + iy) * 8 + ix) * 3u + channel];
      result += v; inside += 1.0;
    }
  }
  result = result / max(inside, 1.0);
  avgpool1[i] = result;
}
