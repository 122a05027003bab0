enable f16;
// d_conv2.weight = conv2d_dw, sum: 2x2x4x8
// line 7: conv 8 2x2 relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (window row, window column, channel), n = filter, k = (picture, row, column); 16 x 8 x 32
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 3; const W = 3; const C = 4; const KH = 2; const KW = 2; const OH = 2; const OW = 2; const F = 8;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> maxpool1_half: array<vec4h, 72>;
@group(0) @binding(1) var<storage, read_write> d_conv2_z_half: array<vec4h, 64>;
@group(0) @binding(2) var<storage, read_write> d_conv2_weight: array<vec4f, 32>;
@group(0) @binding(3) var<storage, read_write> d_conv2_bias: array<vec4f, 2>;

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
  if (tile >= 8) { return; }
  let n = tile % 2;
  let m = tile / 2 * 4;
  let column = u32(n);
  let r0 = row(m);
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  var bias = T();
  for (var image = 0; image < 8; image++) {
    for (var oy = 0; oy < 2; oy++) {
      let p0 = at(r0, image, oy);
      var q = (image * OH + oy) * OW * F;
      q += n * 4;
      for (var ox = 0; ox < 2; ox += 1) {
        let b0 = vec4f(d_conv2_z_half[(q + ox * 8) / 4]);
        let a0_0 = vec4f(maxpool1_half[(p0 + ox * 4) / 4]);
        acc0 = fma(T(a0_0[0]), b0, acc0);
        acc1 = fma(T(a0_0[1]), b0, acc1);
        acc2 = fma(T(a0_0[2]), b0, acc2);
        acc3 = fma(T(a0_0[3]), b0, acc3);
        bias += b0;
      }
    }
  }

  {
    let o0 = u32(m + 0) * 2u + column;
    d_conv2_weight[o0] = acc0;
  }

  {
    let o1 = u32(m + 1) * 2u + column;
    d_conv2_weight[o1] = acc1;
  }

  {
    let o2 = u32(m + 2) * 2u + column;
    d_conv2_weight[o2] = acc2;
  }

  {
    let o3 = u32(m + 3) * 2u + column;
    d_conv2_weight[o3] = acc3;
  }
  if (m == 0) { d_conv2_bias[column] = bias; }
}
