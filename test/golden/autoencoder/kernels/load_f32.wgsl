// One batch of 4 pictures, gathered from floats
@group(0) @binding(0) var<storage, read> pictures_: array<vec4f>;
@group(0) @binding(1) var<storage, read> order_: array<u32>;
@group(0) @binding(2) var<storage, read_write> x: array<vec4f, 16>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  lr: f32,
  correction2: f32,
  correction1: f32,
}
@group(0) @binding(3) var<uniform> step: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 16u) { return; }
  let picture = i / 4u;
  let k = i % 4u;
  if (picture < step.count) {
    let chosen = order_[step.start + picture];
    let at = chosen * 4u + k;
    x[picture * 4u + k] = pictures_[at] * step.scale;
  } else {
    x[picture * 4u + k] = vec4f();
  }
}
