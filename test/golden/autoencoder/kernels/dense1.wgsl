// dense1 = matmul, add, relu: 4x8
// line 5: dense 8 relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 4 x 8 x 16
alias T = vec4f;
// y is M x N, the inner dimension is K.
const M = 4; const N = 8; const K = 16;
@group(0) @binding(0) var<storage, read_write> x: array<vec4f, 16>;
@group(0) @binding(1) var<storage, read> dense1_weight: array<vec4f, 32>;
@group(0) @binding(2) var<storage, read> dense1_bias: array<vec4f, 2>;
@group(0) @binding(3) var<storage, read_write> dense1: array<vec4f, 8>;

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
  q += n * 4;
  for (var k = 0; k < 16; k += 4) {
    let b0 = dense1_weight[(q + k * 8) / 4];
    let b1 = dense1_weight[(q + (k + 1) * 8) / 4];
    let b2 = dense1_weight[(q + (k + 2) * 8) / 4];
    let b3 = dense1_weight[(q + (k + 3) * 8) / 4];
    acc0 += mat4x4f(b0, b1, b2, b3) * x[(p0 + k) / 4];
    acc1 += mat4x4f(b0, b1, b2, b3) * x[(p1 + k) / 4];
    acc2 += mat4x4f(b0, b1, b2, b3) * x[(p2 + k) / 4];
    acc3 += mat4x4f(b0, b1, b2, b3) * x[(p3 + k) / 4];
  }

  {
    let o0 = u32(m + 0) * 2u + column;
    let dense1_z_v_0 = acc0 + dense1_bias[column];
    let dense1_v_0 = max(dense1_z_v_0, T(0.0));
    dense1[o0] = dense1_v_0;
  }

  {
    let o1 = u32(m + 1) * 2u + column;
    let dense1_z_v_1 = acc1 + dense1_bias[column];
    let dense1_v_1 = max(dense1_z_v_1, T(0.0));
    dense1[o1] = dense1_v_1;
  }

  {
    let o2 = u32(m + 2) * 2u + column;
    let dense1_z_v_2 = acc2 + dense1_bias[column];
    let dense1_v_2 = max(dense1_z_v_2, T(0.0));
    dense1[o2] = dense1_v_2;
  }

  {
    let o3 = u32(m + 3) * 2u + column;
    let dense1_z_v_3 = acc3 + dense1_bias[column];
    let dense1_v_3 = max(dense1_z_v_3, T(0.0));
    dense1[o3] = dense1_v_3;
  }
}
