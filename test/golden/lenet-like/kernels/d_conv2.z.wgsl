// d_conv2.z = avgpool2d_dx, tanh_dx: 4x2x2x4
// line 7: avgpool 2x2 => 1x1x4
alias T = vec4f;
alias U = vec4u;
@group(0) @binding(0) var<storage, read_write> d_flatten1: array<vec4f, 4>;
@group(0) @binding(1) var<storage, read_write> conv2: array<vec4f, 16>;
@group(0) @binding(2) var<storage, read_write> d_conv2_z: array<vec4f, 16>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 16u) { return; }

  let channel = i % 1u;
  let column = i32(i / 1u % 2u);
  let row = i32(i / 2u % 2u);
  let image = i32(i / 4u);
  var result = T();

  for (var ky = 0; ky < 2; ky++) {
    let ty = row + 0 - ky * 1;
    if (ty < 0 || ty % 2 != 0 || ty / 2 >= 1) { continue; }
    let oy = ty / 2;
    for (var kx = 0; kx < 2; kx++) {
      let tx = column + 0 - kx * 1;
      if (tx < 0 || tx % 2 != 0 || tx / 2 >= 1) { continue; }
      let ox = tx / 2;
      result += d_flatten1[u32((image * 1 + oy) * 1 + ox) * 1u + channel] / 4.0;
    }
  }
  let d_conv2_z_v = result * (T(1.0) - conv2[i] * conv2[i]);
  d_conv2_z[i] = d_conv2_z_v;
}
