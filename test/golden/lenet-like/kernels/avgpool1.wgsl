// avgpool1 = conv2d, add, tanh, avgpool2d: 4x8x8x3
// line 4: conv 3 3x3 tanh => 8x8x3
// of which avgpool2d leaves 4x4x4x3
// line 5: avgpool 2x2 => 4x4x3
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, pooled row, pooled column, place of the window), n = filter, k = (window row, window column, channel); 256 x 3 x 9
alias T = f32;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 10; const W = 10; const C = 1; const KH = 3; const KW = 3; const OH = 8; const OW = 8; const F = 3;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
// Windows of WH x WW are pooled, PH x PW of them.
const WH = 2; const WW = 2; const PH = 4; const PW = 4;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 400>;
@group(0) @binding(1) var<storage, read> conv1_weight: array<f32, 27>;
@group(0) @binding(2) var<storage, read> conv1_bias: array<f32, 3>;
@group(0) @binding(3) var<storage, read_write> avgpool1: array<f32, 192>;

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
  if (tile >= 96) { return; }
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
    let r = m / 4;
    let o0 = u32(r) * 3u + column;
    let conv1_z_v_0 = acc0 + conv1_bias[column];
    let conv1_v_0 = tanh(clamp(conv1_z_v_0, T(-15.0), T(15.0)));
    let conv1_z_v_1 = acc1 + conv1_bias[column];
    let conv1_v_1 = tanh(clamp(conv1_z_v_1, T(-15.0), T(15.0)));
    let conv1_z_v_2 = acc2 + conv1_bias[column];
    let conv1_v_2 = tanh(clamp(conv1_z_v_2, T(-15.0), T(15.0)));
    let conv1_z_v_3 = acc3 + conv1_bias[column];
    let conv1_v_3 = tanh(clamp(conv1_z_v_3, T(-15.0), T(15.0)));
    let best = (conv1_v_0 + conv1_v_1 + conv1_v_2 + conv1_v_3) / 4.0;
    avgpool1[o0] = best;
  }

  {
    let r = m / 4 + 1;
    let o1 = u32(r) * 3u + column;
    let conv1_z_v_4 = acc4 + conv1_bias[column];
    let conv1_v_4 = tanh(clamp(conv1_z_v_4, T(-15.0), T(15.0)));
    let conv1_z_v_5 = acc5 + conv1_bias[column];
    let conv1_v_5 = tanh(clamp(conv1_z_v_5, T(-15.0), T(15.0)));
    let conv1_z_v_6 = acc6 + conv1_bias[column];
    let conv1_v_6 = tanh(clamp(conv1_z_v_6, T(-15.0), T(15.0)));
    let conv1_z_v_7 = acc7 + conv1_bias[column];
    let conv1_v_7 = tanh(clamp(conv1_z_v_7, T(-15.0), T(15.0)));
    let best = (conv1_v_4 + conv1_v_5 + conv1_v_6 + conv1_v_7) / 4.0;
    avgpool1[o1] = best;
  }
}
