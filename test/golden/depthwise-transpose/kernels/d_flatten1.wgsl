// d_flatten1 = matmul: 2x48
// line 9: dense 3 softmax
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 2 x 48 x 3
alias T = vec4f;
// y is M x N, the inner dimension is K.
const M = 2; const N = 48; const K = 3;
@group(0) @binding(0) var<storage, read_write> d_dense1_z: array<f32, 6>;
@group(0) @binding(1) var<storage, read> dense1_weight: array<f32, 144>;
@group(0) @binding(2) var<storage, read_write> d_flatten1: array<vec4f, 24>;

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
  if (tile >= 24) { return; }
  let n = tile % 12;
  let m = tile / 12 * 1;
  let column = u32(n);
  let r0 = row(m);
  var acc0 = T();
  let p0 = at(r0);
  var q = 0;
  for (var k = 0; k < 3; k += 1) {
    let b0 = vec4f(dense1_weight[q + k * 1 + (n * 4 + 0) * 3], dense1_weight[q + k * 1 + (n * 4 + 1) * 3], dense1_weight[q + k * 1 + (n * 4 + 2) * 3], dense1_weight[q + k * 1 + (n * 4 + 3) * 3]);
    acc0 = fma(T(d_dense1_z[p0 + k]), b0, acc0);
  }

  {
    let o0 = u32(m + 0) * 12u + column;
    d_flatten1[o0] = acc0;
  }
}
