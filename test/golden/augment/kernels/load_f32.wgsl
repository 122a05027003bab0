// One batch of 5 pictures, gathered from floats
@group(0) @binding(0) var<storage, read> pictures_: array<f32>;
@group(0) @binding(1) var<storage, read> order_: array<u32>;
@group(0) @binding(2) var<storage, read_write> x: array<f32, 1800>;
@group(0) @binding(3) var<storage, read> labels: array<u32>;
@group(0) @binding(4) var<storage, read_write> labels_2: array<u32, 600>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  seed: u32,
  step: u32,
  lr: f32,
}
@group(0) @binding(5) var<uniform> step: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 1800u) { return; }
  let picture = i / 360u;
  let k = i % 360u;
  if (picture < step.count) {
    let chosen = order_[step.start + picture];
    let at = chosen * 360u + k;
    x[picture * 360u + k] = pictures_[at] * step.scale;
    if (k < 120u) {
      labels_2[picture * 120u + k] = labels[chosen * 120u + k];
    }
  } else {
    x[picture * 360u + k] = 0.0;
    if (k < 120u) {
      labels_2[picture * 120u + k] = 0u;
    }
  }
}
