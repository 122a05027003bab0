// d_conv1.z = depthwise conv2d_dx, relu_dx: 2x8x8x8, 8 channels
// line 5: depthwise 3x3 pad same stride 2 nobias => 4x4x8
alias T = vec4f;
@group(0) @binding(0) var a: texture_storage_2d<rgba32float, read>;
@group(0) @binding(1) var b: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var<storage, read_write> conv1: array<vec4f, 256>;
@group(0) @binding(3) var<storage, read_write> d_conv1_z: array<vec4f, 256>;

fn load_a(i: i32) -> vec4f { return textureLoad(a, vec2i(i & 1023, i >> 10u)); }
fn load_b(i: i32) -> vec4f { return textureLoad(b, vec2i(i & 1023, i >> 10u)); }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 256u) { return; }
  let channel = i % 2u;
  let column = i32(i / 2u % 8u);
  let row = i32(i / 16u % 8u);
  let image = i32(i / 128u);
  var result = T();
  for (var ky = 0; ky < 3; ky++) {
    let ty = row + 0 - ky * 1;
    if (ty < 0 || ty % 2 != 0 || ty / 2 >= 4) { continue; }
    let oy = ty / 2;
    for (var kx = 0; kx < 3; kx++) {
      let tx = column + 0 - kx * 1;
      if (tx < 0 || tx % 2 != 0 || tx / 2 >= 4) { continue; }
      let ox = tx / 2;
      result += load_a(((image * 4 + oy) * 4 + ox) * 2 + i32(channel)) * load_b((ky * 3 + kx) * 2 + i32(channel));
    }
  }
  let d_conv1_z_v = select(T(0.0), result, conv1[i] > T(0.0));
  d_conv1_z[i] = d_conv1_z_v;
}
