// d_conv1.weight = conv2d_dw, sum: 3x3x3x4
// line 16: conv 4 3x3 pad same relu => 12x10x4
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (window row, window column, channel), n = filter, k = (picture, row, column); 27 x 4 x 600
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 12; const W = 10; const C = 3; const KH = 3; const KW = 3; const OH = 12; const OW = 10; const F = 4;
const SY = 1; const SX = 1; const TOP = 1; const LEFT = 1; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> normalise: array<f32, 1800>;
@group(0) @binding(1) var<storage, read_write> d_conv1_z: array<vec4f, 600>;
@group(0) @binding(2) var<storage, read_write> d_conv1_weight: array<vec4f, 27>;
@group(0) @binding(3) var<storage, read_write> d_conv1_bias: array<vec4f, 1>;

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
  if (tile >= 7) { return; }
  let n = tile % 1;
  let m = tile / 1 * 4;
  let column = u32(n);
  let r0 = row(min(m, 26));
  let r1 = row(min(m + 1, 26));
  let r2 = row(min(m + 2, 26));
  let r3 = row(min(m + 3, 26));
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  var bias = T();
  for (var image = 0; image < 5; image++) {
    for (var oy = 0; oy < 12; oy++) {
      for (var ox = 0; ox < 10; ox++) {
        let p0 = at(r0, image, oy, ox);
        let p1 = at(r1, image, oy, ox);
        let p2 = at(r2, image, oy, ox);
        let p3 = at(r3, image, oy, ox);
        var q = ((image * OH + oy) * OW + ox) * F;
        q += n * 4;
        for (var one = 0; one < 1; one += 1) {
          let b0 = d_conv1_z[(q + one * 4) / 4];
          acc0 = fma(T(select(0.0, normalise[max(p0, 0) + one * 3], p0 >= 0)), b0, acc0);
          acc1 = fma(T(select(0.0, normalise[max(p1, 0) + one * 3], p1 >= 0)), b0, acc1);
          acc2 = fma(T(select(0.0, normalise[max(p2, 0) + one * 3], p2 >= 0)), b0, acc2);
          acc3 = fma(T(select(0.0, normalise[max(p3, 0) + one * 3], p3 >= 0)), b0, acc3);
          bias += b0;
        }
      }
    }
  }

  if (m + 0 < 27) {
    let o0 = u32(m + 0) * 1u + column;
    d_conv1_weight[o0] = acc0;
  }

  if (m + 1 < 27) {
    let o1 = u32(m + 1) * 1u + column;
    d_conv1_weight[o1] = acc1;
  }

  if (m + 2 < 27) {
    let o2 = u32(m + 2) * 1u + column;
    d_conv1_weight[o2] = acc2;
  }

  if (m + 3 < 27) {
    let o3 = u32(m + 3) * 1u + column;
    d_conv1_weight[o3] = acc3;
  }
  if (m == 0) { d_conv1_bias[column] = bias; }
}
