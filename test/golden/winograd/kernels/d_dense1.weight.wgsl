// d_dense1.weight = matmul, sum: 12x3
// line 7: dense 3 softmax
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 12 x 3 x 4
alias T = f32;
// y is M x N, the inner dimension is K.
const M = 12; const N = 3; const K = 4;
@group(0) @binding(0) var<storage, read_write> global_avgpool1: array<vec4f, 12>;
@group(0) @binding(1) var<storage, read_write> d_dense1_z: array<f32, 12>;
@group(0) @binding(2) var<storage, read_write> d_dense1_weight: array<f32, 36>;
@group(0) @binding(3) var<storage, read_write> d_dense1_bias: array<f32, 3>;

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
  if (tile >= 9) { return; }
  let n = tile % 3;
  let m = tile / 3 * 4;
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
  for (var k = 0; k < 4; k += 1) {
    let b0 = d_dense1_z[q + k * 3];
    let a0_0 = global_avgpool1[(p0 + k * 12) / 4];
    acc0 = fma(a0_0[0], b0, acc0);
    acc1 = fma(a0_0[1], b0, acc1);
    acc2 = fma(a0_0[2], b0, acc2);
    acc3 = fma(a0_0[3], b0, acc3);
    bias += b0;
  }

  {
    let o0 = u32(m + 0) * 3u + column;
    d_dense1_weight[o0] = acc0;
  }

  {
    let o1 = u32(m + 1) * 3u + column;
    d_dense1_weight[o1] = acc1;
  }

  {
    let o2 = u32(m + 2) * 3u + column;
    d_dense1_weight[o2] = acc2;
  }

  {
    let o3 = u32(m + 3) * 3u + column;
    d_dense1_weight[o3] = acc3;
  }
  if (m == 0) { d_dense1_bias[column] = bias; }
}
