// dense1 = matmul, add: 64x2
// line 7: dense 2
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 64 x 2 x 256
alias T = f32;
// y is M x N, the inner dimension is K.
const M = 64; const N = 2; const K = 256;
@group(0) @binding(0) var<storage, read_write> batchnorm1: array<vec4f, 4096>;
@group(0) @binding(1) var<storage, read> dense1_weight: array<f32, 512>;
@group(0) @binding(2) var<storage, read> dense1_bias: array<f32, 2>;
@group(0) @binding(3) var<storage, read_write> dense1: array<f32, 128>;

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
  let n = tile % 2;
  let m = tile / 2 * 8;
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
  q += n * 1;
  for (var k = 0; k < 256; k += 4) {
    let b0 = dense1_weight[q + k * 2];
    let b1 = dense1_weight[q + (k + 1) * 2];
    let b2 = dense1_weight[q + (k + 2) * 2];
    let b3 = dense1_weight[q + (k + 3) * 2];
    acc0 += dot(batchnorm1[(p0 + k) / 4], vec4f(b0, b1, b2, b3));
    acc1 += dot(batchnorm1[(p1 + k) / 4], vec4f(b0, b1, b2, b3));
    acc2 += dot(batchnorm1[(p2 + k) / 4], vec4f(b0, b1, b2, b3));
    acc3 += dot(batchnorm1[(p3 + k) / 4], vec4f(b0, b1, b2, b3));
    acc4 += dot(batchnorm1[(p4 + k) / 4], vec4f(b0, b1, b2, b3));
    acc5 += dot(batchnorm1[(p5 + k) / 4], vec4f(b0, b1, b2, b3));
    acc6 += dot(batchnorm1[(p6 + k) / 4], vec4f(b0, b1, b2, b3));
    acc7 += dot(batchnorm1[(p7 + k) / 4], vec4f(b0, b1, b2, b3));
  }

  {
    let o0 = u32(m + 0) * 2u + column;
    let dense1_v_0 = acc0 + dense1_bias[column];
    dense1[o0] = dense1_v_0;
  }

  {
    let o1 = u32(m + 1) * 2u + column;
    let dense1_v_1 = acc1 + dense1_bias[column];
    dense1[o1] = dense1_v_1;
  }

  {
    let o2 = u32(m + 2) * 2u + column;
    let dense1_v_2 = acc2 + dense1_bias[column];
    dense1[o2] = dense1_v_2;
  }

  {
    let o3 = u32(m + 3) * 2u + column;
    let dense1_v_3 = acc3 + dense1_bias[column];
    dense1[o3] = dense1_v_3;
  }

  {
    let o4 = u32(m + 4) * 2u + column;
    let dense1_v_4 = acc4 + dense1_bias[column];
    dense1[o4] = dense1_v_4;
  }

  {
    let o5 = u32(m + 5) * 2u + column;
    let dense1_v_5 = acc5 + dense1_bias[column];
    dense1[o5] = dense1_v_5;
  }

  {
    let o6 = u32(m + 6) * 2u + column;
    let dense1_v_6 = acc6 + dense1_bias[column];
    dense1[o6] = dense1_v_6;
  }

  {
    let o7 = u32(m + 7) * 2u + column;
    let dense1_v_7 = acc7 + dense1_bias[column];
    dense1[o7] = dense1_v_7;
  }
}
