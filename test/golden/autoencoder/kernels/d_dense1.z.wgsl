// d_dense1.z = matmul, relu_dx: 4x8
// line 6: dense 16 sigmoid
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 4 x 8 x 16
alias T = vec4f;
// y is M x N, the inner dimension is K.
const M = 4; const N = 8; const K = 16;
@group(0) @binding(0) var<storage, read_write> d_dense2_z_mul: array<vec4f, 16>;
@group(0) @binding(1) var<storage, read> dense2_weight: array<vec4f, 32>;
@group(0) @binding(2) var<storage, read_write> dense1: array<vec4f, 8>;
@group(0) @binding(3) var<storage, read_write> d_dense1_z: array<vec4f, 8>;

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
  if (tile >= 2) { return; }
  let n = tile % 2;
  let m = tile / 2 * 4;
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
  for (var k = 0; k < 16; k += 4) {
    let b0 = dense2_weight[(q + (n * 4 + 0) * 16 + k) / 4];
    let b1 = dense2_weight[(q + (n * 4 + 1) * 16 + k) / 4];
    let b2 = dense2_weight[(q + (n * 4 + 2) * 16 + k) / 4];
    let b3 = dense2_weight[(q + (n * 4 + 3) * 16 + k) / 4];
    acc0 += d_dense2_z_mul[(p0 + k) / 4] * mat4x4f(b0, b1, b2, b3);
    acc1 += d_dense2_z_mul[(p1 + k) / 4] * mat4x4f(b0, b1, b2, b3);
    acc2 += d_dense2_z_mul[(p2 + k) / 4] * mat4x4f(b0, b1, b2, b3);
    acc3 += d_dense2_z_mul[(p3 + k) / 4] * mat4x4f(b0, b1, b2, b3);
  }

  {
    let o0 = u32(m + 0) * 2u + column;
    let d_dense1_z_v_0 = select(T(0.0), acc0, dense1[o0] > T(0.0));
    d_dense1_z[o0] = d_dense1_z_v_0;
  }

  {
    let o1 = u32(m + 1) * 2u + column;
    let d_dense1_z_v_1 = select(T(0.0), acc1, dense1[o1] > T(0.0));
    d_dense1_z[o1] = d_dense1_z_v_1;
  }

  {
    let o2 = u32(m + 2) * 2u + column;
    let d_dense1_z_v_2 = select(T(0.0), acc2, dense1[o2] > T(0.0));
    d_dense1_z[o2] = d_dense1_z_v_2;
  }

  {
    let o3 = u32(m + 3) * 2u + column;
    let d_dense1_z_v_3 = select(T(0.0), acc3, dense1[o3] > T(0.0));
    d_dense1_z[o3] = d_dense1_z_v_3;
  }
}
