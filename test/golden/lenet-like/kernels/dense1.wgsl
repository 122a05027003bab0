// dense1 = matmul, add, tanh: 4x6
// line 9: dense 6 tanh
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 4 x 6 x 4
alias T = f32;
// y is M x N, the inner dimension is K.
const M = 4; const N = 6; const K = 4;
@group(0) @binding(0) var<storage, read_write> avgpool2: array<vec4f, 4>;
@group(0) @binding(1) var<storage, read> dense1_weight: array<f32, 24>;
@group(0) @binding(2) var<storage, read> dense1_bias: array<f32, 6>;
@group(0) @binding(3) var<storage, read_write> dense1: array<f32, 24>;

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
  if (tile >= 6) { return; }
  let n = tile % 6;
  let m = tile / 6 * 4;
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
  q += n * 1;
  for (var k = 0; k < 4; k += 4) {
    let b0 = dense1_weight[q + k * 6];
    let b1 = dense1_weight[q + (k + 1) * 6];
    let b2 = dense1_weight[q + (k + 2) * 6];
    let b3 = dense1_weight[q + (k + 3) * 6];
    acc0 += dot(avgpool2[(p0 + k) / 4], vec4f(b0, b1, b2, b3));
    acc1 += dot(avgpool2[(p1 + k) / 4], vec4f(b0, b1, b2, b3));
    acc2 += dot(avgpool2[(p2 + k) / 4], vec4f(b0, b1, b2, b3));
    acc3 += dot(avgpool2[(p3 + k) / 4], vec4f(b0, b1, b2, b3));
  }

  {
    let o0 = u32(m + 0) * 6u + column;
    let dense1_z_v_0 = acc0 + dense1_bias[column];
    let dense1_v_0 = tanh(clamp(dense1_z_v_0, T(-15.0), T(15.0)));
    dense1[o0] = dense1_v_0;
  }

  {
    let o1 = u32(m + 1) * 6u + column;
    let dense1_z_v_1 = acc1 + dense1_bias[column];
    let dense1_v_1 = tanh(clamp(dense1_z_v_1, T(-15.0), T(15.0)));
    dense1[o1] = dense1_v_1;
  }

  {
    let o2 = u32(m + 2) * 6u + column;
    let dense1_z_v_2 = acc2 + dense1_bias[column];
    let dense1_v_2 = tanh(clamp(dense1_z_v_2, T(-15.0), T(15.0)));
    dense1[o2] = dense1_v_2;
  }

  {
    let o3 = u32(m + 3) * 6u + column;
    let dense1_z_v_3 = acc3 + dense1_bias[column];
    let dense1_v_3 = tanh(clamp(dense1_z_v_3, T(-15.0), T(15.0)));
    dense1[o3] = dense1_v_3;
  }
}
