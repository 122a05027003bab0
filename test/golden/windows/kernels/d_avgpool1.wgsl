// d_avgpool1 = conv2d_dx: 2x2x3x4
// line 8: conv 2 1x1 nobias sigmoid name mixed => 2x3x2
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = channel, k = (window row, window column, filter); 12 x 4 x 2
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 2; const W = 3; const C = 4; const KH = 1; const KW = 1; const OH = 2; const OW = 3; const F = 2;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> d_mixed_conv: array<f32, 24>;
@group(0) @binding(1) var<storage, read> mixed_weight: array<f32, 8>;
@group(0) @binding(2) var<storage, read_write> d_avgpool1: array<vec4f, 12>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m / (H * W) * OH, m / W % H + TOP, m % W + LEFT);
}

// Where a's elements of a row start.
fn at(r: vec3i, ky: i32, kx: i32) -> i32 {
  let y = r.y - ky * DY;
  let x = r.z - kx * DX;
  return ((r.x + y / SY) * OW + x / SX) * F;
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tile = i32(id.x);
  if (tile >= 3) { return; }
  let n = tile % 1;
  let m = tile / 1 * 4;
  let column = u32(n);
  let r0 = row(m);
  let r1 = row(m + 1);
  let r2 = row(m + 2);
  let r3 = row(m + 3);
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  for (var ky = 0; ky < 1; ky++) {
    for (var kx = 0; kx < 1; kx++) {
      let p0 = at(r0, ky, kx);
      let p1 = at(r1, ky, kx);
      let p2 = at(r2, ky, kx);
      let p3 = at(r3, ky, kx);
      var q = (ky * KW + kx) * C * F;
      for (var f = 0; f < 2; f += 1) {
        let b0 = vec4f(mixed_weight[q + f * 1 + (n * 4 + 0) * 2], mixed_weight[q + f * 1 + (n * 4 + 1) * 2], mixed_weight[q + f * 1 + (n * 4 + 2) * 2], mixed_weight[q + f * 1 + (n * 4 + 3) * 2]);
        acc0 = fma(T(d_mixed_conv[p0 + f]), b0, acc0);
        acc1 = fma(T(d_mixed_conv[p1 + f]), b0, acc1);
        acc2 = fma(T(d_mixed_conv[p2 + f]), b0, acc2);
        acc3 = fma(T(d_mixed_conv[p3 + f]), b0, acc3);
      }
    }
  }

  {
    let o0 = u32(m + 0) * 1u + column;
    d_avgpool1[o0] = acc0;
  }

  {
    let o1 = u32(m + 1) * 1u + column;
    d_avgpool1[o1] = acc1;
  }

  {
    let o2 = u32(m + 2) * 1u + column;
    d_avgpool1[o2] = acc2;
  }

  {
    let o3 = u32(m + 3) * 1u + column;
    d_avgpool1[o3] = acc3;
  }
}
