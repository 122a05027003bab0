// d_conv1.weight = conv2d_dw, sum: 1x1x1x12
// line 4: conv 12 1x1 relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (window row, window column, channel), n = filter, k = (picture, row, column); 1 x 12 x 324
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 9; const W = 9; const C = 1; const KH = 1; const KW = 1; const OH = 9; const OW = 9; const F = 12;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 324>;
@group(0) @binding(1) var<storage, read_write> d_conv1_z: array<vec4f, 972>;
@group(0) @binding(2) var<storage, read_write> d_conv1_weight: array<vec4f, 3>;
@group(0) @binding(3) var<storage, read_write> d_conv1_bias: array<vec4f, 3>;

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
  if (tile >= 3) { return; }
  let n = tile % 3;
  let m = tile / 3 * 1;
  let column = u32(n);
  let r0 = row(m);
  var acc0 = T();
  var bias = T();
  for (var image = 0; image < 4; image++) {
    for (var oy = 0; oy < 9; oy++) {
      let p0 = at(r0, image, oy);
      var q = (image * OH + oy) * OW * F;
      q += n * 4;
      for (var ox = 0; ox < 9; ox += 1) {
        let b0 = d_conv1_z[(q + ox * 12) / 4];
        acc0 = fma(T(x[p0 + ox]), b0, acc0);
        bias += b0;
      }
    }
  }

  {
    let o0 = u32(m + 0) * 3u + column;
    d_conv1_weight[o0] = acc0;
  }
  if (m == 0) { d_conv1_bias[column] = bias; }
}
