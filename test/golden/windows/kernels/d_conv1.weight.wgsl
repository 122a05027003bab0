// d_conv1.weight = conv2d_dw, sum: 3x2x3x5
// line 4: conv 5 3x2 stride 2x1 pad [1, 2, 0, 1] tanh => 5x11x5
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (window row, window column, channel), n = filter, k = (picture, row, column); 18 x 5 x 110
alias T = f32;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 9; const W = 11; const C = 3; const KH = 3; const KW = 2; const OH = 5; const OW = 11; const F = 5;
const SY = 2; const SX = 1; const TOP = 1; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 594>;
@group(0) @binding(1) var<storage, read_write> d_conv1_z: array<f32, 550>;
@group(0) @binding(2) var<storage, read_write> d_conv1_weight: array<f32, 90>;
@group(0) @binding(3) var<storage, read_write> d_conv1_bias: array<f32, 5>;

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
  if (tile >= 25) { return; }
  let n = tile % 5;
  let m = tile / 5 * 4;
  let column = u32(n);
  let r0 = row(min(m, 17));
  let r1 = row(min(m + 1, 17));
  let r2 = row(min(m + 2, 17));
  let r3 = row(min(m + 3, 17));
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  var bias = T();
  for (var image = 0; image < 2; image++) {
    for (var oy = 0; oy < 5; oy++) {
      for (var ox = 0; ox < 11; ox++) {
        let p0 = at(r0, image, oy, ox);
        let p1 = at(r1, image, oy, ox);
        let p2 = at(r2, image, oy, ox);
        let p3 = at(r3, image, oy, ox);
        var q = ((image * OH + oy) * OW + ox) * F;
        q += n * 1;
        for (var one = 0; one < 1; one += 1) {
          let b0 = d_conv1_z[q + one * 5];
          acc0 = fma(select(0.0, x[max(p0, 0) + one * 3], p0 >= 0), b0, acc0);
          acc1 = fma(select(0.0, x[max(p1, 0) + one * 3], p1 >= 0), b0, acc1);
          acc2 = fma(select(0.0, x[max(p2, 0) + one * 3], p2 >= 0), b0, acc2);
          acc3 = fma(select(0.0, x[max(p3, 0) + one * 3], p3 >= 0), b0, acc3);
          bias += b0;
        }
      }
    }
  }

  if (m + 0 < 18) {
    let o0 = u32(m + 0) * 5u + column;
    d_conv1_weight[o0] = acc0;
  }

  if (m + 1 < 18) {
    let o1 = u32(m + 1) * 5u + column;
    d_conv1_weight[o1] = acc1;
  }

  if (m + 2 < 18) {
    let o2 = u32(m + 2) * 5u + column;
    d_conv1_weight[o2] = acc2;
  }

  if (m + 3 < 18) {
    let o3 = u32(m + 3) * 5u + column;
    d_conv1_weight[o3] = acc3;
  }
  if (m == 0) { d_conv1_bias[column] = bias; }
}
