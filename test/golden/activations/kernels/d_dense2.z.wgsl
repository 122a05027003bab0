// d_dense2.z = mish_dx: elementwise over 2x3
// line 12: dense 3 mish
alias T = f32;
@group(0) @binding(0) var<storage, read_write> dense2_z: array<f32, 6>;
@group(0) @binding(1) var<storage, read_write> d_dense2: array<f32, 6>;
@group(0) @binding(2) var<storage, read_write> d_dense2_z: array<f32, 6>;

fn sigmoid_of(x: T) -> T {
  let u = exp(-abs(x));
  return select(u, T(1.0), x >= T(0.0)) / (1.0 + u);
}

fn mish_dx_of(x: T) -> T {
  let u = exp(-abs(x));
  let n = select(u * (u + 2.0), 1.0 + 2.0 * u, x >= T(0.0));
  let k = select(T(2.0), 2.0 * u * u, x >= T(0.0));
  let t = n / (n + k);
  // 1 - t^2 = (1 - t) (1 + t), without the rounding of 1 - t.
  return t + x * (k / (n + k)) * (1.0 + t) * sigmoid_of(x);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 6u) { return; }
  let d_dense2_z_v = d_dense2[i] * mish_dx_of(dense2_z[i]);
  d_dense2_z[i] = d_dense2_z_v;
}
