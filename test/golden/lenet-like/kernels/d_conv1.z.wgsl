// d_conv1.z = avgpool2d_dx, tanh_dx: 4x8x8x3
// line 5: avgpool 2x2 => 4x4x3
alias T = f32;
alias U = u32;
@group(0) @binding(0) var<storage, read_write> d_avgpool1: array<f32, 192>;
@group(0) @binding(1) var<storage, read_write> conv1: array<f32, 768>;
@group(0) @binding(2) var<storage, read_write> d_conv1_z: array<f32, 768>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 768u) { return; }

  let channel = i % 3u;
  let column = i32(i / 3u % 8u);
  let row = i32(i / 24u % 8u);
  let image = i32(i / 192u);
  var result = T();

  for (var ky = 0; ky < 2; ky++) {
    let ty = row + 0 - ky * 1;
    if (ty < 0 || ty % 2 != 0 || ty / 2 >= 4) { continue; }
    let oy = ty / 2;
    for (var kx = 0; kx < 2; kx++) {
      let tx = column + 0 - kx * 1;
      if (tx < 0 || tx % 2 != 0 || tx / 2 >= 4) { continue; }
      let ox = tx / 2;
      result += d_avgpool1[u32((image * 4 + oy) * 4 + ox) * 3u + channel] / 4.0;
    }
  }
  let d_conv1_z_v = result * (T(1.0) - conv1[i] * conv1[i]);
  d_conv1_z[i] = d_conv1_z_v;
}
