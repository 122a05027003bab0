// d_flatten1 = matmul: 64x256
// line 7: dense 2
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 64 x 256 x 2
alias T = vec4f;
// y is M x N, the inner dimension is K.
const M = 64; const N = 256; const K = 2;
@group(0) @binding(0) var<storage, read_write> d_dense1: array<f32, 128>;
@group(0) @binding(1) var<storage, read> dense1_weight: array<f32, 512>;
@group(0) @binding(2) var<storage, read_write> d_flatten1: array<vec4f, 4096>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m * K, 0, 0);
}

// Where a's elements of a row start.
fn at(r: vec3i) -> i32 {
  return r.x;
}

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tile = i32(id.x);
  if (tile >= 512) { return; }
  let n = tile % 64;
  let m = tile / 64 * 8;
  let column = u32(n);
  let r0 = row(m);
  let r1 = row(m + 1);
  let r2 = row(m + 2);
  let r3 = row(m + 3);
  let r4 = row(m + 4);
  let r5 = row(m + 5);
  let r6 = row(m + 6);
  let r7 = row(m + 7);
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  var acc4 = T();
  var acc5 = T();
  var acc6 = T();
  var acc7 = T();
  let p0 = at(r0);
  let p1 = at(r1);
  let p2 = at(r2);
  let p3 = at(r3);
  let p4 = at(r4);
  let p5 = at(r5);
  let p6 = at(r6);
  let p7 = at(r7);
  var q = 0;
  for (var k = 0; k < 2; k += 1) {
    let b0 = vec4f(dense1_weight[q + k * 1 + (n * 4 + 0) * 2], dense1_weight[q + k * 1 + (n * 4 + 1) * 2], dense1_weight[q + k * 1 + (n * 4 + 2) * 2], dense1_weight[q + k * 1 + (n * 4 + 3) * 2]);
    acc0 = fma(T(d_dense1[p0 + k]), b0, acc0);
    acc1 = fma(T(d_dense1[p1 + k]), b0, acc1);
    acc2 = fma(T(d_dense1[p2 + k]), b0, acc2);
    acc3 = fma(T(d_dense1[p3 + k]), b0, acc3);
    acc4 = fma(T(d_dense1[p4 + k]), b0, acc4);
    acc5 = fma(T(d_dense1[p5 + k]), b0, acc5);
    acc6 = fma(T(d_dense1[p6 + k]), b0, acc6);
    acc7 = fma(T(d_dense1[p7 + k]), b0, acc7);
  }

  {
    let o0 = u32(m + 0) * 64u + column;
    d_flatten1[o0] = acc0;
  }

  {
    let o1 = u32(m + 1) * 64u + column;
    d_flatten1[o1] = acc1;
  }

  {
    let o2 = u32(m + 2) * 64u + column;
    d_flatten1[o2] = acc2;
  }

  {
    let o3 = u32(m + 3) * 64u + column;
    d_flatten1[o3] = acc3;
  }

  {
    let o4 = u32(m + 4) * 64u + column;
    d_flatten1[o4] = acc4;
  }

  {
    let o5 = u32(m + 5) * 64u + column;
    d_flatten1[o5] = acc5;
  }

  {
    let o6 = u32(m + 6) * 64u + column;
    d_flatten1[o6] = acc6;
  }

  {
    let o7 = u32(m + 7) * 64u + column;
    d_flatten1[o7] = acc7;
  }
}
