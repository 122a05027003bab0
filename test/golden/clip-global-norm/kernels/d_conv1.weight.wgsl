// d_conv1.weight = conv2d_dw, sum: 3x3x1x3
// line 4: conv 3 3x3 relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (window row, window column, channel), n = filter, k = (picture, row, column); 9 x 3 x 64
alias T = f32;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 6; const W = 6; const C = 1; const KH = 3; const KW = 3; const OH = 4; const OW = 4; const F = 3;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 144>;
@group(0) @binding(1) var<storage, read_write> d_conv1_z: array<f32, 192>;
@group(0) @binding(2) var<storage, read_write> d_conv1_weight: array<f32, 27>;
@group(0) @binding(3) var<storage, read_write> d_conv1_bias: array<f32, 3>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m / (KW * C) * DY - TOP, m / C % KW * DX - LEFT, m % C);
}

// Where a's elements of a row start.
fn at(r: vec3i, image: i32, oy: i32) -> i32 {
  let y = r.x + oy * SY;
  let x = r.y;
  return ((image * H + y) * W + x) * C + r.z;
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tile = i32(id.x);
  if (tile >= 9) { return; }
  let n = tile % 3;
  let m = tile / 3 * 4;
  let column = u32(n);
  let r0 = row(min(m, 8));
  let r1 = row(min(m + 1, 8));
  let r2 = row(min(m + 2, 8));
  let r3 = row(min(m + 3, 8));
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  var bias = T();
  for (var image = 0; image < 4; image++) {
    for (var oy = 0; oy < 4; oy++) {
      let p0 = at(r0, image, oy);
      let p1 = at(r1, image, oy);
      let p2 = at(r2, image, oy);
      let p3 = at(r3, image, oy);
      var q = (image * OH + oy) * OW * F;
      q += n * 1;
      for (var ox = 0; ox < 4; ox += 1) {
        let b0 = d_conv1_z[q + ox * 3];
        acc0 = fma(x[p0 + ox], b0, acc0);
        acc1 = fma(x[p1 + ox], b0, acc1);
        acc2 = fma(x[p2 + ox], b0, acc2);
        acc3 = fma(x[p3 + ox], b0, acc3);
        bias += b0;
      }
    }
  }

  if (m + 0 < 9) {
    let o0 = u32(m + 0) * 3u + column;
    d_conv1_weight[o0] = acc0;
  }

  if (m + 1 < 9) {
    let o1 = u32(m + 1) * 3u + column;
    d_conv1_weight[o1] = acc1;
  }

  if (m + 2 < 9) {
    let o2 = u32(m + 2) * 3u + column;
    d_conv1_weight[o2] = acc2;
  }

  if (m + 3 < 9) {
    let o3 = u32(m + 3) * 3u + column;
    d_conv1_weight[o3] = acc3;
  }
  if (m == 0) { d_conv1_bias[column] = bias; }
}
