// d_depthwise1 = depthwise conv2d_dx: 2x4x4x8, 8 channels
// line 6: depthwise 3x3 multiplier 2 tanh => 2x2x16
alias T = f32;
@group(0) @binding(0) var<storage, read_write> d_depthwise2_z: array<f32, 128>;
@group(0) @binding(1) var<storage, read> depthwise2_weight: array<f32, 144>;
@group(0) @binding(2) var<storage, read_write> d_depthwise1: array<f32, 256>;

fn load_a(i: i32) -> T { return d_depthwise2_z[i]; }
fn load_b(i: i32) -> T { return depthwise2_weight[i]; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 256u) { return; }
  let channel = i % 8u;
  let column = i32(i / 8u % 4u);
  let row = i32(i / 32u % 4u);
  let image = i32(i / 128u);
  var result = T();
  for (var ky = 0; ky < 3; ky++) {
    let ty = row + 0 - ky * 1;
    if (ty < 0 || ty % 1 != 0 || ty / 1 >= 2) { continue; }
    let oy = ty / 1;
    for (var kx = 0; kx < 3; kx++) {
      let tx = column + 0 - kx * 1;
      if (tx < 0 || tx % 1 != 0 || tx / 1 >= 2) { continue; }
      let ox = tx / 1;
      for (var e = i32(channel) * 2; e < (i32(channel) + 1) * 2; e++) {
        result += load_a(((image * 2 + oy) * 2 + ox) * 16 + e) * load_b((ky * 3 + kx) * 16 + e);
      }
    }
  }
  d_depthwise1[i] = result;
}
