enable f16;
// conv2.half = conv2d, add, relu, half: 8x2x2x8
// line 7: conv 8 2x2 relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 32 x 8 x 16
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 3; const W = 3; const C = 4; const KH = 2; const KW = 2; const OH = 2; const OW = 2; const F = 8;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> maxpool1_half: array<vec4h, 72>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<vec4f, 32>;
@group(0) @binding(2) var<storage, read> conv2_bias: array<vec4f, 2>;
@group(0) @binding(3) var<storage, read_write> conv2_half: array<vec4h, 64>;

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
  if (tile >= 16) { return; }
  let n = tile % 2;
  let m = tile / 2 * 4;
  let column = u32(n);
  let r0 = row(m);
  let r1 = row(m + 1);
  let r2 = row(m + 2);
  let r3 = row(m + 3);
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  for (var ky = 0; ky < 2; ky++) {
    let p0 = at(r0, ky);
    let p1 = at(r1, ky);
    let p2 = at(r2, ky);
    let p3 = at(r3, ky);
    var q = ky * KW * C * F;
    q += n * 4;
    for (var c = 0; c < 8; c += 4) {
      let b0 = conv2_weight[(q + c * 8) / 4];
      let b1 = conv2_weight[(q + (c + 1) * 8) / 4];
      let b2 = conv2_weight[(q + (c + 2) * 8) / 4];
      let b3 = conv2_weight[(q + (c + 3) * 8) / 4];
      acc0 += mat4x4f(b0, b1, b2, b3) * vec4f(maxpool1_half[(p0 + c) / 4]);
      acc1 += mat4x4f(b0, b1, b2, b3) * vec4f(maxpool1_half[(p1 + c) / 4]);
      acc2 += mat4x4f(b0, b1, b2, b3) * vec4f(maxpool1_half[(p2 + c) / 4]);
      acc3 += mat4x4f(b0, b1, b2, b3) * vec4f(maxpool1_half[(p3 + c) / 4]);
    }
  }

  {
    let o0 = u32(m + 0) * 2u + column;
    let conv2_z_v_0 = acc0 + conv2_bias[column];
    let conv2_v_0 = max(conv2_z_v_0, T(0.0));
    let conv2_half_v_0 = T(vec4h(conv2_v_0));
    conv2_half[o0] = vec4h(conv2_half_v_0);
  }

  {
    let o1 = u32(m + 1) * 2u + column;
    let conv2_z_v_1 = acc1 + conv2_bias[column];
    let conv2_v_1 = max(conv2_z_v_1, T(0.0));
    let conv2_half_v_1 = T(vec4h(conv2_v_1));
    conv2_half[o1] = vec4h(conv2_half_v_1);
  }

  {
    let o2 = u32(m + 2) * 2u + column;
    let conv2_z_v_2 = acc2 + conv2_bias[column];
    let conv2_v_2 = max(conv2_z_v_2, T(0.0));
    let conv2_half_v_2 = T(vec4h(conv2_v_2));
    conv2_half[o2] = vec4h(conv2_half_v_2);
  }

  {
    let o3 = u32(m + 3) * 2u + column;
    let conv2_z_v_3 = acc3 + conv2_bias[column];
    let conv2_v_3 = max(conv2_z_v_3, T(0.0));
    let conv2_half_v_3 = T(vec4h(conv2_v_3));
    conv2_half[o3] = vec4h(conv2_half_v_3);
  }
}
