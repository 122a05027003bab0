// conv1 = conv2d, add, relu: 2x7x4x8
// line 5: conv 8 3x3 relu => 7x4x8
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 56 x 8 x 27
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 9; const W = 6; const C = 3; const KH = 3; const KW = 3; const OH = 7; const OW = 4; const F = 8;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> pad1: array<f32, 324>;
@group(0) @binding(1) var<storage, read> conv1_weight: array<vec4f, 54>;
@group(0) @binding(2) var<storage, read> conv1_bias: array<vec4f, 2>;
@group(0) @binding(3) var<storage, read_write> conv1: array<vec4f, 112>;

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
  if (tile >= 28) { return; }
  let n = tile % 2;
  let m = tile / 2 * 4;
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
    for (var c = 0; c < 9; c += 1) {
      let b0 = conv1_weight[(q + c * 8) / 4];
      acc0 = fma(T(pad1[p0 + c]), b0, acc0);
      acc1 = fma(T(pad1[p1 + c]), b0, acc1);
      acc2 = fma(T(pad1[p2 + c]), b0, acc2);
      acc3 = fma(T(pad1[p3 + c]), b0, acc3);
    }
  }

  {
    let o0 = u32(m + 0) * 2u + column;
    let conv1_z_v_0 = acc0 + conv1_bias[column];
    let conv1_v_0 = max(conv1_z_v_0, T(0.0));
    conv1[o0] = conv1_v_0;
  }

  {
    let o1 = u32(m + 1) * 2u + column;
    let conv1_z_v_1 = acc1 + conv1_bias[column];
    let conv1_v_1 = max(conv1_z_v_1, T(0.0));
    conv1[o1] = conv1_v_1;
  }

  {
    let o2 = u32(m + 2) * 2u + column;
    let conv1_z_v_2 = acc2 + conv1_bias[column];
    let conv1_v_2 = max(conv1_z_v_2, T(0.0));
    conv1[o2] = conv1_v_2;
  }

  {
    let o3 = u32(m + 3) * 2u + column;
    let conv1_z_v_3 = acc3 + conv1_bias[column];
    let conv1_v_3 = max(conv1_z_v_3, T(0.0));
    conv1[o3] = conv1_v_3;
  }
}
