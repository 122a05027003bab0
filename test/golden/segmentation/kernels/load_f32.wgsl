// One batch of 4 pictures, gathered from floats
@group(0) @binding(0) var<storage, read> pictures_: array<f32>;
@group(0) @binding(1) var<storage, read> order_: array<u32>;
@group(0) @binding(2) var<storage, read_write> x: array<f32, 120>;
@group(0) @binding(3) var<storage, read> labels: array<u32>;
@group(0) @binding(4) var<storage, read_write> labels_2: array<u32, 120>;
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
  if (i >= 120u) { return; }
  let picture = i / 30u;
  let k = i % 30u;
  if (picture < step.count) {
    let chosen = order_[step.start + picture];
    let at = chosen * 30u + k;
    x[picture * 30u + k] = pictures_[at] * step.scale;
    labels_2[picture * 30u + k] = labels[chosen * 30u + k];
  } else {
    x[picture * 30u + k] = 0.0;
    labels_2[picture * 30u + k] = 0u;
  }
}
