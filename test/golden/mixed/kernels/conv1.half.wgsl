enable f16;
// conv1.half = conv2d, half: 8x7x7x4
// line 4: conv 4 3x3 nobias
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 392 x 4 x 18
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 9; const W = 9; const C = 2; const KH = 3; const KW = 3; const OH = 7; const OW = 7; const F = 4;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 1296>;
@group(0) @binding(1) var<storage, read> conv1_weight: array<vec4f, 18>;
@group(0) @binding(2) var<storage, read_write> conv1_half: array<vec4h, 392>;

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
  if (tile >= 49) { return; }
  let n = tile % 1;
  let m = tile / 1 * 8;
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
    q += n * 4;
    for (var c = 0; c < 6; c += 1) {
      let b0 = conv1_weight[(q + c * 4) / 4];
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

  {
    let o0 = u32(m + 0) * 1u + column;
    let conv1_half_v_0 = T(vec4h(acc0));
    conv1_half[o0] = vec4h(conv1_half_v_0);
  }

  {
    let o1 = u32(m + 1) * 1u + column;
    let conv1_half_v_1 = T(vec4h(acc1));
    conv1_half[o1] = vec4h(conv1_half_v_1);
  }

  {
    let o2 = u32(m + 2) * 1u + column;
    let conv1_half_v_2 = T(vec4h(acc2));
    conv1_half[o2] = vec4h(conv1_half_v_2);
  }

  {
    let o3 = u32(m + 3) * 1u + column;
    let conv1_half_v_3 = T(vec4h(acc3));
    conv1_half[o3] = vec4h(conv1_half_v_3);
  }

  {
    let o4 = u32(m + 4) * 1u + column;
    let conv1_half_v_4 = T(vec4h(acc4));
    conv1_half[o4] = vec4h(conv1_half_v_4);
  }

  {
    let o5 = u32(m + 5) * 1u + column;
    let conv1_half_v_5 = T(vec4h(acc5));
    conv1_half[o5] = vec4h(conv1_half_v_5);
  }

  {
    let o6 = u32(m + 6) * 1u + column;
    let conv1_half_v_6 = T(vec4h(acc6));
    conv1_half[o6] = vec4h(conv1_half_v_6);
  }

  {
    let o7 = u32(m + 7) * 1u + column;
    let conv1_half_v_7 = T(vec4h(acc7));
    conv1_half[o7] = vec4h(conv1_half_v_7);
  }
}
