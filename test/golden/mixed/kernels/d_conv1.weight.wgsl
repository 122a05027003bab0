enable f16;
// d_conv1.weight = conv2d_dw: 3x3x2x4
// line 4: conv 4 3x3 nobias
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (window row, window column, channel), n = filter, k = (picture, row, column); 18 x 4 x 392
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 9; const W = 9; const C = 2; const KH = 3; const KW = 3; const OH = 7; const OW = 7; const F = 4;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 1296>;
@group(0) @binding(1) var<storage, read_write> d_conv1_half: array<vec4h, 392>;
@group(0) @binding(2) var<storage, read_write> d_conv1_weight: array<vec4f, 18>;

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
  if (tile >= 5) { return; }
  let n = tile % 1;
  let m = tile / 1 * 4;
  let column = u32(n);
  let r0 = row(min(m, 17));
  let r1 = row(min(m + 1, 17));
  let r2 = row(min(m + 2, 17));
  let r3 = row(min(m + 3, 17));
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  for (var image = 0; image < 8; image++) {
    for (var oy = 0; oy < 7; oy++) {
      let p0 = at(r0, image, oy);
      let p1 = at(r1, image, oy);
      let p2 = at(r2, image, oy);
      let p3 = at(r3, image, oy);
      var q = (image * OH + oy) * OW * F;
      q += n * 4;
      for (var ox = 0; ox < 7; ox += 1) {
        let b0 = vec4f(d_conv1_half[(q + ox * 4) / 4]);
        acc0 = fma(T(x[p0 + ox * 2]), b0, acc0);
        acc1 = fma(T(x[p1 + ox * 2]), b0, acc1);
        acc2 = fma(T(x[p2 + ox * 2]), b0, acc2);
        acc3 = fma(T(x[p3 + ox * 2]), b0, acc3);
      }
    }
  }

  if (m + 0 < 18) {
    let o0 = u32(m + 0) * 1u + column;
    d_conv1_weight[o0] = acc0;
  }

  if (m + 1 < 18) {
    let o1 = u32(m + 1) * 1u + column;
    d_conv1_weight[o1] = acc1;
  }

  if (m + 2 < 18) {
    let o2 = u32(m + 2) * 1u + column;
    d_conv1_weight[o2] = acc2;
  }

  if (m + 3 < 18) {
    let o3 = u32(m + 3) * 1u + column;
    d_conv1_weight[o3] = acc3;
  }
}
