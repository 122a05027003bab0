// depthwise1 = depthwise conv2d: 2x4x4x8, 8 channels
// line 5: depthwise 3x3 pad same stride 2 nobias => 4x4x8
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> conv1: array<vec4f, 256>;
@group(0) @binding(1) var<storage, read> depthwise1_weight: array<vec4f, 18>;
@group(0) @binding(2) var<storage, read_write> depthwise1: array<vec4f, 64>;

fn load_a(i: i32) -> T { return conv1[i]; }
fn load_b(i: i32) -> T { return depthwise1_weight[i]; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = i32(id.x);
  if (i >= 16) { return; }
  let channel = i % 2;
  let column = i / 2 % 1 * 4;
  let row = i / 2 % 4;
  let image = i / 8;
  let source = channel;
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  for (var ky = 0; ky < 3; ky++) {
    let iy = row * 2 + ky * 1 - 0;
    if (iy < 0 || iy >= 8) { continue; }
    let line = (image * 8 + iy) * 8;
    for (var kx = 0; kx < 3; kx += 3) {
      let ix = column * 2 + kx * 1 - 0;
      let a0 = select(T(), load_a((line + clamp(ix, 0, 7)) * 2 + source), ix >= 0 && ix < 8);
      let a1 = select(T(), load_a((line + clamp(ix + 1, 0, 7)) * 2 + source), ix + 1 >= 0 && ix + 1 < 8);
      let a2 = select(T(), load_a((line + clamp(ix + 2, 0, 7)) * 2 + source), ix + 2 >= 0 && ix + 2 < 8);
      let a3 = select(T(), load_a((line + clamp(ix + 3, 0, 7)) * 2 + source), ix + 3 >= 0 && ix + 3 < 8);
      let a4 = select(T(), load_a((line + clamp(ix + 4, 0, 7)) * 2 + source), ix + 4 >= 0 && ix + 4 < 8);
      let a5 = select(T(), load_a((line + clamp(ix + 5, 0, 7)) * 2 + source), ix + 5 >= 0 && ix + 5 < 8);
      let a6 = select(T(), load_a((line + clamp(ix + 6, 0, 7)) * 2 + source), ix + 6 >= 0 && ix + 6 < 8);
      let a7 = select(T(), load_a((line + clamp(ix + 7, 0, 7)) * 2 + source), ix + 7 >= 0 && ix + 7 < 8);
      let a8 = select(T(), load_a((line + clamp(ix + 8, 0, 7)) * 2 + source), ix + 8 >= 0 && ix + 8 < 8);
      let b0 = load_b((ky * 3 + kx + 0) * 2 + channel);
      acc0 += a0 * b0;
      acc1 += a2 * b0;
      acc2 += a4 * b0;
      acc3 += a6 * b0;
      let b1 = load_b((ky * 3 + kx + 1) * 2 + channel);
      acc0 += a1 * b1;
      acc1 += a3 * b1;
      acc2 += a5 * b1;
      acc3 += a7 * b1;
      let b2 = load_b((ky * 3 + kx + 2) * 2 + channel);
      acc0 += a2 * b2;
      acc1 += a4 * b2;
      acc2 += a6 * b2;
      acc3 += a8 * b2;
    }
  }

  {
    let o0 = u32(((image * 4 + row) * 4 + column + 0) * 2 + channel);
    depthwise1[o0] = acc0;
  }

  {
    let o1 = u32(((image * 4 + row) * 4 + column + 1) * 2 + channel);
    depthwise1[o1] = acc1;
  }

  {
    let o2 = u32(((image * 4 + row) * 4 + column + 2) * 2 + channel);
    depthwise1[o2] = acc2;
  }

  {
    let o3 = u32(((image * 4 + row) * 4 + column + 3) * 2 + channel);
    depthwise1[o3] = acc3;
  }
}
