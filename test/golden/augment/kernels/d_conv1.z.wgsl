// d_conv1.z = conv2d_dx, relu_dx: 5x12x10x4
// line 17: conv 4 1x1 softmax => 12x10x4
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = channel, k = (window row, window column, filter); 600 x 4 x 4
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 12; const W = 10; const C = 4; const KH = 1; const KW = 1; const OH = 12; const OW = 10; const F = 4;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> d_conv2_z: array<vec4f, 600>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<vec4f, 4>;
@group(0) @binding(2) var<storage, read_write> conv1: array<vec4f, 600>;
@group(0) @binding(3) var<storage, read_write> d_conv1_z: array<vec4f, 600>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m / (H * W) * OH, m / W % H + TOP, m % W + LEFT);
}

// Where a's elements of a row start.
fn at(r: vec3i, ky: i32, kx: i32) -> i32 {
  let y = r.y - ky * DY;
  let x = r.z - kx * DX;
  return ((r.x + y / SY) * OW + x / SX) * F;
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
    for (var kx = 0; kx < 1; kx++) {
      let p0 = at(r0, ky, kx);
      let p1 = at(r1, ky, kx);
      let p2 = at(r2, ky, kx);
      let p3 = at(r3, ky, kx);
      let p4 = at(r4, ky, kx);
      let p5 = at(r5, ky, kx);
      let p6 = at(r6, ky, kx);
      let p7 = at(r7, ky, kx);
      var q = (ky * KW + kx) * C * F;
      for (var f = 0; f < 4; f += 4) {
        let b0 = conv2_weight[(q + (n * 4 + 0) * 4 + f) / 4];
        let b1 = conv2_weight[(q + (n * 4 + 1) * 4 + f) / 4];
        let b2 = conv2_weight[(q + (n * 4 + 2) * 4 + f) / 4];
        let b3 = conv2_weight[(q + (n * 4 + 3) * 4 + f) / 4];
        acc0 += d_conv2_z[(p0 + f) / 4] * mat4x4f(b0, b1, b2, b3);
        acc1 += d_conv2_z[(p1 + f) / 4] * mat4x4f(b0, b1, b2, b3);
        acc2 += d_conv2_z[(p2 + f) / 4] * mat4x4f(b0, b1, b2, b3);
        acc3 += d_conv2_z[(p3 + f) / 4] * mat4x4f(b0, b1, b2, b3);
        acc4 += d_conv2_z[(p4 + f) / 4] * mat4x4f(b0, b1, b2, b3);
        acc5 += d_conv2_z[(p5 + f) / 4] * mat4x4f(b0, b1, b2, b3);
        acc6 += d_conv2_z[(p6 + f) / 4] * mat4x4f(b0, b1, b2, b3);
        acc7 += d_conv2_z[(p7 + f) / 4] * mat4x4f(b0, b1, b2, b3);
      }
    }
  }

  {
    let o0 = u32(m + 0) * 1u + column;
    let d_conv1_z_v_0 = select(T(0.0), acc0, conv1[o0] > T(0.0));
    d_conv1_z[o0] = d_conv1_z_v_0;
  }

  {
    let o1 = u32(m + 1) * 1u + column;
    let d_conv1_z_v_1 = select(T(0.0), acc1, conv1[o1] > T(0.0));
    d_conv1_z[o1] = d_conv1_z_v_1;
  }

  {
    let o2 = u32(m + 2) * 1u + column;
    let d_conv1_z_v_2 = select(T(0.0), acc2, conv1[o2] > T(0.0));
    d_conv1_z[o2] = d_conv1_z_v_2;
  }

  {
    let o3 = u32(m + 3) * 1u + column;
    let d_conv1_z_v_3 = select(T(0.0), acc3, conv1[o3] > T(0.0));
    d_conv1_z[o3] = d_conv1_z_v_3;
  }

  {
    let o4 = u32(m + 4) * 1u + column;
    let d_conv1_z_v_4 = select(T(0.0), acc4, conv1[o4] > T(0.0));
    d_conv1_z[o4] = d_conv1_z_v_4;
  }

  {
    let o5 = u32(m + 5) * 1u + column;
    let d_conv1_z_v_5 = select(T(0.0), acc5, conv1[o5] > T(0.0));
    d_conv1_z[o5] = d_conv1_z_v_5;
  }

  {
    let o6 = u32(m + 6) * 1u + column;
    let d_conv1_z_v_6 = select(T(0.0), acc6, conv1[o6] > T(0.0));
    d_conv1_z[o6] = d_conv1_z_v_6;
  }

  {
    let o7 = u32(m + 7) * 1u + column;
    let d_conv1_z_v_7 = select(T(0.0), acc7, conv1[o7] > T(0.0));
    d_conv1_z[o7] = d_conv1_z_v_7;
  }
}
