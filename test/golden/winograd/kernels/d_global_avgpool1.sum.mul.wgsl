// d_global_avgpool1.sum.mul = matmul, mul: 4x12
// line 7: dense 3 softmax
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 4 x 12 x 3
alias T = vec4f;
// y is M x N, the inner dimension is K.
const M = 4; const N = 12; const K = 3;
@group(0) @binding(0) var<storage, read_write> d_dense1_z: array<f32, 12>;
@group(0) @binding(1) var<storage, read> dense1_weight: array<f32, 36>;
@group(0) @binding(2) var<storage, read_write> d_global_avgpool1_sum_mul: array<vec4f, 12>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m * K, 0, 0);
}

// Where a's elements of a row start.
fn at(r: vec3i) -> i32 {
  return r.x;
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tile = i32(id.x);
  if (tile >= 3) { return; }
  let n = tile % 3;
  let m = tile / 3 * 4;
  let column = u32(n);
  let r0 = row(m);
  let r1 = row(m + 1);
  let r2 = row(m + 2);
  let r3 = row(m + 3);
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  let p0 = at(r0);
  let p1 = at(r1);
  let p2 = at(r2);
  let p3 = at(r3);
  var q = 0;
  for (var k = 0; k < 3; k += 1) {
    let b0 = vec4f(dense1_weight[q + k * 1 + (n * 4 + 0) * 3], dense1_weight[q + k * 1 + (n * 4 + 1) * 3], dense1_weight[q + k * 1 + (n * 4 + 2) * 3], dense1_weight[q + k * 1 + (n * 4 + 3) * 3]);
    acc0 = fma(T(d_dense1_z[p0 + k]), b0, acc0);
    acc1 = fma(T(d_dense1_z[p1 + k]), b0, acc1);
    acc2 = fma(T(d_dense1_z[p2 + k]), b0, acc2);
    acc3 = fma(T(d_dense1_z[p3 + k]), b0, acc3);
  }

  {
    let o0 = u32(m + 0) * 3u + column;
    let d_global_avgpool1_sum_mul_v_0 = acc0 * T(0.012345679012345678);
    d_global_avgpool1_sum_mul[o0] = d_global_avgpool1_sum_mul_v_0;
  }

  {
    let o1 = u32(m + 1) * 3u + column;
    let d_global_avgpool1_sum_mul_v_1 = acc1 * T(0.012345679012345678);
    d_global_avgpool1_sum_mul[o1] = d_global_avgpool1_sum_mul_v_1;
  }

  {
    let o2 = u32(m + 2) * 3u + column;
    let d_global_avgpool1_sum_mul_v_2 = acc2 * T(0.012345679012345678);
    d_global_avgpool1_sum_mul[o2] = d_global_avgpool1_sum_mul_v_2;
  }

  {
    let o3 = u32(m + 3) * 3u + column;
    let d_global_avgpool1_sum_mul_v_3 = acc3 * T(0.012345679012345678);
    d_global_avgpool1_sum_mul[o3] = d_global_avgpool1_sum_mul_v_3;
  }
}
