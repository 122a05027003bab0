// mae.counted = sigmoid_cross_entropy, sum, mul, counted, sub, abs, sum, mul, counted: 16 terms of 4x16 each
alias T = f32;
@group(0) @binding(0) var<storage, read_write> dense2_z: array<f32, 64>;
@group(0) @binding(1) var<storage, read_write> x: array<f32, 64>;
@group(0) @binding(2) var<storage, read_write> dense2: array<f32, 64>;
@group(0) @binding(3) var<storage, read_write> binary_cross_entropy_counted: array<f32, 4>;
@group(0) @binding(4) var<storage, read_write> mae_counted: array<f32, 4>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  lr: f32,
  correction2: f32,
  correction1: f32,
}
@group(0) @binding(5) var<uniform> step: Step;

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 4u) { return; }
  let base = i * 16u;
  var t0 = T();
  var t1 = T();
  for (var k = 0u; k < 16u + id.z; k++) {
      let e = base + k;
      let binary_cross_entropy_each_v = max(dense2_z[e], T(0.0)) - dense2_z[e] * x[e] + log(T(1.0) + exp(-abs(dense2_z[e])));
      let mae_error_v = dense2[e] - x[e];
      let mae_size_v = abs(mae_error_v);
      t0 += binary_cross_entropy_each_v;
      t1 += mae_size_v;
    }
  let binary_cross_entropy_v_r = t0 * T(0.0625);
  let binary_cross_entropy_counted_v_r = select(T(0.0), binary_cross_entropy_v_r, i < step.count);
  let mae_v_r = t1 * T(0.0625);
  let mae_counted_v_r = select(T(0.0), mae_v_r, i < step.count);
  binary_cross_entropy_counted[i] = binary_cross_entropy_counted_v_r;
  mae_counted[i] = mae_counted_v_r;
}
