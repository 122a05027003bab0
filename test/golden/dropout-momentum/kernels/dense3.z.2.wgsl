// dense3.z = matmul, add: 6x4
// line 9: dense 4 softmax
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 6 x 4 x 8
alias T = vec4f;
// y is M x N, the inner dimension is K.
const M = 6; const N = 4; const K = 8;
@group(0) @binding(0) var<storage, read_write> dropout2: array<vec4f, 12>;
@group(0) @binding(1) var<storage, read> dense3_weight: array<vec4f, 8>;
@group(0) @binding(2) var<storage, read> dense3_bias: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read_write> dense3_z: array<vec4f, 6>;

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
  let n = tile % 1;
  let m = tile / 1 * 4;
  let column = u32(n);
  let r0 = row(min(m, 5));
  let r1 = row(min(m + 1, 5));
  let r2 = row(min(m + 2, 5));
  let r3 = row(min(m + 3, 5));
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
    let b0 = dense3_weight[(q + k * 4) / 4];
    let b1 = dense3_weight[(q + (k + 1) * 4) / 4];
    let b2 = dense3_weight[(q + (k + 2) * 4) / 4];
    let b3 = dense3_weight[(q + (k + 3) * 4) / 4];
    acc0 += mat4x4f(b0, b1, b2, b3) * dropout2[(p0 + k) / 4];
    acc1 += mat4x4f(b0, b1, b2, b3) * dropout2[(p1 + k) / 4];
    acc2 += mat4x4f(b0, b1, b2, b3) * dropout2[(p2 + k) / 4];
    acc3 += mat4x4f(b0, b1, b2, b3) * dropout2[(p3 + k) / 4];
  }

  if (m + 0 < 6) {
    let o0 = u32(m + 0) * 1u + column;
    let dense3_z_v_0 = acc0 + dense3_bias[column];
    dense3_z[o0] = dense3_z_v_0;
  }

  if (m + 1 < 6) {
    let o1 = u32(m + 1) * 1u + column;
    let dense3_z_v_1 = acc1 + dense3_bias[column];
    dense3_z[o1] = dense3_z_v_1;
  }

  if (m + 2 < 6) {
    let o2 = u32(m + 2) * 1u + column;
    let dense3_z_v_2 = acc2 + dense3_bias[column];
    dense3_z[o2] = dense3_z_v_2;
  }

  if (m + 3 < 6) {
    let o3 = u32(m + 3) * 1u + column;
    let dense3_z_v_3 = acc3 + dense3_bias[column];
    dense3_z[o3] = dense3_z_v_3;
  }
}
