// One batch of 8 pictures, gathered from floats
@group(0) @binding(0) var<storage, read> pictures_: array<vec4f>;
@group(0) @binding(1) var<storage, read> order_: array<u32>;
@group(0) @binding(2) var<storage, read_write> x: array<vec4f, 256>;
@group(0) @binding(3) var<storage, read> labels: array<u32>;
@group(0) @binding(4) var<storage, read_write> labels_2: array<u32, 8>;
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
  if (i >= 256u) { return; }
  let picture = i / 32u;
  let k = i % 32u;
  if (picture < step.count) {
    let chosen = order_[step.start + picture];
    let at = chosen * 32u + k;
    x[picture * 32u + k] = pictures_[at] * step.scale;
    if (k < 1u) {
      labels_2[picture] = labels[chosen];
    }
  } else {
    x[picture * 32u + k] = vec4f();
    if (k < 1u) {
      labels_2[picture] = 0u;
    }
  }
}
