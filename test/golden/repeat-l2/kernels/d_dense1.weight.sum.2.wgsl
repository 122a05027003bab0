// d_dense1.weight.sum.2 = matmul, mul, add, add, sum: 36x2
// line 9: dense 2 softmax l2 0.1
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 36 x 2 x 3
alias T = f32;
// y is M x N, the inner dimension is K.
const M = 36; const N = 2; const K = 3;
@group(0) @binding(0) var<storage, read_write> maxpool1: array<vec4f, 27>;
@group(0) @binding(1) var<storage, read_write> d_dense1_z: array<f32, 6>;
@group(0) @binding(2) var<storage, read> dense1_weight: array<f32, 72>;
@group(0) @binding(3) var<storage, read_write> d_dense1_weight_sum_2: array<f32, 72>;
@group(0) @binding(4) var<storage, read_write> d_dense1_bias: array<f32, 2>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m, 0, 0);
}

// Where a's elements of a row start.
fn at(r: vec3i) -> i32 {
  return r.x;
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tile = i32(id.x);
  if (tile >= 18) { return; }
  let n = tile % 2;
  let m = tile / 2 * 4;
  let column = u32(n);
  let r0 = row(m);
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  var bias = T();
  let p0 = at(r0);
  var q = 0;
  q += n * 1;
  for (var k = 0; k < 3; k += 1) {
    let b0 = d_dense1_z[q + k * 2];
    let a0_0 = maxpool1[(p0 + k * 36) / 4];
    acc0 = fma(a0_0[0], b0, acc0);
    acc1 = fma(a0_0[1], b0, acc1);
    acc2 = fma(a0_0[2], b0, acc2);
    acc3 = fma(a0_0[3], b0, acc3);
    bias += b0;
  }

  {
    let o0 = u32(m + 0) * 2u + column;
    let d_dense1_weight_mul_v_0 = T(0.1) * dense1_weight[o0];
    let d_dense1_weight_sum_v_0 = d_dense1_weight_mul_v_0 + d_dense1_weight_mul_v_0;
    let d_dense1_weight_sum_2_v_0 = d_dense1_weight_sum_v_0 + acc0;
    d_dense1_weight_sum_2[o0] = d_dense1_weight_sum_2_v_0;
  }

  {
    let o1 = u32(m + 1) * 2u + column;
    let d_dense1_weight_mul_v_1 = T(0.1) * dense1_weight[o1];
    let d_dense1_weight_sum_v_1 = d_dense1_weight_mul_v_1 + d_dense1_weight_mul_v_1;
    let d_dense1_weight_sum_2_v_1 = d_dense1_weight_sum_v_1 + acc1;
    d_dense1_weight_sum_2[o1] = d_dense1_weight_sum_2_v_1;
  }

  {
    let o2 = u32(m + 2) * 2u + column;
    let d_dense1_weight_mul_v_2 = T(0.1) * dense1_weight[o2];
    let d_dense1_weight_sum_v_2 = d_dense1_weight_mul_v_2 + d_dense1_weight_mul_v_2;
    let d_dense1_weight_sum_2_v_2 = d_dense1_weight_sum_v_2 + acc2;
    d_dense1_weight_sum_2[o2] = d_dense1_weight_sum_2_v_2;
  }

  {
    let o3 = u32(m + 3) * 2u + column;
    let d_dense1_weight_mul_v_3 = T(0.1) * dense1_weight[o3];
    let d_dense1_weight_sum_v_3 = d_dense1_weight_mul_v_3 + d_dense1_weight_mul_v_3;
    let d_dense1_weight_sum_2_v_3 = d_dense1_weight_sum_v_3 + acc3;
    d_dense1_weight_sum_2[o3] = d_dense1_weight_sum_2_v_3;
  }
  if (m == 0) { d_dense1_bias[column] = bias; }
}
