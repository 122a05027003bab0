// avgpool2 = conv2d, add, tanh, avgpool2d: 4x2x2x4
// line 6: conv 4 3x3 tanh => 2x2x4
// of which avgpool2d leaves 4x1x1x4
// line 7: avgpool 2x2 => 1x1x4
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, pooled row, pooled column, place of the window), n = filter, k = (window row, window column, channel); 16 x 4 x 27
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 4; const W = 4; const C = 3; const KH = 3; const KW = 3; const OH = 2; const OW = 2; const F = 4;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
// Windows of WH x WW are pooled, PH x PW of them.
const WH = 2; const WW = 2; const PH = 1; const PW = 1;
@group(0) @binding(0) var<storage, read_write> avgpool1: array<f32, 192>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<vec4f, 27>;
@group(0) @binding(2) var<storage, read> conv2_bias: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read_write> avgpool2: array<vec4f, 4>;

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
  if (tile >= 4) { return; }
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
    for (var c = 0; c < 9; c += 1) {
      let b0 = conv2_weight[(q + c * 4) / 4];
      acc0 = fma(T(avgpool1[p0 + c]), b0, acc0);
      acc1 = fma(T(avgpool1[p1 + c]), b0, acc1);
      acc2 = fma(T(avgpool1[p2 + c]), b0, acc2);
      acc3 = fma(T(avgpool1[p3 + c]), b0, acc3);
    }
  }

  {
    let r = m / 4;
    let o0 = u32(r) * 1u + column;
    let conv2_z_v_0 = acc0 + conv2_bias[column];
    let conv2_v_0 = tanh(clamp(conv2_z_v_0, T(-15.0), T(15.0)));
    let conv2_z_v_1 = acc1 + conv2_bias[column];
    let conv2_v_1 = tanh(clamp(conv2_z_v_1, T(-15.0), T(15.0)));
    let conv2_z_v_2 = acc2 + conv2_bias[column];
    let conv2_v_2 = tanh(clamp(conv2_z_v_2, T(-15.0), T(15.0)));
    let conv2_z_v_3 = acc3 + conv2_bias[column];
    let conv2_v_3 = tanh(clamp(conv2_z_v_3, T(-15.0), T(15.0)));
    let best = (conv2_v_0 + conv2_v_1 + conv2_v_2 + conv2_v_3) / 4.0;
    avgpool2[o0] = best;
  }
}
