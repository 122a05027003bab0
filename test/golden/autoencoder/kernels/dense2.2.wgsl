// dense2 = matmul, add, sigmoid: 4x16
// line 6: dense 16 sigmoid
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 4 x 16 x 8
alias T = vec4f;
// y is M x N, the inner dimension is K.
const M = 4; const N = 16; const K = 8;
@group(0) @binding(0) var<storage, read_write> dense1: array<vec4f, 8>;
@group(0) @binding(1) var<storage, read> dense2_weight: array<vec4f, 32>;
@group(0) @binding(2) var<storage, read> dense2_bias: array<vec4f, 4>;
@group(0) @binding(3) var<storage, read_write> dense2_z: array<vec4f, 16>;
@group(0) @binding(4) var<storage, read_write> dense2: array<vec4f, 16>;

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
  if (tile >= 4) { return; }
  let n = tile % 4;
  let m = tile / 4 * 4;
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
  q += n * 4;
  for (var k = 0; k < 8; k += 4) {
    let b0 = dense2_weight[(q + k * 16) / 4];
    let b1 = dense2_weight[(q + (k + 1) * 16) / 4];
    let b2 = dense2_weight[(q + (k + 2) * 16) / 4];
    let b3 = dense2_weight[(q + (k + 3) * 16) / 4];
    acc0 += mat4x4f(b0, b1, b2, b3) * dense1[(p0 + k) / 4];
    acc1 += mat4x4f(b0, b1, b2, b3) * dense1[(p1 + k) / 4];
    acc2 += mat4x4f(b0, b1, b2, b3) * dense1[(p2 + k) / 4];
    acc3 += mat4x4f(b0, b1, b2, b3) * dense1[(p3 + k) / 4];
  }

  {
    let o0 = u32(m + 0) * 4u + column;
    let dense2_z_v_0 = acc0 + dense2_bias[column];
    let dense2_v_0 = T(1.0) / (T(1.0) + exp(-dense2_z_v_0));
    dense2_z[o0] = dense2_z_v_0;
    dense2[o0] = dense2_v_0;
  }

  {
    let o1 = u32(m + 1) * 4u + column;
    let dense2_z_v_1 = acc1 + dense2_bias[column];
    let dense2_v_1 = T(1.0) / (T(1.0) + exp(-dense2_z_v_1));
    dense2_z[o1] = dense2_z_v_1;
    dense2[o1] = dense2_v_1;
  }

  {
    let o2 = u32(m + 2) * 4u + column;
    let dense2_z_v_2 = acc2 + dense2_bias[column];
    let dense2_v_2 = T(1.0) / (T(1.0) + exp(-dense2_z_v_2));
    dense2_z[o2] = dense2_z_v_2;
    dense2[o2] = dense2_v_2;
  }

  {
    let o3 = u32(m + 3) * 4u + column;
    let dense2_z_v_3 = acc3 + dense2_bias[column];
    let dense2_v_3 = T(1.0) / (T(1.0) + exp(-dense2_z_v_3));
    dense2_z[o3] = dense2_z_v_3;
    dense2[o3] = dense2_v_3;
  }
}
