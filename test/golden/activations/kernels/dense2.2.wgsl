// dense2 = matmul, add, mish: 2x3
// line 12: dense 3 mish
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 2 x 3 x 8
alias T = f32;
// y is M x N, the inner dimension is K.
const M = 2; const N = 3; const K = 8;
@group(0) @binding(0) var<storage, read_write> alpha_dropout1: array<vec4f, 4>;
@group(0) @binding(1) var<storage, read> dense2_weight: array<f32, 24>;
@group(0) @binding(2) var<storage, read> dense2_bias: array<f32, 3>;
@group(0) @binding(3) var<storage, read_write> dense2_z: array<f32, 6>;
@group(0) @binding(4) var<storage, read_write> dense2: array<f32, 6>;

// tanh(log(1 + exp(x))) = n / (n + k), with n and k multiplied by exp(-2x) where x > 0; and k / (n + k).
fn mish_t(x: T) -> T {
  let u = exp(-abs(x));
  let n = select(u * (u + 2.0), 1.0 + 2.0 * u, x >= T(0.0));
  return n / (n + select(T(2.0), 2.0 * u * u, x >= T(0.0)));
}

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
  let n = tile % 3;
  let m = tile / 3 * 1;
  let column = u32(n);
  let r0 = row(m);
  var acc0 = T();
  let p0 = at(r0);
  var q = 0;
  q += n * 1;
  for (var k = 0; k < 8; k += 4) {
    let b0 = dense2_weight[q + k * 3];
    let b1 = dense2_weight[q + (k + 1) * 3];
    let b2 = dense2_weight[q + (k + 2) * 3];
    let b3 = dense2_weight[q + (k + 3) * 3];
    acc0 += dot(alpha_dropout1[(p0 + k) / 4], vec4f(b0, b1, b2, b3));
  }

  {
    let o0 = u32(m + 0) * 3u + column;
    let dense2_z_v_0 = acc0 + dense2_bias[column];
    let dense2_v_0 = dense2_z_v_0 * mish_t(dense2_z_v_0);
    dense2_z[o0] = dense2_z_v_0;
    dense2[o0] = dense2_v_0;
  }
}
