// d_conv1.pooled = conv2d_dx, relu_dx: 8x5x5x4
// line 6: conv 8 2x2 relu => 4x4x8
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = channel, k = (window row, window column, filter); 200 x 4 x 32
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 5; const W = 5; const C = 4; const KH = 2; const KW = 2; const OH = 4; const OW = 4; const F = 8;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> d_conv2_z: array<vec4f, 256>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<vec4f, 32>;
@group(0) @binding(2) var<storage, read_write> maxpool1: array<vec4f, 200>;
@group(0) @binding(3) var<storage, read_write> d_conv1_pooled: array<vec4f, 200>;

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
  if (tile >= 25) { return; }
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
  for (var ky = 0; ky < 2; ky++) {
    for (var kx = 0; kx < 2; kx++) {
      let p0 = at(r0, ky, kx);
      let p1 = at(r1, ky, kx);
      let p2 = at(r2, ky, kx);
      let p3 = at(r3, ky, kx);
      let p4 = at(r4, ky, kx);
      let p5 = at(r5, ky, kx);
      let p6 = at(r6, ky, kx);
      let p7 = at(r7, ky, kx);
      var q = (ky * KW + kx) * C * F;
      for (var f = 0; f < 8; f += 4) {
        let b0 = conv2_weight[(q + (n * 4 + 0) * 8 + f) / 4];
        let b1 = conv2_weight[(q + (n * 4 + 1) * 8 + f) / 4];
        let b2 = conv2_weight[(q + (n * 4 + 2) * 8 + f) / 4];
        let b3 = conv2_weight[(q + (n * 4 + 3) * 8 + f) / 4];
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

  {
    let o0 = u32(m + 0) * 1u + column;
    let d_conv1_pooled_v_0 = select(T(0.0), acc0, maxpool1[o0] > T(0.0));
    d_conv1_pooled[o0] = d_conv1_pooled_v_0;
  }

  {
    let o1 = u32(m + 1) * 1u + column;
    let d_conv1_pooled_v_1 = select(T(0.0), acc1, maxpool1[o1] > T(0.0));
    d_conv1_pooled[o1] = d_conv1_pooled_v_1;
  }

  {
    let o2 = u32(m + 2) * 1u + column;
    let d_conv1_pooled_v_2 = select(T(0.0), acc2, maxpool1[o2] > T(0.0));
    d_conv1_pooled[o2] = d_conv1_pooled_v_2;
  }

  {
    let o3 = u32(m + 3) * 1u + column;
    let d_conv1_pooled_v_3 = select(T(0.0), acc3, maxpool1[o3] > T(0.0));
    d_conv1_pooled[o3] = d_conv1_pooled_v_3;
  }

  {
    let o4 = u32(m + 4) * 1u + column;
    let d_conv1_pooled_v_4 = select(T(0.0), acc4, maxpool1[o4] > T(0.0));
    d_conv1_pooled[o4] = d_conv1_pooled_v_4;
  }

  {
    let o5 = u32(m + 5) * 1u + column;
    let d_conv1_pooled_v_5 = select(T(0.0), acc5, maxpool1[o5] > T(0.0));
    d_conv1_pooled[o5] = d_conv1_pooled_v_5;
  }

  {
    let o6 = u32(m + 6) * 1u + column;
    let d_conv1_pooled_v_6 = select(T(0.0), acc6, maxpool1[o6] > T(0.0));
    d_conv1_pooled[o6] = d_conv1_pooled_v_6;
  }

  {
    let o7 = u32(m + 7) * 1u + column;
    let d_conv1_pooled_v_7 = select(T(0.0), acc7, maxpool1[o7] > T(0.0));
    d_conv1_pooled[o7] = d_conv1_pooled_v_7;
  }
}
