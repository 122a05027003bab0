// d_conv2.weight.sum.3 = conv2d_dw, sign, mul, mul, add, add, add, sum: 3x3x4x5
// line 6: conv 5 3x3 prelu l1 0.001 l2 0.01
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (window row, window column, channel), n = filter, k = (picture, row, column); 36 x 5 x 12
alias T = f32;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 5; const W = 4; const C = 4; const KH = 3; const KW = 3; const OH = 3; const OW = 2; const F = 5;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> spatial_dropout1: array<vec4f, 40>;
@group(0) @binding(1) var<storage, read_write> d_conv2_z_terms: array<f32, 60>;
@group(0) @binding(2) var<storage, read> conv2_weight: array<f32, 180>;
@group(0) @binding(3) var<storage, read_write> d_conv2_weight_sum_3: array<f32, 180>;
@group(0) @binding(4) var<storage, read_write> d_conv2_bias: array<f32, 5>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m / (KW * C) * DY - TOP, m / C % KW * DX - LEFT, m % C);
}

// Where a's elements of a row start.
fn at(r: vec3i, image: i32, oy: i32) -> i32 {
  let y = r.x + oy * SY;
  let x = r.y;
  return ((image * H + y) * W + x) * C + r.z;
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tile = i32(id.x);
  if (tile >= 45) { return; }
  let n = tile % 5;
  let m = tile / 5 * 4;
  let column = u32(n);
  let r0 = row(m);
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  var bias = T();
  for (var image = 0; image < 2; image++) {
    for (var oy = 0; oy < 3; oy++) {
      let p0 = at(r0, image, oy);
      var q = (image * OH + oy) * OW * F;
      q += n * 1;
      for (var ox = 0; ox < 2; ox += 1) {
        let b0 = d_conv2_z_terms[q + ox * 5];
        let a0_0 = spatial_dropout1[(p0 + ox * 4) / 4];
        acc0 = fma(a0_0[0], b0, acc0);
        acc1 = fma(a0_0[1], b0, acc1);
        acc2 = fma(a0_0[2], b0, acc2);
        acc3 = fma(a0_0[3], b0, acc3);
        bias += b0;
      }
    }
  }

  {
    let o0 = u32(m + 0) * 5u + column;
    let d_conv2_weight_sign_v_0 = sign(conv2_weight[o0]);
    let d_conv2_weight_v_0 = T(0.001) * d_conv2_weight_sign_v_0;
    let d_conv2_weight_mul_v_0 = T(0.01) * conv2_weight[o0];
    let d_conv2_weight_sum_v_0 = d_conv2_weight_v_0 + d_conv2_weight_mul_v_0;
    let d_conv2_weight_sum_2_v_0 = d_conv2_weight_sum_v_0 + d_conv2_weight_mul_v_0;
    let d_conv2_weight_sum_3_v_0 = d_conv2_weight_sum_2_v_0 + acc0;
    d_conv2_weight_sum_3[o0] = d_conv2_weight_sum_3_v_0;
  }

  {
    let o1 = u32(m + 1) * 5u + column;
    let d_conv2_weight_sign_v_1 = sign(conv2_weight[o1]);
    let d_conv2_weight_v_1 = T(0.001) * d_conv2_weight_sign_v_1;
    let d_conv2_weight_mul_v_1 = T(0.01) * conv2_weight[o1];
    let d_conv2_weight_sum_v_1 = d_conv2_weight_v_1 + d_conv2_weight_mul_v_1;
    let d_conv2_weight_sum_2_v_1 = d_conv2_weight_sum_v_1 + d_conv2_weight_mul_v_1;
    let d_conv2_weight_sum_3_v_1 = d_conv2_weight_sum_2_v_1 + acc1;
    d_conv2_weight_sum_3[o1] = d_conv2_weight_sum_3_v_1;
  }

  {
    let o2 = u32(m + 2) * 5u + column;
    let d_conv2_weight_sign_v_2 = sign(conv2_weight[o2]);
    let d_conv2_weight_v_2 = T(0.001) * d_conv2_weight_sign_v_2;
    let d_conv2_weight_mul_v_2 = T(0.01) * conv2_weight[o2];
    let d_conv2_weight_sum_v_2 = d_conv2_weight_v_2 + d_conv2_weight_mul_v_2;
    let d_conv2_weight_sum_2_v_2 = d_conv2_weight_sum_v_2 + d_conv2_weight_mul_v_2;
    let d_conv2_weight_sum_3_v_2 = d_conv2_weight_sum_2_v_2 + acc2;
    d_conv2_weight_sum_3[o2] = d_conv2_weight_sum_3_v_2;
  }

  {
    let o3 = u32(m + 3) * 5u + column;
    let d_conv2_weight_sign_v_3 = sign(conv2_weight[o3]);
    let d_conv2_weight_v_3 = T(0.001) * d_conv2_weight_sign_v_3;
    let d_conv2_weight_mul_v_3 = T(0.01) * conv2_weight[o3];
    let d_conv2_weight_sum_v_3 = d_conv2_weight_v_3 + d_conv2_weight_mul_v_3;
    let d_conv2_weight_sum_2_v_3 = d_conv2_weight_sum_v_3 + d_conv2_weight_mul_v_3;
    let d_conv2_weight_sum_3_v_3 = d_conv2_weight_sum_2_v_3 + acc3;
    d_conv2_weight_sum_3[o3] = d_conv2_weight_sum_3_v_3;
  }
  if (m == 0) { d_conv2_bias[column] = bias; }
}
