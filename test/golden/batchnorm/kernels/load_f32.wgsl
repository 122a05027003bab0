// One batch of 64 pictures, gathered from floats
@group(0) @binding(0) var<storage, read> pictures_: array<vec4f>;
@group(0) @binding(1) var<storage, read> order_: array<u32>;
@group(0) @binding(2) var<storage, read_write> x: array<vec4f, 1024>;
@group(0) @binding(3) var<storage, read> labels: array<u32>;
@group(0) @binding(4) var<storage, read_write> labels_2: array<u32, 64>;
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
  if (i >= 1024u) { return; }
  let picture = i / 16u;
  let k = i % 16u;
  if (picture < step.count) {
    let chosen = order_[step.start + picture];
    let at = chosen * 16u + k;
    x[picture * 16u + k] = pictures_[at] * step.scale;
    if (k < 1u) {
      labels_2[picture] = labels[chosen];
    }
  } else {
    x[picture * 16u + k] = vec4f();
    if (k < 1u) {
      labels_2[picture] = 0u;
    }
  }
}
