// One batch of 5 pictures, gathered from floats
@group(0) @binding(0) var<storage, read> pictures_: array<vec4f>;
@group(0) @binding(1) var<storage, read> order_: array<u32>;
@group(0) @binding(2) var<storage, read_write> x: array<vec4f, 450>;
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
  if (i >= 600u) { return; }
  let picture = i / 120u;
  let k = i % 120u;
  if (picture < step.count) {
    let chosen = order_[step.start + picture];
    if (k < 90u) {
      let at = chosen * 90u + k;
      x[picture * 90u + k] = pictures_[at] * step.scale;
    }
    labels_2[picture * 120u + k] = labels[chosen * 120u + k];
  } else {
    if (k < 90u) {
      x[picture * 90u + k] = vec4f();
    }
    labels_2[picture * 120u + k] = 0u;
  }
}
