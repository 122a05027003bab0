// d_flatten1 = matmul: 2x30
// line 10: dense 8 gelu init orthogonal lr_scale 0.1
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 2 x 30 x 8
alias T = f32;
// y is M x N, the inner dimension is K.
const M = 2; const N = 30; const K = 8;
@group(0) @binding(0) var<storage, read_write> d_dense1_z: array<vec4f, 4>;
@group(0) @binding(1) var<storage, read> dense1_weight: array<vec4f, 60>;
@group(0) @binding(2) var<storage, read_write> d_flatten1: array<f32, 60>;

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
  if (tile >= 60) { return; }
  let n = tile % 30;
  let m = tile / 30 * 1;
  let column = u32(n);
  let r0 = row(m);
  var acc0 = T();
  let p0 = at(r0);
  var q = 0;
  for (var k = 0; k < 8; k += 4) {
    let b0 = dense1_weight[(q + (n * 1 + 0) * 8 + k) / 4];
    acc0 += dot(d_dense1_z[(p0 + k) / 4], b0);
  }

  {
    let o0 = u32(m + 0) * 30u + column;
    d_flatten1[o0] = acc0;
  }
}
