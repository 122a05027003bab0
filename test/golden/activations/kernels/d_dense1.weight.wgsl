// d_dense1.weight = matmul, sum: 30x8
// line 10: dense 8 gelu init orthogonal lr_scale 0.1
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 30 x 8 x 2
alias T = vec4f;
// y is M x N, the inner dimension is K.
const M = 30; const N = 8; const K = 2;
@group(0) @binding(0) var<storage, read_write> gaussian_noise1: array<f32, 60>;
@group(0) @binding(1) var<storage, read_write> d_dense1_z: array<vec4f, 4>;
@group(0) @binding(2) var<storage, read_write> d_dense1_weight: array<vec4f, 60>;
@group(0) @binding(3) var<storage, read_write> d_dense1_bias: array<vec4f, 2>;

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
  if (tile >= 16) { return; }
  let n = tile % 2;
  let m = tile / 2 * 4;
  let column = u32(n);
  let r0 = row(min(m, 29));
  let r1 = row(min(m + 1, 29));
  let r2 = row(min(m + 2, 29));
  let r3 = row(min(m + 3, 29));
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  var bias = T();
  let p0 = at(r0);
  let p1 = at(r1);
  let p2 = at(r2);
  let p3 = at(r3);
  var q = 0;
  q += n * 4;
  for (var k = 0; k < 2; k += 1) {
    let b0 = d_dense1_z[(q + k * 8) / 4];
    acc0 = fma(T(gaussian_noise1[p0 + k * 30]), b0, acc0);
    acc1 = fma(T(gaussian_noise1[p1 + k * 30]), b0, acc1);
    acc2 = fma(T(gaussian_noise1[p2 + k * 30]), b0, acc2);
    acc3 = fma(T(gaussian_noise1[p3 + k * 30]), b0, acc3);
    bias += b0;
  }

  if (m + 0 < 30) {
    let o0 = u32(m + 0) * 2u + column;
    d_dense1_weight[o0] = acc0;
  }

  if (m + 1 < 30) {
    let o1 = u32(m + 1) * 2u + column;
    d_dense1_weight[o1] = acc1;
  }

  if (m + 2 < 30) {
    let o2 = u32(m + 2) * 2u + column;
    d_dense1_weight[o2] = acc2;
  }

  if (m + 3 < 30) {
    let o3 = u32(m + 3) * 2u + column;
    d_dense1_weight[o3] = acc3;
  }
  if (m == 0) { d_dense1_bias[column] = bias; }
}
