// d_residual2.conv2.weight = conv2d_dw: 1x1x4x8
// line 5: conv c 1x1 stride s nobias
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (window row, window column, channel), n = filter, k = (picture, row, column); 4 x 8 x 64
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 8; const W = 8; const C = 4; const KH = 1; const KW = 1; const OH = 4; const OW = 4; const F = 8;
const SY = 2; const SX = 2; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> residual1_add1: array<vec4f, 256>;
@group(0) @binding(1) var<storage, read_write> d_residual2_add1_sum: array<vec4f, 128>;
@group(0) @binding(2) var<storage, read_write> d_residual2_conv2_weight: array<vec4f, 8>;

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
  if (tile >= 2) { return; }
  let n = tile % 2;
  let m = tile / 2 * 4;
  let column = u32(n);
  let r0 = row(m);
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  for (var image = 0; image < 4; image++) {
    for (var oy = 0; oy < 4; oy++) {
      let p0 = at(r0, image, oy);
      var q = (image * OH + oy) * OW * F;
      q += n * 4;
      for (var ox = 0; ox < 4; ox += 1) {
        let b0 = d_residual2_add1_sum[(q + ox * 8) / 4];
        let a0_0 = residual1_add1[(p0 + ox * 8) / 4];
        acc0 = fma(T(a0_0[0]), b0, acc0);
        acc1 = fma(T(a0_0[1]), b0, acc1);
        acc2 = fma(T(a0_0[2]), b0, acc2);
        acc3 = fma(T(a0_0[3]), b0, acc3);
      }
    }
  }

  {
    let o0 = u32(m + 0) * 2u + column;
    d_residual2_conv2_weight[o0] = acc0;
  }

  {
    let o1 = u32(m + 1) * 2u + column;
    d_residual2_conv2_weight[o1] = acc1;
  }

  {
    let o2 = u32(m + 2) * 2u + column;
    d_residual2_conv2_weight[o2] = acc2;
  }

  {
    let o3 = u32(m + 3) * 2u + column;
    d_residual2_conv2_weight[o3] = acc3;
  }
}
