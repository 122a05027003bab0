// d_conv2.pooled = matmul, relu_dx: 3x36
// line 9: dense 2 softmax l2 0.1
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 3 x 36 x 2
alias T = vec4f;
// y is M x N, the inner dimension is K.
const M = 3; const N = 36; const K = 2;
@group(0) @binding(0) var<storage, read_write> d_dense1_z: array<f32, 6>;
@group(0) @binding(1) var<storage, read> dense1_weight: array<f32, 72>;
@group(0) @binding(2) var<storage, read_write> maxpool1: array<vec4f, 27>;
@group(0) @binding(3) var<storage, read_write> d_conv2_pooled: array<vec4f, 27>;

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
  if (tile >= 27) { return; }
  let n = tile % 9;
  let m = tile / 9 * 1;
  let column = u32(n);
  let r0 = row(m);
  var acc0 = T();
  let p0 = at(r0);
  var q = 0;
  for (var k = 0; k < 2; k += 1) {
    let b0 = vec4f(dense1_weight[q + k * 1 + (n * 4 + 0) * 2], dense1_weight[q + k * 1 + (n * 4 + 1) * 2], dense1_weight[q + k * 1 + (n * 4 + 2) * 2], dense1_weight[q + k * 1 + (n * 4 + 3) * 2]);
    acc0 = fma(T(d_dense1_z[p0 + k]), b0, acc0);
  }

  {
    let o0 = u32(m + 0) * 9u + column;
    let d_conv2_pooled_v_0 = select(T(0.0), acc0, maxpool1[o0] > T(0.0));
    d_conv2_pooled[o0] = d_conv2_pooled_v_0;
  }
}
