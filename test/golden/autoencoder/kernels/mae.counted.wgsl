// mae.counted = mul, counted: elementwise over 4
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> mae_sum: array<vec4f, 1>;
@group(0) @binding(1) var<storage, read_write> mae_counted: array<vec4f, 1>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  lr: f32,
  correction2: f32,
  correction1: f32,
}
@group(0) @binding(2) var<uniform> step: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 1u) { return; }
  let mae_v = mae_sum[i] * T(0.0625);
  let mae_counted_v = select(T(0.0), mae_v, ((i) * 4u + vec4u(0u, 1u, 2u, 3u)) < vec4u(step.count));
  mae_counted[i] = mae_counted_v;
}
