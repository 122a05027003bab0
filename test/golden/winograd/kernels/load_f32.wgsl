// One batch of 4 pictures, gathered from floats
@group(0) @binding(0) var<storage, read> pictures_: array<f32>;
@group(0) @binding(1) var<storage, read> order_: array<u32>;
@group(0) @binding(2) var<storage, read_write> x: array<f32, 324>;
@group(0) @binding(3) var<storage, read> labels: array<u32>;
@group(0) @binding(4) var<storage, read_write> labels_2: array<u32, 4>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  lr: f32,
}
@group(0) @binding(5) var<uniform> step: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 324u) { return; }
  let picture = i / 81u;
  let k = i % 81u;
  if (picture < step.count) {
    let chosen = order_[step.start + picture];
    let at = chosen * 81u + k;
    x[picture * 81u + k] = pictures_[at] * step.scale;
    if (k < 1u) {
      labels_2[picture] = labels[chosen];
    }
  } else {
    x[picture * 81u + k] = 0.0;
    if (k < 1u) {
      labels_2[picture] = 0u;
    }
  }
}
