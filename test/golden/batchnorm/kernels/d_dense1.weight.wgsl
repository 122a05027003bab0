// d_dense1.weight = matmul, sum: 256x2
// line 7: dense 2
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 256 x 2 x 64
alias T = f32;
// y is M x N, the inner dimension is K.
const M = 256; const N = 2; const K = 64;
@group(0) @binding(0) var<storage, read_write> batchnorm1: array<vec4f, 4096>;
@group(0) @binding(1) var<storage, read_write> d_dense1: array<f32, 128>;
@group(0) @binding(2) var<storage, read_write> d_dense1_weight: array<f32, 512>;
@group(0) @binding(3) var<storage, read_write> d_dense1_bias: array<f32, 2>;

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
  if (tile >= 64) { return; }
  let n = tile % 2;
  let m = tile / 2 * 8;
  let column = u32(n);
  let r0 = row(m);
  let r4 = row(m + 4);
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  var acc4 = T();
  var acc5 = T();
  var acc6 = T();
  var acc7 = T();
  var bias = T();
  let p0 = at(r0);
  let p4 = at(r4);
  var q = 0;
  q += n * 1;
  for (var k = 0; k < 64; k += 1) {
    let b0 = d_dense1[q + k * 2];
    let a0_0 = batchnorm1[(p0 + k * 256) / 4];
    acc0 = fma(a0_0[0], b0, acc0);
    acc1 = fma(a0_0[1], b0, acc1);
    acc2 = fma(a0_0[2], b0, acc2);
    acc3 = fma(a0_0[3], b0, acc3);
    let a4_0 = batchnorm1[(p4 + k * 256) / 4];
    acc4 = fma(a4_0[0], b0, acc4);
    acc5 = fma(a4_0[1], b0, acc5);
    acc6 = fma(a4_0[2], b0, acc6);
    acc7 = fma(a4_0[3], b0, acc7);
    bias += b0;
  }

  {
    let o0 = u32(m + 0) * 2u + column;
    d_dense1_weight[o0] = acc0;
  }

  {
    let o1 = u32(m + 1) * 2u + column;
    d_dense1_weight[o1] = acc1;
  }

  {
    let o2 = u32(m + 2) * 2u + column;
    d_dense1_weight[o2] = acc2;
  }

  {
    let o3 = u32(m + 3) * 2u + column;
    d_dense1_weight[o3] = acc3;
  }

  {
    let o4 = u32(m + 4) * 2u + column;
    d_dense1_weight[o4] = acc4;
  }

  {
    let o5 = u32(m + 5) * 2u + column;
    d_dense1_weight[o5] = acc5;
  }

  {
    let o6 = u32(m + 6) * 2u + column;
    d_dense1_weight[o6] = acc6;
  }

  {
    let o7 = u32(m + 7) * 2u + column;
    d_dense1_weight[o7] = acc7;
  }
  if (m == 0) { d_dense1_bias[column] = bias; }
}
