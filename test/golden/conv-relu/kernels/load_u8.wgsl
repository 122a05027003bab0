// One batch of 32 pictures, gathered from bytes, four in a u32
@group(0) @binding(0) var<storage, read> pictures_: array<u32>;
@group(0) @binding(1) var<storage, read> order_: array<u32>;
@group(0) @binding(2) var<storage, read_write> x: array<f32, 1600>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
}
@group(0) @binding(3) var<uniform> step: Step;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 1600u) { return; }
  let picture = i / 50u;
  let k = i % 50u;
  if (picture < step.count) {
    let chosen = order_[step.start + picture];
    let at = chosen * 50u + k;
    x[picture * 50u + k] = f32((pictures_[at / 4u] >> (at % 4u * 8u)) & 0xffu) * step.scale;
  } else {
    x[picture * 50u + k] = 0.0;
  }
}
