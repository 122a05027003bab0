// d_flatten1 = matmul: 8x32
// line 9: dense 3
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 8 x 32 x 3
alias T = vec4f;
// y is M x N, the inner dimension is K.
const M = 8; const N = 32; const K = 3;
@group(0) @binding(0) var<storage, read_write> d_dense1: array<f32, 24>;
@group(0) @binding(1) var<storage, read> dense1_weight: array<f32, 96>;
@group(0) @binding(2) var<storage, read_write> d_flatten1: array<vec4f, 64>;

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
  if (tile >= 16) { return; }
  let n = tile % 8;
  let m = tile / 8 * 4;
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
    acc0 = fma(T(d_dense1[p0 + k]), b0, acc0);
    acc1 = fma(T(d_dense1[p1 + k]), b0, acc1);
    acc2 = fma(T(d_dense1[p2 + k]), b0, acc2);
    acc3 = fma(T(d_dense1[p3 + k]), b0, acc3);
  }

  {
    let o0 = u32(m + 0) * 8u + column;
    d_flatten1[o0] = acc0;
  }

  {
    let o1 = u32(m + 1) * 8u + column;
    d_flatten1[o1] = acc1;
  }

  {
    let o2 = u32(m + 2) * 8u + column;
    d_flatten1[o2] = acc2;
  }

  {
    let o3 = u32(m + 3) * 8u + column;
    d_flatten1[o3] = acc3;
  }
}
