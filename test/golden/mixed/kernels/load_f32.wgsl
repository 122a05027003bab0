// One batch of 8 pictures, gathered from floats
@group(0) @binding(0) var<storage, read> pictures_: array<f32>;
@group(0) @binding(1) var<storage, read> order_: array<u32>;
@group(0) @binding(2) var<storage, read_write> x: array<f32, 1296>;
@group(0) @binding(3) var<storage, read> labels: array<u32>;
@group(0) @binding(4) var<storage, read_write> labels_2: array<u32, 8>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  pictures: f32,
  lr: f32,
}
@group(0) @binding(5) var<uniform> step: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 1296u) { return; }
  let picture = i / 162u;
  let k = i % 162u;
  if (picture < step.count) {
    let chosen = order_[step.start + picture];
    let at = chosen * 162u + k;
    x[picture * 162u + k] = pictures_[at] * step.scale;
    if (k < 1u) {
      labels_2[picture] = labels[chosen];
    }
  } else {
    x[picture * 162u + k] = 0.0;
    if (k < 1u) {
      labels_2[picture] = 0u;
    }
  }
}
