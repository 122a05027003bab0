// conv1 = conv2d, add, relu: 4x9x9x12
// line 4: conv 12 1x1 relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 324 x 12 x 1
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 9; const W = 9; const C = 1; const KH = 1; const KW = 1; const OH = 9; const OW = 9; const F = 12;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 324>;
@group(0) @binding(1) var<storage, read> conv1_weight: array<vec4f, 3>;
@group(0) @binding(2) var<storage, read> conv1_bias: array<vec4f, 3>;
@group(0) @binding(3) var<storage, read_write> conv1: array<vec4f, 972>;

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
  if (tile >= 123) { return; }
  let n = tile % 3;
  let m = tile / 3 * 8;
  let column = u32(n);
  let r0 = row(min(m, 323));
  let r1 = row(min(m + 1, 323));
  let r2 = row(min(m + 2, 323));
  let r3 = row(min(m + 3, 323));
  let r4 = row(min(m + 4, 323));
  let r5 = row(min(m + 5, 323));
  let r6 = row(min(m + 6, 323));
  let r7 = row(min(m + 7, 323));
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  var acc4 = T();
  var acc5 = T();
  var acc6 = T();
  var acc7 = T();
  for (var ky = 0; ky < 1; ky++) {
    let p0 = at(r0, ky);
    let p1 = at(r1, ky);
    let p2 = at(r2, ky);
    let p3 = at(r3, ky);
    let p4 = at(r4, ky);
    let p5 = at(r5, ky);
    let p6 = at(r6, ky);
    let p7 = at(r7, ky);
    var q = ky * KW * C * F;
    q += n * 4;
    for (var c = 0; c < 1; c += 1) {
      let b0 = conv1_weight[(q + c * 12) / 4];
      acc0 = fma(T(x[p0 + c]), b0, acc0);
      acc1 = fma(T(x[p1 + c]), b0, acc1);
      acc2 = fma(T(x[p2 + c]), b0, acc2);
      acc3 = fma(T(x[p3 + c]), b0, acc3);
      acc4 = fma(T(x[p4 + c]), b0, acc4);
      acc5 = fma(T(x[p5 + c]), b0, acc5);
      acc6 = fma(T(x[p6 + c]), b0, acc6);
      acc7 = fma(T(x[p7 + c]), b0, acc7);
    }
  }

  if (m + 0 < 324) {
    let o0 = u32(m + 0) * 3u + column;
    let conv1_z_v_0 = acc0 + conv1_bias[column];
    let conv1_v_0 = max(conv1_z_v_0, T(0.0));
    conv1[o0] = conv1_v_0;
  }

  if (m + 1 < 324) {
    let o1 = u32(m + 1) * 3u + column;
    let conv1_z_v_1 = acc1 + conv1_bias[column];
    let conv1_v_1 = max(conv1_z_v_1, T(0.0));
    conv1[o1] = conv1_v_1;
  }

  if (m + 2 < 324) {
    let o2 = u32(m + 2) * 3u + column;
    let conv1_z_v_2 = acc2 + conv1_bias[column];
    let conv1_v_2 = max(conv1_z_v_2, T(0.0));
    conv1[o2] = conv1_v_2;
  }

  if (m + 3 < 324) {
    let o3 = u32(m + 3) * 3u + column;
    let conv1_z_v_3 = acc3 + conv1_bias[column];
    let conv1_v_3 = max(conv1_z_v_3, T(0.0));
    conv1[o3] = conv1_v_3;
  }

  if (m + 4 < 324) {
    let o4 = u32(m + 4) * 3u + column;
    let conv1_z_v_4 = acc4 + conv1_bias[column];
    let conv1_v_4 = max(conv1_z_v_4, T(0.0));
    conv1[o4] = conv1_v_4;
  }

  if (m + 5 < 324) {
    let o5 = u32(m + 5) * 3u + column;
    let conv1_z_v_5 = acc5 + conv1_bias[column];
    let conv1_v_5 = max(conv1_z_v_5, T(0.0));
    conv1[o5] = conv1_v_5;
  }

  if (m + 6 < 324) {
    let o6 = u32(m + 6) * 3u + column;
    let conv1_z_v_6 = acc6 + conv1_bias[column];
    let conv1_v_6 = max(conv1_z_v_6, T(0.0));
    conv1[o6] = conv1_v_6;
  }

  if (m + 7 < 324) {
    let o7 = u32(m + 7) * 3u + column;
    let conv1_z_v_7 = acc7 + conv1_bias[column];
    let conv1_v_7 = max(conv1_z_v_7, T(0.0));
    conv1[o7] = conv1_v_7;
  }
}
