// One batch of 8 pictures, gathered from bytes, four in a u32
@group(0) @binding(0) var<storage, read> pictures_: array<u32>;
@group(0) @binding(1) var<storage, read> order_: array<u32>;
@group(0) @binding(2) var<storage, read_write> x: array<vec4f, 288>;
@group(0) @binding(3) var<storage, read> labels: array<u32>;
@group(0) @binding(4) var<storage, read_write> labels_2: array<u32, 8>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  lr: f32,
  correction2: f32,
  correction1: f32,
}
@group(0) @binding(5) var<uniform> step: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 288u) { return; }
  let picture = i / 36u;
  let k = i % 36u;
  if (picture < step.count) {
    let chosen = order_[step.start + picture];
    let at = chosen * 36u + k;
    x[picture * 36u + k] = vec4f((vec4u(pictures_[at]) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(0xffu)) * step.scale;
    if (k < 1u) {
      labels_2[picture] = labels[chosen];
    }
  } else {
    x[picture * 36u + k] = vec4f();
    if (k < 1u) {
      labels_2[picture] = 0u;
    }
  }
}
