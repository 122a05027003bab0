// d_conv1.z = conv2d_dx, relu_dx: 4x9x9x12
// line 5: conv 12 3x3 pad same relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = channel, k = (window row, window column, filter); 324 x 12 x 108
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 9; const W = 9; const C = 12; const KH = 3; const KW = 3; const OH = 9; const OW = 9; const F = 12;
const SY = 1; const SX = 1; const TOP = 1; const LEFT = 1; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> d_conv2_z: array<vec4f, 972>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<vec4f, 324>;
@group(0) @binding(2) var<storage, read_write> conv1: array<vec4f, 972>;
@group(0) @binding(3) var<storage, read_write> d_conv1_z: array<vec4f, 972>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m / (H * W) * OH, m / W % H + TOP, m % W + LEFT);
}

// Where a's elements of a row start; -1 where they are all padding.
fn at(r: vec3i, ky: i32, kx: i32) -> i32 {
  let y = r.y - ky * DY;
  let x = r.z - kx * DX;
  if (y < 0 || y >= OH * SY || x < 0 || x >= OW * SX) { return -1; }
  return ((r.x + y / SY) * OW + x / SX) * F;
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tile = i32(id.x);
  if (tile >= 123) { return; }
  let n = tile % 3;
  let m = tile / 3 * 8;
  let column = u32(n);
  let r0 = row(min(m, 323));
  let r1 = row(min(m + 1, 323));
  let r2 = row(min(m + 2, 323));
  let r3 = row(min(m + 3, 323));
  let r4 = row(min(m + 4, 323));
  let r5 = row(min(m + 5, 323));
  let r6 = row(min(m + 6, 323));
  let r7 = row(min(m + 7, 323));
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  var acc4 = T();
  var acc5 = T();
  var acc6 = T();
  var acc7 = T();
  for (var ky = 0; ky < 3; ky++) {
    for (var kx = 0; kx < 3; kx++) {
      let p0 = at(r0, ky, kx);
      let p1 = at(r1, ky, kx);
      let p2 = at(r2, ky, kx);
      let p3 = at(r3, ky, kx);
      let p4 = at(r4, ky, kx);
      let p5 = at(r5, ky, kx);
      let p6 = at(r6, ky, kx);
      let p7 = at(r7, ky, kx);
      var q = (ky * KW + kx) * C * F;
      for (var f = 0; f < 12; f += 4) {
        let b0 = conv2_weight[(q + (n * 4 + 0) * 12 + f) / 4];
        let b1 = conv2_weight[(q + (n * 4 + 1) * 12 + f) / 4];
        let b2 = conv2_weight[(q + (n * 4 + 2) * 12 + f) / 4];
        let b3 = conv2_weight[(q + (n * 4 + 3) * 12 + f) / 4];
        acc0 += select(vec4f(), d_conv2_z[(max(p0, 0) + f) / 4], p0 >= 0) * mat4x4f(b0, b1, b2, b3);
        acc1 += select(vec4f(), d_conv2_z[(max(p1, 0) + f) / 4], p1 >= 0) * mat4x4f(b0, b1, b2, b3);
        acc2 += select(vec4f(), d_conv2_z[(max(p2, 0) + f) / 4], p2 >= 0) * mat4x4f(b0, b1, b2, b3);
        acc3 += select(vec4f(), d_conv2_z[(max(p3, 0) + f) / 4], p3 >= 0) * mat4x4f(b0, b1, b2, b3);
        acc4 += select(vec4f(), d_conv2_z[(max(p4, 0) + f) / 4], p4 >= 0) * mat4x4f(b0, b1, b2, b3);
        acc5 += select(vec4f(), d_conv2_z[(max(p5, 0) + f) / 4], p5 >= 0) * mat4x4f(b0, b1, b2, b3);
        acc6 += select(vec4f(), d_conv2_z[(max(p6, 0) + f) / 4], p6 >= 0) * mat4x4f(b0, b1, b2, b3);
        acc7 += select(vec4f(), d_conv2_z[(max(p7, 0) + f) / 4], p7 >= 0) * mat4x4f(b0, b1, b2, b3);
      }
    }
  }

  if (m + 0 < 324) {
    let o0 = u32(m + 0) * 3u + column;
    let d_conv1_z_v_0 = select(T(0.0), acc0, conv1[o0] > T(0.0));
    d_conv1_z[o0] = d_conv1_z_v_0;
  }

  if (m + 1 < 324) {
    let o1 = u32(m + 1) * 3u + column;
    let d_conv1_z_v_1 = select(T(0.0), acc1, conv1[o1] > T(0.0));
    d_conv1_z[o1] = d_conv1_z_v_1;
  }

  if (m + 2 < 324) {
    let o2 = u32(m + 2) * 3u + column;
    let d_conv1_z_v_2 = select(T(0.0), acc2, conv1[o2] > T(0.0));
    d_conv1_z[o2] = d_conv1_z_v_2;
  }

  if (m + 3 < 324) {
    let o3 = u32(m + 3) * 3u + column;
    let d_conv1_z_v_3 = select(T(0.0), acc3, conv1[o3] > T(0.0));
    d_conv1_z[o3] = d_conv1_z_v_3;
  }

  if (m + 4 < 324) {
    let o4 = u32(m + 4) * 3u + column;
    let d_conv1_z_v_4 = select(T(0.0), acc4, conv1[o4] > T(0.0));
    d_conv1_z[o4] = d_conv1_z_v_4;
  }

  if (m + 5 < 324) {
    let o5 = u32(m + 5) * 3u + column;
    let d_conv1_z_v_5 = select(T(0.0), acc5, conv1[o5] > T(0.0));
    d_conv1_z[o5] = d_conv1_z_v_5;
  }

  if (m + 6 < 324) {
    let o6 = u32(m + 6) * 3u + column;
    let d_conv1_z_v_6 = select(T(0.0), acc6, conv1[o6] > T(0.0));
    d_conv1_z[o6] = d_conv1_z_v_6;
  }

  if (m + 7 < 324) {
    let o7 = u32(m + 7) * 3u + column;
    let d_conv1_z_v_7 = select(T(0.0), acc7, conv1[o7] > T(0.0));
    d_conv1_z[o7] = d_conv1_z_v_7;
  }
}
