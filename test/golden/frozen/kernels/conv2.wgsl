// conv2 = conv2d, add, relu: 8x2x2x3
// line 10: conv 3 3x3 relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 32 x 3 x 36
alias T = f32;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 4; const W = 4; const C = 4; const KH = 3; const KW = 3; const OH = 2; const OW = 2; const F = 3;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> maxpool1: array<vec4f, 128>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<f32, 108>;
@group(0) @binding(2) var<storage, read> conv2_bias: array<f32, 3>;
@group(0) @binding(3) var<storage, read_write> conv2: array<f32, 96>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m / (OH * OW) * H, m / OW % OH * SY - TOP, m % OW * SX - LEFT);
}

// Where a's elements of a row start.
fn at(r: vec3i, ky: i32) -> i32 {
  let y = r.y + ky * DY;
  let x = r.z;
  return ((r.x + y) * W + x) * C;
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tile = i32(id.x);
  if (tile >= 24) { return; }
  let n = tile % 3;
  let m = tile / 3 * 4;
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
    let p0 = at(r0, ky);
    let p1 = at(r1, ky);
    let p2 = at(r2, ky);
    let p3 = at(r3, ky);
    var q = ky * KW * C * F;
    q += n * 1;
    for (var c = 0; c < 12; c += 4) {
      let b0 = conv2_weight[q + c * 3];
      let b1 = conv2_weight[q + (c + 1) * 3];
      let b2 = conv2_weight[q + (c + 2) * 3];
      let b3 = conv2_weight[q + (c + 3) * 3];
      acc0 += dot(maxpool1[(p0 + c) / 4], vec4f(b0, b1, b2, b3));
      acc1 += dot(maxpool1[(p1 + c) / 4], vec4f(b0, b1, b2, b3));
      acc2 += dot(maxpool1[(p2 + c) / 4], vec4f(b0, b1, b2, b3));
      acc3 += dot(maxpool1[(p3 + c) / 4], vec4f(b0, b1, b2, b3));
    }
  }

  {
    let o0 = u32(m + 0) * 3u + column;
    let conv2_z_v_0 = acc0 + conv2_bias[column];
    let conv2_v_0 = max(conv2_z_v_0, T(0.0));
    conv2[o0] = conv2_v_0;
  }

  {
    let o1 = u32(m + 1) * 3u + column;
    let conv2_z_v_1 = acc1 + conv2_bias[column];
    let conv2_v_1 = max(conv2_z_v_1, T(0.0));
    conv2[o1] = conv2_v_1;
  }

  {
    let o2 = u32(m + 2) * 3u + column;
    let conv2_z_v_2 = acc2 + conv2_bias[column];
    let conv2_v_2 = max(conv2_z_v_2, T(0.0));
    conv2[o2] = conv2_v_2;
  }

  {
    let o3 = u32(m + 3) * 3u + column;
    let conv2_z_v_3 = acc3 + conv2_bias[column];
    let conv2_v_3 = max(conv2_z_v_3, T(0.0));
    conv2[o3] = conv2_v_3;
  }
}
