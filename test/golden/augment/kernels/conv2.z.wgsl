// conv2.z = conv2d, add: 5x12x10x4
// line 17: conv 4 1x1 softmax => 12x10x4
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 600 x 4 x 4
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 12; const W = 10; const C = 4; const KH = 1; const KW = 1; const OH = 12; const OW = 10; const F = 4;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> conv1: array<vec4f, 600>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<vec4f, 4>;
@group(0) @binding(2) var<storage, read> conv2_bias: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read_write> conv2_z: array<vec4f, 600>;

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
  if (tile >= 75) { return; }
  let n = tile % 1;
  let m = tile / 1 * 8;
  let column = u32(n);
  let r0 = row(m);
  let r1 = row(m + 1);
  let r2 = row(m + 2);
  let r3 = row(m + 3);
  let r4 = row(m + 4);
  let r5 = row(m + 5);
  let r6 = row(m + 6);
  let r7 = row(m + 7);
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  var acc4 = T();
  var acc5 = T();
  var acc6 = T();
  var acc7 = T();
  for (var ky = 0; ky < 1; ky++) {
    let p0 = at(r0, ky);
    let p1 = at(r1, ky);
    let p2 = at(r2, ky);
    let p3 = at(r3, ky);
    let p4 = at(r4, ky);
    let p5 = at(r5, ky);
    let p6 = at(r6, ky);
    let p7 = at(r7, ky);
    var q = ky * KW * C * F;
    q += n * 4;
    for (var c = 0; c < 4; c += 4) {
      let b0 = conv2_weight[(q + c * 4) / 4];
      let b1 = conv2_weight[(q + (c + 1) * 4) / 4];
      let b2 = conv2_weight[(q + (c + 2) * 4) / 4];
      let b3 = conv2_weight[(q + (c + 3) * 4) / 4];
      acc0 += mat4x4f(b0, b1, b2, b3) * conv1[(p0 + c) / 4];
      acc1 += mat4x4f(b0, b1, b2, b3) * conv1[(p1 + c) / 4];
      acc2 += mat4x4f(b0, b1, b2, b3) * conv1[(p2 + c) / 4];
      acc3 += mat4x4f(b0, b1, b2, b3) * conv1[(p3 + c) / 4];
      acc4 += mat4x4f(b0, b1, b2, b3) * conv1[(p4 + c) / 4];
      acc5 += mat4x4f(b0, b1, b2, b3) * conv1[(p5 + c) / 4];
      acc6 += mat4x4f(b0, b1, b2, b3) * conv1[(p6 + c) / 4];
      acc7 += mat4x4f(b0, b1, b2, b3) * conv1[(p7 + c) / 4];
    }
  }

  {
    let o0 = u32(m + 0) * 1u + column;
    let conv2_z_v_0 = acc0 + conv2_bias[column];
    conv2_z[o0] = conv2_z_v_0;
  }

  {
    let o1 = u32(m + 1) * 1u + column;
    let conv2_z_v_1 = acc1 + conv2_bias[column];
    conv2_z[o1] = conv2_z_v_1;
  }

  {
    let o2 = u32(m + 2) * 1u + column;
    let conv2_z_v_2 = acc2 + conv2_bias[column];
    conv2_z[o2] = conv2_z_v_2;
  }

  {
    let o3 = u32(m + 3) * 1u + column;
    let conv2_z_v_3 = acc3 + conv2_bias[column];
    conv2_z[o3] = conv2_z_v_3;
  }

  {
    let o4 = u32(m + 4) * 1u + column;
    let conv2_z_v_4 = acc4 + conv2_bias[column];
    conv2_z[o4] = conv2_z_v_4;
  }

  {
    let o5 = u32(m + 5) * 1u + column;
    let conv2_z_v_5 = acc5 + conv2_bias[column];
    conv2_z[o5] = conv2_z_v_5;
  }

  {
    let o6 = u32(m + 6) * 1u + column;
    let conv2_z_v_6 = acc6 + conv2_bias[column];
    conv2_z[o6] = conv2_z_v_6;
  }

  {
    let o7 = u32(m + 7) * 1u + column;
    let conv2_z_v_7 = acc7 + conv2_bias[column];
    conv2_z[o7] = conv2_z_v_7;
  }
}
