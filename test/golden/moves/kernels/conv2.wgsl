// conv2 = conv2d, add: 2x4x4x4
// line 14: conv 4 3x3 stride 2x3 => 4x4x4
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 32 x 4 x 18
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 9; const W = 12; const C = 2; const KH = 3; const KW = 3; const OH = 4; const OW = 4; const F = 4;
const SY = 2; const SX = 3; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> transpose1: array<f32, 432>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<vec4f, 18>;
@group(0) @binding(2) var<storage, read> conv2_bias: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read_write> conv2: array<vec4f, 32>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m / (OH * OW) * H, m / OW % OH * SY - TOP, m % OW * SX - LEFT);
}

// Where a's elements of a row start.
fn at(r: vec3i, ky: i32) -> i32 {
  let y = r.y + ky * DY;
  let x = r.z;
  return ((r.x + y) * W + x) * C;
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tile = i32(id.x);
  if (tile >= 8) { return; }
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
  for (var ky = 0; ky < 3; ky++) {
    let p0 = at(r0, ky);
    let p1 = at(r1, ky);
    let p2 = at(r2, ky);
    let p3 = at(r3, ky);
    var q = ky * KW * C * F;
    q += n * 4;
    for (var c = 0; c < 6; c += 1) {
      let b0 = conv2_weight[(q + c * 4) / 4];
      acc0 = fma(T(transpose1[p0 + c]), b0, acc0);
      acc1 = fma(T(transpose1[p1 + c]), b0, acc1);
      acc2 = fma(T(transpose1[p2 + c]), b0, acc2);
      acc3 = fma(T(transpose1[p3 + c]), b0, acc3);
    }
  }

  {
    let o0 = u32(m + 0) * 1u + column;
    let conv2_v_0 = acc0 + conv2_bias[column];
    conv2[o0] = conv2_v_0;
  }

  {
    let o1 = u32(m + 1) * 1u + column;
    let conv2_v_1 = acc1 + conv2_bias[column];
    conv2[o1] = conv2_v_1;
  }

  {
    let o2 = u32(m + 2) * 1u + column;
    let conv2_v_2 = acc2 + conv2_bias[column];
    conv2[o2] = conv2_v_2;
  }

  {
    let o3 = u32(m + 3) * 1u + column;
    let conv2_v_3 = acc3 + conv2_bias[column];
    conv2[o3] = conv2_v_3;
  }
}
