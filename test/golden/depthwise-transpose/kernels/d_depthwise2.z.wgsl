// d_depthwise2.z = conv2d, tanh_dx: 2x2x2x16
// line 7: conv_transpose 3 3x3 stride 2 pad 1 output_pad 1 relu => 4x4x3
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 8 x 16 x 27
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 4; const W = 4; const C = 3; const KH = 3; const KW = 3; const OH = 2; const OW = 2; const F = 16;
const SY = 2; const SX = 2; const TOP = 1; const LEFT = 1; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> d_conv_transpose1_z: array<f32, 96>;
@group(0) @binding(1) var<storage, read> conv_transpose1_weight: array<vec4f, 108>;
@group(0) @binding(2) var<storage, read_write> depthwise2: array<vec4f, 32>;
@group(0) @binding(3) var<storage, read_write> d_depthwise2_z: array<vec4f, 32>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m / (OH * OW) * H, m / OW % OH * SY - TOP, m % OW * SX - LEFT);
}

// Where a's elements of a row start; -1 where they are all padding.
fn at(r: vec3i, ky: i32, kx: i32) -> i32 {
  let y = r.y + ky * DY;
  let x = r.z + kx * DX;
  if (y < 0 || y >= H || x < 0 || x >= W) { return -1; }
  return ((r.x + y) * W + x) * C;
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tile = i32(id.x);
  if (tile >= 8) { return; }
  let n = tile % 4;
  let m = tile / 4 * 4;
  let column = u32(n);
  let r0 = row(m);
  let r1 = row(m + 1);
  let r2 = row(m + 2);
  let r3 = row(m + 3);
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  for (var ky = 0; ky < 3; ky++) {
    for (var kx = 0; kx < 3; kx++) {
      let p0 = at(r0, ky, kx);
      let p1 = at(r1, ky, kx);
      let p2 = at(r2, ky, kx);
      let p3 = at(r3, ky, kx);
      var q = (ky * KW + kx) * C * F;
      q += n * 4;
      for (var c = 0; c < 3; c += 1) {
        let b0 = conv_transpose1_weight[(q + c * 16) / 4];
        acc0 = fma(T(select(0.0, d_conv_transpose1_z[max(p0, 0) + c], p0 >= 0)), b0, acc0);
        acc1 = fma(T(select(0.0, d_conv_transpose1_z[max(p1, 0) + c], p1 >= 0)), b0, acc1);
        acc2 = fma(T(select(0.0, d_conv_transpose1_z[max(p2, 0) + c], p2 >= 0)), b0, acc2);
        acc3 = fma(T(select(0.0, d_conv_transpose1_z[max(p3, 0) + c], p3 >= 0)), b0, acc3);
      }
    }
  }

  {
    let o0 = u32(m + 0) * 4u + column;
    let d_depthwise2_z_v_0 = acc0 * (T(1.0) - depthwise2[o0] * depthwise2[o0]);
    d_depthwise2_z[o0] = d_depthwise2_z_v_0;
  }

  {
    let o1 = u32(m + 1) * 4u + column;
    let d_depthwise2_z_v_1 = acc1 * (T(1.0) - depthwise2[o1] * depthwise2[o1]);
    d_depthwise2_z[o1] = d_depthwise2_z_v_1;
  }

  {
    let o2 = u32(m + 2) * 4u + column;
    let d_depthwise2_z_v_2 = acc2 * (T(1.0) - depthwise2[o2] * depthwise2[o2]);
    d_depthwise2_z[o2] = d_depthwise2_z_v_2;
  }

  {
    let o3 = u32(m + 3) * 4u + column;
    let d_depthwise2_z_v_3 = acc3 * (T(1.0) - depthwise2[o3] * depthwise2[o3]);
    d_depthwise2_z[o3] = d_depthwise2_z_v_3;
  }
}
