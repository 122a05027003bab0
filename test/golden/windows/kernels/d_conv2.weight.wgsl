// d_conv2.weight = conv2d_dw, sum: 2x3x5x4
// line 6: conv 4 2x3 pad same dilation 1x2 => 3x6x4
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (window row, window column, channel), n = filter, k = (picture, row, column); 30 x 4 x 36
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 3; const W = 6; const C = 5; const KH = 2; const KW = 3; const OH = 3; const OW = 6; const F = 4;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 2; const DY = 1; const DX = 2;
@group(0) @binding(0) var<storage, read_write> maxpool1: array<f32, 180>;
@group(0) @binding(1) var<storage, read_write> d_conv2: array<vec4f, 36>;
@group(0) @binding(2) var<storage, read_write> d_conv2_weight: array<vec4f, 30>;
@group(0) @binding(3) var<storage, read_write> d_conv2_bias: array<vec4f, 1>;

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
  if (tile >= 8) { return; }
  let n = tile % 1;
  let m = tile / 1 * 4;
  let column = u32(n);
  let r0 = row(min(m, 29));
  let r1 = row(min(m + 1, 29));
  let r2 = row(min(m + 2, 29));
  let r3 = row(min(m + 3, 29));
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  var bias = T();
  for (var image = 0; image < 2; image++) {
    for (var oy = 0; oy < 3; oy++) {
      for (var ox = 0; ox < 6; ox++) {
        let p0 = at(r0, image, oy, ox);
        let p1 = at(r1, image, oy, ox);
        let p2 = at(r2, image, oy, ox);
        let p3 = at(r3, image, oy, ox);
        var q = ((image * OH + oy) * OW + ox) * F;
        q += n * 4;
        for (var one = 0; one < 1; one += 1) {
          let b0 = d_conv2[(q + one * 4) / 4];
          acc0 = fma(T(select(0.0, maxpool1[max(p0, 0) + one * 5], p0 >= 0)), b0, acc0);
          acc1 = fma(T(select(0.0, maxpool1[max(p1, 0) + one * 5], p1 >= 0)), b0, acc1);
          acc2 = fma(T(select(0.0, maxpool1[max(p2, 0) + one * 5], p2 >= 0)), b0, acc2);
          acc3 = fma(T(select(0.0, maxpool1[max(p3, 0) + one * 5], p3 >= 0)), b0, acc3);
          bias += b0;
        }
      }
    }
  }

  if (m + 0 < 30) {
    let o0 = u32(m + 0) * 1u + column;
    d_conv2_weight[o0] = acc0;
  }

  if (m + 1 < 30) {
    let o1 = u32(m + 1) * 1u + column;
    d_conv2_weight[o1] = acc1;
  }

  if (m + 2 < 30) {
    let o2 = u32(m + 2) * 1u + column;
    d_conv2_weight[o2] = acc2;
  }

  if (m + 3 < 30) {
    let o3 = u32(m + 3) * 1u + column;
    d_conv2_weight[o3] = acc3;
  }
  if (m == 0) { d_conv2_bias[column] = bias; }
}
