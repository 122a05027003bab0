// dense1.z = matmul, add: 4x3
// line 7: dense 3 softmax
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 4 x 3 x 12
alias T = f32;
// y is M x N, the inner dimension is K.
const M = 4; const N = 3; const K = 12;
@group(0) @binding(0) var<storage, read_write> global_avgpool1: array<vec4f, 12>;
@group(0) @binding(1) var<storage, read> dense1_weight: array<f32, 36>;
@group(0) @binding(2) var<storage, read> dense1_bias: array<f32, 3>;
@group(0) @binding(3) var<storage, read_write> dense1_z: array<f32, 12>;

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
  if (tile >= 3) { return; }
  let n = tile % 3;
  let m = tile / 3 * 4;
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
  for (var k = 0; k < 12; k += 4) {
    let b0 = dense1_weight[q + k * 3];
    let b1 = dense1_weight[q + (k + 1) * 3];
    let b2 = dense1_weight[q + (k + 2) * 3];
    let b3 = dense1_weight[q + (k + 3) * 3];
    acc0 += dot(global_avgpool1[(p0 + k) / 4], vec4f(b0, b1, b2, b3));
    acc1 += dot(global_avgpool1[(p1 + k) / 4], vec4f(b0, b1, b2, b3));
    acc2 += dot(global_avgpool1[(p2 + k) / 4], vec4f(b0, b1, b2, b3));
    acc3 += dot(global_avgpool1[(p3 + k) / 4], vec4f(b0, b1, b2, b3));
  }

  {
    let o0 = u32(m + 0) * 3u + column;
    let dense1_z_v_0 = acc0 + dense1_bias[column];
    dense1_z[o0] = dense1_z_v_0;
  }

  {
    let o1 = u32(m + 1) * 3u + column;
    let dense1_z_v_1 = acc1 + dense1_bias[column];
    dense1_z[o1] = dense1_z_v_1;
  }

  {
    let o2 = u32(m + 2) * 3u + column;
    let dense1_z_v_2 = acc2 + dense1_bias[column];
    dense1_z[o2] = dense1_z_v_2;
  }

  {
    let o3 = u32(m + 3) * 3u + column;
    let dense1_z_v_3 = acc3 + dense1_bias[column];
    dense1_z[o3] = dense1_z_v_3;
  }
}
