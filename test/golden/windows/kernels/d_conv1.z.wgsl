// d_conv1.z = maxpool2d_dx, tanh_dx: 2x5x11x5
// line 5: maxpool 3x3 stride 2 pad 1 => 3x6x5
alias T = f32;
alias U = u32;
@group(0) @binding(0) var<storage, read_write> conv1: array<f32, 550>;
@group(0) @binding(1) var<storage, read_write> d_maxpool1: array<f32, 180>;
@group(0) @binding(2) var<storage, read_write> d_conv1_z: array<f32, 550>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 550u) { return; }

  let channel = i % 5u;
  let column = i32(i / 5u % 11u);
  let row = i32(i / 55u % 5u);
  let image = i32(i / 275u);
  let mine = conv1[i];
  var result = T();

  for (var ky = 0; ky < 3; ky++) {
    let ty = row + 1 - ky * 1;
    if (ty < 0 || ty % 2 != 0 || ty / 2 >= 3) { continue; }
    let oy = ty / 2;
    for (var kx = 0; kx < 3; kx++) {
      let tx = column + 1 - kx * 1;
      if (tx < 0 || tx % 2 != 0 || tx / 2 >= 6) { continue; }
      let ox = tx / 2;
      // Not the first largest if something before it is as large, or something after it larger.
      var first = mine == mine;
      for (var k = 0; k < 9; k++) {
        let iy = oy * 2 + k / 3 * 1 - 1;
        let ix = ox * 2 + k % 3 * 1 - 1;
        if (iy < 0 || iy >= 5 || ix < 0 || ix >= 11) { continue; }
        let v = conv1[u32((image * 5 + iy) * 11 + ix) * 5u + channel];
        if (k < ky * 3 + kx) { first = first & (v < mine); } else { first = first & (v <= mine); }
      }
      result += select(T(), d_maxpool1[u32((image * 3 + oy) * 6 + ox) * 5u + channel], first);
    }
  }
  let d_conv1_z_v = result * (T(1.0) - conv1[i] * conv1[i]);
  d_conv1_z[i] = d_conv1_z_v;
}
