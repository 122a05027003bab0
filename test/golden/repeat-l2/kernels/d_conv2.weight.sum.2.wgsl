// d_conv2.weight.sum.2 = conv2d_dw, mul, add, add, sum: 3x3x4x4
// line 5: conv 4 3x3 pad same relu l2 0.001
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (window row, window column, channel), n = filter, k = (picture, row, column); 36 x 4 x 108
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 6; const W = 6; const C = 4; const KH = 3; const KW = 3; const OH = 6; const OW = 6; const F = 4;
const SY = 1; const SX = 1; const TOP = 1; const LEFT = 1; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> conv1: array<vec4f, 108>;
@group(0) @binding(1) var<storage, read_write> d_conv2_z: array<vec4f, 108>;
@group(0) @binding(2) var<storage, read> conv2_weight: array<vec4f, 36>;
@group(0) @binding(3) var<storage, read_write> d_conv2_weight_sum_2: array<vec4f, 36>;
@group(0) @binding(4) var<storage, read_write> d_conv2_bias: array<vec4f, 1>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m / (KW * C) * DY - TOP, m / C % KW * DX - LEFT, m % C);
}

// Where a's elements of a row start; -1 where they are all padding.
fn at(r: vec3i, image: i32, oy: i32, ox: i32) -> i32 {
  let y = r.x + oy * SY;
  let x = r.y + ox * SX;
  if (y < 0 || y >= H || x < 0 || x >= W) { return -1; }
  return ((image * H + y) * W + x) * C + r.z;
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tile = i32(id.x);
  if (tile >= 9) { return; }
  let n = tile % 1;
  let m = tile / 1 * 4;
  let column = u32(n);
  let r0 = row(m);
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  var bias = T();
  for (var image = 0; image < 3; image++) {
    for (var oy = 0; oy < 6; oy++) {
      for (var ox = 0; ox < 6; ox++) {
        let p0 = at(r0, image, oy, ox);
        var q = ((image * OH + oy) * OW + ox) * F;
        q += n * 4;
        for (var one = 0; one < 1; one += 1) {
          let b0 = d_conv2_z[(q + one * 4) / 4];
          let a0_0 = select(vec4f(), conv1[(max(p0, 0) + one * 4) / 4], p0 >= 0);
          acc0 = fma(T(a0_0[0]), b0, acc0);
          acc1 = fma(T(a0_0[1]), b0, acc1);
          acc2 = fma(T(a0_0[2]), b0, acc2);
          acc3 = fma(T(a0_0[3]), b0, acc3);
          bias += b0;
        }
      }
    }
  }

  {
    let o0 = u32(m + 0) * 1u + column;
    let d_conv2_weight_mul_v_0 = T(0.001) * conv2_weight[o0];
    let d_conv2_weight_sum_v_0 = d_conv2_weight_mul_v_0 + d_conv2_weight_mul_v_0;
    let d_conv2_weight_sum_2_v_0 = d_conv2_weight_sum_v_0 + acc0;
    d_conv2_weight_sum_2[o0] = d_conv2_weight_sum_2_v_0;
  }

  {
    let o1 = u32(m + 1) * 1u + column;
    let d_conv2_weight_mul_v_1 = T(0.001) * conv2_weight[o1];
    let d_conv2_weight_sum_v_1 = d_conv2_weight_mul_v_1 + d_conv2_weight_mul_v_1;
    let d_conv2_weight_sum_2_v_1 = d_conv2_weight_sum_v_1 + acc1;
    d_conv2_weight_sum_2[o1] = d_conv2_weight_sum_2_v_1;
  }

  {
    let o2 = u32(m + 2) * 1u + column;
    let d_conv2_weight_mul_v_2 = T(0.001) * conv2_weight[o2];
    let d_conv2_weight_sum_v_2 = d_conv2_weight_mul_v_2 + d_conv2_weight_mul_v_2;
    let d_conv2_weight_sum_2_v_2 = d_conv2_weight_sum_v_2 + acc2;
    d_conv2_weight_sum_2[o2] = d_conv2_weight_sum_2_v_2;
  }

  {
    let o3 = u32(m + 3) * 1u + column;
    let d_conv2_weight_mul_v_3 = T(0.001) * conv2_weight[o3];
    let d_conv2_weight_sum_v_3 = d_conv2_weight_mul_v_3 + d_conv2_weight_mul_v_3;
    let d_conv2_weight_sum_2_v_3 = d_conv2_weight_sum_v_3 + acc3;
    d_conv2_weight_sum_2[o3] = d_conv2_weight_sum_2_v_3;
  }
  if (m == 0) { d_conv2_bias[column] = bias; }
}
