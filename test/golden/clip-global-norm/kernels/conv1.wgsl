// conv1 = conv2d, add, relu: 4x4x4x3
// line 4: conv 3 3x3 relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 64 x 3 x 9
alias T = f32;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 6; const W = 6; const C = 1; const KH = 3; const KW = 3; const OH = 4; const OW = 4; const F = 3;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 144>;
@group(0) @binding(1) var<storage, read> conv1_weight: array<f32, 27>;
@group(0) @binding(2) var<storage, read> conv1_bias: array<f32, 3>;
@group(0) @binding(3) var<storage, read_write> conv1: array<f32, 192>;

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
  if (tile >= 24) { return; }
  let n = tile % 3;
  let m = tile / 3 * 8;
  let column = u32(n);
  let r0 = row(m);
  let r1 = row(m + 1);
  let r2 = row(m + 2);
  let r3 = row(m + 3);
  let r4 = row(m + 4);
  let r5 = row(m + 5);
  let r6 = row(m + 6);
  let r7 = row(m + 7);
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  var acc4 = T();
  var acc5 = T();
  var acc6 = T();
  var acc7 = T();
  for (var ky = 0; ky < 3; ky++) {
    let p0 = at(r0, ky);
    let p1 = at(r1, ky);
    let p2 = at(r2, ky);
    let p3 = at(r3, ky);
    let p4 = at(r4, ky);
    let p5 = at(r5, ky);
    let p6 = at(r6, ky);
    let p7 = at(r7, ky);
    var q = ky * KW * C * F;
    q += n * 1;
    for (var c = 0; c < 3; c += 1) {
      let b0 = conv1_weight[q + c * 3];
      acc0 = fma(x[p0 + c], b0, acc0);
      acc1 = fma(x[p1 + c], b0, acc1);
      acc2 = fma(x[p2 + c], b0, acc2);
      acc3 = fma(x[p3 + c], b0, acc3);
      acc4 = fma(x[p4 + c], b0, acc4);
      acc5 = fma(x[p5 + c], b0, acc5);
      acc6 = fma(x[p6 + c], b0, acc6);
      acc7 = fma(x[p7 + c], b0, acc7);
    }
  }

  {
    let o0 = u32(m + 0) * 3u + column;
    let conv1_z_v_0 = acc0 + conv1_bias[column];
    let conv1_v_0 = max(conv1_z_v_0, T(0.0));
    conv1[o0] = conv1_v_0;
  }

  {
    let o1 = u32(m + 1) * 3u + column;
    let conv1_z_v_1 = acc1 + conv1_bias[column];
    let conv1_v_1 = max(conv1_z_v_1, T(0.0));
    conv1[o1] = conv1_v_1;
  }

  {
    let o2 = u32(m + 2) * 3u + column;
    let conv1_z_v_2 = acc2 + conv1_bias[column];
    let conv1_v_2 = max(conv1_z_v_2, T(0.0));
    conv1[o2] = conv1_v_2;
  }

  {
    let o3 = u32(m + 3) * 3u + column;
    let conv1_z_v_3 = acc3 + conv1_bias[column];
    let conv1_v_3 = max(conv1_z_v_3, T(0.0));
    conv1[o3] = conv1_v_3;
  }

  {
    let o4 = u32(m + 4) * 3u + column;
    let conv1_z_v_4 = acc4 + conv1_bias[column];
    let conv1_v_4 = max(conv1_z_v_4, T(0.0));
    conv1[o4] = conv1_v_4;
  }

  {
    let o5 = u32(m + 5) * 3u + column;
    let conv1_z_v_5 = acc5 + conv1_bias[column];
    let conv1_v_5 = max(conv1_z_v_5, T(0.0));
    conv1[o5] = conv1_v_5;
  }

  {
    let o6 = u32(m + 6) * 3u + column;
    let conv1_z_v_6 = acc6 + conv1_bias[column];
    let conv1_v_6 = max(conv1_z_v_6, T(0.0));
    conv1[o6] = conv1_v_6;
  }

  {
    let o7 = u32(m + 7) * 3u + column;
    let conv1_z_v_7 = acc7 + conv1_bias[column];
    let conv1_v_7 = max(conv1_z_v_7, T(0.0));
    conv1[o7] = conv1_v_7;
  }
}
