// d_conv2 = avgpool2d_dx: 2x3x6x4
// line 7: avgpool 3x3 stride 2 pad 1 => 2x3x4
alias T = vec4f;
alias U = vec4u;
@group(0) @binding(0) var<storage, read_write> d_avgpool1: array<vec4f, 12>;
@group(0) @binding(1) var<storage, read_write> d_conv2: array<vec4f, 36>;

fn in_window(start: i32, k: i32, d: i32, limit: i32) -> f32 {
  var count = 0.0;
  for (var i = 0; i < k; i++) {
    let at = start + i * d;
    if (at >= 0 && at < limit) { count += 1.0; }
  }
  return count;
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 36u) { return; }

  let channel = i % 1u;
  let column = i32(i / 1u % 6u);
  let row = i32(i / 6u % 3u);
  let image = i32(i / 18u);
  var result = T();

  for (var ky = 0; ky < 3; ky++) {
    let ty = row + 1 - ky * 1;
    if (ty < 0 || ty % 2 != 0 || ty / 2 >= 2) { continue; }
    let oy = ty / 2;
    for (var kx = 0; kx < 3; kx++) {
      let tx = column + 1 - kx * 1;
      if (tx < 0 || tx % 2 != 0 || tx / 2 >= 3) { continue; }
      let ox = tx / 2;
      result += d_avgpool1[u32((image * 2 + oy) * 3 + ox) * 1u + channel] / (in_window(oy * 2 - 1, 3, 1, 3) * in_window(ox * 2 - 1, 3, 1, 6));
    }
  }
  d_conv2[i] = result;
}
