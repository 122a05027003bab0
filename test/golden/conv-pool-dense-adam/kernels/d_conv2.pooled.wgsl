// d_conv2.pooled = matmul, relu_dx: 8x32
// line 9: dense 12 relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 8 x 32 x 12
alias T = vec4f;
// y is M x N, the inner dimension is K.
const M = 8; const N = 32; const K = 12;
@group(0) @binding(0) var<storage, read_write> d_dense1_z: array<vec4f, 24>;
@group(0) @binding(1) var<storage, read> dense1_weight: array<vec4f, 96>;
@group(0) @binding(2) var<storage, read_write> maxpool2: array<vec4f, 64>;
@group(0) @binding(3) var<storage, read_write> d_conv2_pooled: array<vec4f, 64>;

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
  for (var k = 0; k < 12; k += 4) {
    let b0 = dense1_weight[(q + (n * 4 + 0) * 12 + k) / 4];
    let b1 = dense1_weight[(q + (n * 4 + 1) * 12 + k) / 4];
    let b2 = dense1_weight[(q + (n * 4 + 2) * 12 + k) / 4];
    let b3 = dense1_weight[(q + (n * 4 + 3) * 12 + k) / 4];
    acc0 += d_dense1_z[(p0 + k) / 4] * mat4x4f(b0, b1, b2, b3);
    acc1 += d_dense1_z[(p1 + k) / 4] * mat4x4f(b0, b1, b2, b3);
    acc2 += d_dense1_z[(p2 + k) / 4] * mat4x4f(b0, b1, b2, b3);
    acc3 += d_dense1_z[(p3 + k) / 4] * mat4x4f(b0, b1, b2, b3);
  }

  {
    let o0 = u32(m + 0) * 8u + column;
    let d_conv2_pooled_v_0 = select(T(0.0), acc0, maxpool2[o0] > T(0.0));
    d_conv2_pooled[o0] = d_conv2_pooled_v_0;
  }

  {
    let o1 = u32(m + 1) * 8u + column;
    let d_conv2_pooled_v_1 = select(T(0.0), acc1, maxpool2[o1] > T(0.0));
    d_conv2_pooled[o1] = d_conv2_pooled_v_1;
  }

  {
    let o2 = u32(m + 2) * 8u + column;
    let d_conv2_pooled_v_2 = select(T(0.0), acc2, maxpool2[o2] > T(0.0));
    d_conv2_pooled[o2] = d_conv2_pooled_v_2;
  }

  {
    let o3 = u32(m + 3) * 8u + column;
    let d_conv2_pooled_v_3 = select(T(0.0), acc3, maxpool2[o3] > T(0.0));
    d_conv2_pooled[o3] = d_conv2_pooled_v_3;
  }
}
