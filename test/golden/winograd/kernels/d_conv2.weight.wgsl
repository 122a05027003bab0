// d_conv2.weight = conv2d_dw, sum: 3x3x12x12
// line 5: conv 12 3x3 pad same relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (window row, window column, channel), n = filter, k = (picture, row, column); 108 x 12 x 324
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 9; const W = 9; const C = 12; const KH = 3; const KW = 3; const OH = 9; const OW = 9; const F = 12;
const SY = 1; const SX = 1; const TOP = 1; const LEFT = 1; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> conv1: array<vec4f, 972>;
@group(0) @binding(1) var<storage, read_write> d_conv2_z: array<vec4f, 972>;
@group(0) @binding(2) var<storage, read_write> d_conv2_weight: array<vec4f, 324>;
@group(0) @binding(3) var<storage, read_write> d_conv2_bias: array<vec4f, 3>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m / (KW * C) * DY - TOP, m / C % KW * DX - LEFT, m % C);
}

// Where a's elements of a row start; -1 where they are all padding.
fn at(r: vec3i, image: i32, oy: i32, ox: i32) -> i32 {
  let y = r.x + oy * SY;
  let x = r.y + ox * SX;
  if (y < 0 || y >= H || x < 0 || x >= W) { return -1; }
  return ((image * H + y) * W + x) * C + r.z;
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tile = i32(id.x);
  if (tile >= 42) { return; }
  let n = tile % 3;
  let m = tile / 3 * 8;
  let column = u32(n);
  let r0 = row(min(m, 104));
  let r4 = row(min(m + 4, 104));
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  var acc4 = T();
  var acc5 = T();
  var acc6 = T();
  var acc7 = T();
  var bias = T();
  for (var image = 0; image < 4; image++) {
    for (var oy = 0; oy < 9; oy++) {
      for (var ox = 0; ox < 9; ox++) {
        let p0 = at(r0, image, oy, ox);
        let p4 = at(r4, image, oy, ox);
        var q = ((image * OH + oy) * OW + ox) * F;
        q += n * 4;
        for (var one = 0; one < 1; one += 1) {
          let b0 = d_conv2_z[(q + one * 12) / 4];
          let a0_0 = select(vec4f(), conv1[(max(p0, 0) + one * 12) / 4], p0 >= 0);
          acc0 = fma(T(a0_0[0]), b0, acc0);
          acc1 = fma(T(a0_0[1]), b0, acc1);
          acc2 = fma(T(a0_0[2]), b0, acc2);
          acc3 = fma(T(a0_0[3]), b0, acc3);
          let a4_0 = select(vec4f(), conv1[(max(p4, 0) + one * 12) / 4], p4 >= 0);
          acc4 = fma(T(a4_0[0]), b0, acc4);
          acc5 = fma(T(a4_0[1]), b0, acc5);
          acc6 = fma(T(a4_0[2]), b0, acc6);
          acc7 = fma(T(a4_0[3]), b0, acc7);
          bias += b0;
        }
      }
    }
  }

  if (m + 0 < 108) {
    let o0 = u32(m + 0) * 3u + column;
    d_conv2_weight[o0] = acc0;
  }

  if (m + 1 < 108) {
    let o1 = u32(m + 1) * 3u + column;
    d_conv2_weight[o1] = acc1;
  }

  if (m + 2 < 108) {
    let o2 = u32(m + 2) * 3u + column;
    d_conv2_weight[o2] = acc2;
  }

  if (m + 3 < 108) {
    let o3 = u32(m + 3) * 3u + column;
    d_conv2_weight[o3] = acc3;
  }

  if (m + 4 < 108) {
    let o4 = u32(m + 4) * 3u + column;
    d_conv2_weight[o4] = acc4;
  }

  if (m + 5 < 108) {
    let o5 = u32(m + 5) * 3u + column;
    d_conv2_weight[o5] = acc5;
  }

  if (m + 6 < 108) {
    let o6 = u32(m + 6) * 3u + column;
    d_conv2_weight[o6] = acc6;
  }

  if (m + 7 < 108) {
    let o7 = u32(m + 7) * 3u + column;
    d_conv2_weight[o7] = acc7;
  }
  if (m == 0) { d_conv2_bias[column] = bias; }
}
