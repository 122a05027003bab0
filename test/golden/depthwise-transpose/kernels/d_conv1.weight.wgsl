// d_conv1.weight = conv2d_dw, sum: 3x3x2x8
// line 4: conv 8 3x3 pad same groups 2 relu => 8x8x8
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (window row, window column, channel), n = filter, k = (picture, row, column); 18 x 4 x 128 in each of 2 groups
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 8; const W = 8; const C = 4; const KH = 3; const KW = 3; const OH = 8; const OW = 8; const F = 8;
const SY = 1; const SX = 1; const TOP = 1; const LEFT = 1; const DY = 1; const DX = 1;
// 2 groups: each reads CG channels of x and makes FG of y; w is KH x KW x CG x F.
const CG = 2; const FG = 4;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 512>;
@group(0) @binding(1) var<storage, read_write> d_conv1_z: array<vec4f, 256>;
@group(0) @binding(2) var<storage, read_write> d_conv1_weight: array<vec4f, 36>;
@group(0) @binding(3) var<storage, read_write> d_conv1_bias: array<vec4f, 2>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m / (KW * CG) * DY - TOP, m / CG % KW * DX - LEFT, m % CG);
}

// Where a's elements of a row start; -1 where they are all padding.
fn at(r: vec3i, image: i32, oy: i32, ox: i32, group: i32) -> i32 {
  let y = r.x + oy * SY;
  let x = r.y + ox * SX;
  if (y < 0 || y >= H || x < 0 || x >= W) { return -1; }
  return ((image * H + y) * W + x) * C + r.z + group * CG;
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tile = i32(id.x);
  if (tile >= 10) { return; }
  let group = tile % 2 / 1;
  let n = tile % 1;
  let m = tile / 2 * 4;
  let column = u32(tile % 2);
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
    for (var oy = 0; oy < 8; oy++) {
      for (var ox = 0; ox < 8; ox++) {
        let p0 = at(r0, image, oy, ox, group);
        let p1 = at(r1, image, oy, ox, group);
        let p2 = at(r2, image, oy, ox, group);
        let p3 = at(r3, image, oy, ox, group);
        var q = ((image * OH + oy) * OW + ox) * F + group * 4;
        q += n * 4;
        for (var one = 0; one < 1; one += 1) {
          let b0 = d_conv1_z[(q + one * 8) / 4];
          acc0 = fma(T(select(0.0, x[max(p0, 0) + one * 4], p0 >= 0)), b0, acc0);
          acc1 = fma(T(select(0.0, x[max(p1, 0) + one * 4], p1 >= 0)), b0, acc1);
          acc2 = fma(T(select(0.0, x[max(p2, 0) + one * 4], p2 >= 0)), b0, acc2);
          acc3 = fma(T(select(0.0, x[max(p3, 0) + one * 4], p3 >= 0)), b0, acc3);
          bias += b0;
        }
      }
    }
  }

  if (m + 0 < 18) {
    let o0 = u32(m + 0) * 2u + column;
    d_conv1_weight[o0] = acc0;
  }

  if (m + 1 < 18) {
    let o1 = u32(m + 1) * 2u + column;
    d_conv1_weight[o1] = acc1;
  }

  if (m + 2 < 18) {
    let o2 = u32(m + 2) * 2u + column;
    d_conv1_weight[o2] = acc2;
  }

  if (m + 3 < 18) {
    let o3 = u32(m + 3) * 2u + column;
    d_conv1_weight[o3] = acc3;
  }
  if (m == 0) { d_conv1_bias[column] = bias; }
}
