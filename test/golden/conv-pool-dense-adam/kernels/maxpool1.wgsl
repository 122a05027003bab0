// maxpool1 = conv2d, add, relu, maxpool2d: 8x10x10x4
// line 4: conv 4 3x3 relu => 10x10x4
// of which maxpool2d leaves 8x5x5x4
// line 5: maxpool 2x2 => 5x5x4
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, pooled row, pooled column, place of the window), n = filter, k = (window row, window column, channel); 800 x 4 x 9
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 12; const W = 12; const C = 1; const KH = 3; const KW = 3; const OH = 10; const OW = 10; const F = 4;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
// Windows of WH x WW are pooled, PH x PW of them.
const WH = 2; const WW = 2; const PH = 5; const PW = 5;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 1152>;
@group(0) @binding(1) var<storage, read> conv1_weight: array<vec4f, 9>;
@group(0) @binding(2) var<storage, read> conv1_bias: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read_write> maxpool1: array<vec4f, 200>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  let p = m / (WH * WW);
  let y = p / PW % PH * WH + m % (WH * WW) / WW;
  let x = p % PW * WW + m % WW;
  return vec3i(p / (PH * PW) * H, y * SY - TOP, x * SX - LEFT);
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
  if (tile >= 100) { return; }
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
    for (var c = 0; c < 3; c += 1) {
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
    let r = m / 4;
    let o0 = u32(r) * 1u + column;
    let conv1_z_v_0 = acc0 + conv1_bias[column];
    let conv1_v_0 = max(conv1_z_v_0, T(0.0));
    let conv1_z_v_1 = acc1 + conv1_bias[column];
    let conv1_v_1 = max(conv1_z_v_1, T(0.0));
    let conv1_z_v_2 = acc2 + conv1_bias[column];
    let conv1_v_2 = max(conv1_z_v_2, T(0.0));
    let conv1_z_v_3 = acc3 + conv1_bias[column];
    let conv1_v_3 = max(conv1_z_v_3, T(0.0));
    let best = max(max(max(conv1_v_0, conv1_v_1), conv1_v_2), conv1_v_3);
    maxpool1[o0] = best;
  }

  {
    let r = m / 4 + 1;
    let o1 = u32(r) * 1u + column;
    let conv1_z_v_4 = acc4 + conv1_bias[column];
    let conv1_v_4 = max(conv1_z_v_4, T(0.0));
    let conv1_z_v_5 = acc5 + conv1_bias[column];
    let conv1_v_5 = max(conv1_z_v_5, T(0.0));
    let conv1_z_v_6 = acc6 + conv1_bias[column];
    let conv1_v_6 = max(conv1_z_v_6, T(0.0));
    let conv1_z_v_7 = acc7 + conv1_bias[column];
    let conv1_v_7 = max(conv1_z_v_7, T(0.0));
    let best = max(max(max(conv1_v_4, conv1_v_5), conv1_v_6), conv1_v_7);
    maxpool1[o1] = best;
  }
}
