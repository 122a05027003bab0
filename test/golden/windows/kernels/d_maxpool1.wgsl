// d_maxpool1 = conv2d_dx: 2x3x6x5
// line 6: conv 4 2x3 pad same dilation 1x2 => 3x6x4
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = channel, k = (window row, window column, filter); 36 x 5 x 24
alias T = f32;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 3; const W = 6; const C = 5; const KH = 2; const KW = 3; const OH = 3; const OW = 6; const F = 4;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 2; const DY = 1; const DX = 2;
@group(0) @binding(0) var<storage, read_write> d_conv2: array<vec4f, 36>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<vec4f, 30>;
@group(0) @binding(2) var<storage, read_write> d_maxpool1: array<f32, 180>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m / (H * W) * OH, m / W % H + TOP, m % W + LEFT);
}

// Where a's elements of a row start; -1 where they are all padding.
fn at(r: vec3i, ky: i32, kx: i32) -> i32 {
  let y = r.y - ky * DY;
  let x = r.z - kx * DX;
  if (y < 0 || y >= OH * SY || x < 0 || x >= OW * SX) { return -1; }
  return ((r.x + y / SY) * OW + x / SX) * F;
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tile = i32(id.x);
  if (tile >= 45) { return; }
  let n = tile % 5;
  let m = tile / 5 * 4;
  let column = u32(n);
  let r0 = row(m);
  let r1 = row(m + 1);
  let r2 = row(m + 2);
  let r3 = row(m + 3);
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  for (var ky = 0; ky < 2; ky++) {
    for (var kx = 0; kx < 3; kx++) {
      let p0 = at(r0, ky, kx);
      let p1 = at(r1, ky, kx);
      let p2 = at(r2, ky, kx);
      let p3 = at(r3, ky, kx);
      var q = (ky * KW + kx) * C * F;
      for (var f = 0; f < 4; f += 4) {
        let b0 = conv2_weight[(q + (n * 1 + 0) * 4 + f) / 4];
        acc0 += dot(select(vec4f(), d_conv2[(max(p0, 0) + f) / 4], p0 >= 0), b0);
        acc1 += dot(select(vec4f(), d_conv2[(max(p1, 0) + f) / 4], p1 >= 0), b0);
        acc2 += dot(select(vec4f(), d_conv2[(max(p2, 0) + f) / 4], p2 >= 0), b0);
        acc3 += dot(select(vec4f(), d_conv2[(max(p3, 0) + f) / 4], p3 >= 0), b0);
      }
    }
  }

  {
    let o0 = u32(m + 0) * 5u + column;
    d_maxpool1[o0] = acc0;
  }

  {
    let o1 = u32(m + 1) * 5u + column;
    d_maxpool1[o1] = acc1;
  }

  {
    let o2 = u32(m + 2) * 5u + column;
    d_maxpool1[o2] = acc2;
  }

  {
    let o3 = u32(m + 3) * 5u + column;
    d_maxpool1[o3] = acc3;
  }
}
