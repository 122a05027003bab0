// mixed = conv2d, sigmoid: 2x2x3x2
// line 8: conv 2 1x1 nobias sigmoid name mixed => 2x3x2
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 12 x 2 x 4
alias T = f32;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 2; const W = 3; const C = 4; const KH = 1; const KW = 1; const OH = 2; const OW = 3; const F = 2;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> avgpool1: array<vec4f, 12>;
@group(0) @binding(1) var<storage, read> mixed_weight: array<f32, 8>;
@group(0) @binding(2) var<storage, read_write> mixed: array<f32, 24>;

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
  if (tile >= 6) { return; }
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
  for (var ky = 0; ky < 1; ky++) {
    let p0 = at(r0, ky);
    let p1 = at(r1, ky);
    let p2 = at(r2, ky);
    let p3 = at(r3, ky);
    var q = ky * KW * C * F;
    q += n * 1;
    for (var c = 0; c < 4; c += 4) {
      let b0 = mixed_weight[q + c * 2];
      let b1 = mixed_weight[q + (c + 1) * 2];
      let b2 = mixed_weight[q + (c + 2) * 2];
      let b3 = mixed_weight[q + (c + 3) * 2];
      acc0 += dot(avgpool1[(p0 + c) / 4], vec4f(b0, b1, b2, b3));
      acc1 += dot(avgpool1[(p1 + c) / 4], vec4f(b0, b1, b2, b3));
      acc2 += dot(avgpool1[(p2 + c) / 4], vec4f(b0, b1, b2, b3));
      acc3 += dot(avgpool1[(p3 + c) / 4], vec4f(b0, b1, b2, b3));
    }
  }

  {
    let o0 = u32(m + 0) * 2u + column;
    let mixed_v_0 = T(1.0) / (T(1.0) + exp(-acc0));
    mixed[o0] = mixed_v_0;
  }

  {
    let o1 = u32(m + 1) * 2u + column;
    let mixed_v_1 = T(1.0) / (T(1.0) + exp(-acc1));
    mixed[o1] = mixed_v_1;
  }

  {
    let o2 = u32(m + 2) * 2u + column;
    let mixed_v_2 = T(1.0) / (T(1.0) + exp(-acc2));
    mixed[o2] = mixed_v_2;
  }

  {
    let o3 = u32(m + 3) * 2u + column;
    let mixed_v_3 = T(1.0) / (T(1.0) + exp(-acc3));
    mixed[o3] = mixed_v_3;
  }
}
