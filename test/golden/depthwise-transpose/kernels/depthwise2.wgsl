// depthwise2 = depthwise conv2d, add, tanh: 2x2x2x16, 8 channels
// line 6: depthwise 3x3 multiplier 2 tanh => 2x2x16
alias T = f32;
@group(0) @binding(0) var<storage, read_write> depthwise1: array<f32, 256>;
@group(0) @binding(1) var<storage, read> depthwise2_weight: array<f32, 144>;
@group(0) @binding(2) var<storage, read> depthwise2_bias: array<f32, 16>;
@group(0) @binding(3) var<storage, read_write> depthwise2: array<f32, 128>;

fn load_a(i: i32) -> T { return depthwise1[i]; }
fn load_b(i: i32) -> T { return depthwise2_weight[i]; }

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = i32(id.x);
  if (i >= 64) { return; }
  let channel = i % 16;
  let column = i / 16 % 1 * 4;
  let row = i / 16 % 2;
  let image = i / 32;
  let source = channel / 2;
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  for (var ky = 0; ky < 3; ky++) {
    let iy = row * 1 + ky * 1 - 0;
    let line = (image * 4 + iy) * 4;
    for (var kx = 0; kx < 3; kx += 3) {
      let ix = column * 1 + kx * 1 - 0;
      let a0 = select(T(), load_a((line + clamp(ix, 0, 3)) * 8 + source), ix >= 0 && ix < 4);
      let a1 = select(T(), load_a((line + clamp(ix + 1, 0, 3)) * 8 + source), ix + 1 >= 0 && ix + 1 < 4);
      let a2 = select(T(), load_a((line + clamp(ix + 2, 0, 3)) * 8 + source), ix + 2 >= 0 && ix + 2 < 4);
      let a3 = select(T(), load_a((line + clamp(ix + 3, 0, 3)) * 8 + source), ix + 3 >= 0 && ix + 3 < 4);
      let a4 = select(T(), load_a((line + clamp(ix + 4, 0, 3)) * 8 + source), ix + 4 >= 0 && ix + 4 < 4);
      let a5 = select(T(), load_a((line + clamp(ix + 5, 0, 3)) * 8 + source), ix + 5 >= 0 && ix + 5 < 4);
      let b0 = load_b((ky * 3 + kx + 0) * 16 + channel);
      acc0 += a0 * b0;
      acc1 += a1 * b0;
      acc2 += a2 * b0;
      acc3 += a3 * b0;
      let b1 = load_b((ky * 3 + kx + 1) * 16 + channel);
      acc0 += a1 * b1;
      acc1 += a2 * b1;
      acc2 += a3 * b1;
      acc3 += a4 * b1;
      let b2 = load_b((ky * 3 + kx + 2) * 16 + channel);
      acc0 += a2 * b2;
      acc1 += a3 * b2;
      acc2 += a4 * b2;
      acc3 += a5 * b2;
    }
  }

  if (column + 0 < 2) {
    let o0 = u32(((image * 2 + row) * 2 + column + 0) * 16 + channel);
    let depthwise2_z_v_0 = acc0 + depthwise2_bias[u32(channel)];
    let depthwise2_v_0 = tanh(clamp(depthwise2_z_v_0, T(-15.0), T(15.0)));
    depthwise2[o0] = depthwise2_v_0;
  }

  if (column + 1 < 2) {
    let o1 = u32(((image * 2 + row) * 2 + column + 1) * 16 + channel);
    let depthwise2_z_v_1 = acc1 + depthwise2_bias[u32(channel)];
    let depthwise2_v_1 = tanh(clamp(depthwise2_z_v_1, T(-15.0), T(15.0)));
    depthwise2[o1] = depthwise2_v_1;
  }

  if (column + 2 < 2) {
    let o2 = u32(((image * 2 + row) * 2 + column + 2) * 16 + channel);
    let depthwise2_z_v_2 = acc2 + depthwise2_bias[u32(channel)];
    let depthwise2_v_2 = tanh(clamp(depthwise2_z_v_2, T(-15.0), T(15.0)));
    depthwise2[o2] = depthwise2_v_2;
  }

  if (column + 3 < 2) {
    let o3 = u32(((image * 2 + row) * 2 + column + 3) * 16 + channel);
    let depthwise2_z_v_3 = acc3 + depthwise2_bias[u32(channel)];
    let depthwise2_v_3 = tanh(clamp(depthwise2_z_v_3, T(-15.0), T(15.0)));
    depthwise2[o3] = depthwise2_v_3;
  }
}
