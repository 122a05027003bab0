// labels.moved = warp2d: 5x12x10
// line 6: flip horizontal
alias T = f32;
@group(0) @binding(0) var<storage, read_write> labels: array<u32, 600>;
@group(0) @binding(1) var<storage, read_write> labels_moved: array<u32, 600>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  seed: u32,
  step: u32,
  lr: f32,
}
@group(0) @binding(2) var<uniform> step: Step;

// 32 random bits of (seed, stream, index): pcg3d (Jarzynski & Olano 2020), as runtime/random.ts.
fn hash32(seed: u32, stream: u32, index: u32) -> u32 {
  var v = vec3u(seed, stream, index) * 1664525u + 1013904223u;
  v.x += v.y * v.z; v.y += v.z * v.x; v.z += v.x * v.y;
  v ^= v >> vec3u(16u);
  v.x += v.y * v.z; v.y += v.z * v.x; v.z += v.x * v.y;
  return v.z ^ (v.z >> 16u);
}

fn mirrored(at: i32, last: i32) -> i32 {
  let t = abs(at) % max(2 * last, 1);
  return min(t, 2 * last - t);
}

// A pixel of the picture; beyond its border is the mirrored picture.
fn pixel_at(image: i32, iy: i32, ix: i32, channel: u32) -> T {
  return f32(labels[u32((image * 12 + mirrored(iy, 11)) * 10 + mirrored(ix, 9)) * 1u + channel]);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 600u) { return; }
  let channel = i % 1u;
  let column = i32(i / 1u % 10u);
  let row = i32(i / 10u % 12u);
  let image = i32(i / 120u);
  let key = (step.step * 2654435769u) ^ 3102096760u;
  let draw = u32(image) * 9u;
  var place_y = f32(row);
  var place_x = f32(column);
  {
    let angle = 0.2617993877991494 * (f32(hash32(step.seed, key, draw + 7u) >> 8u) / 8388608.0 - 1.0);
    let own = vec2f(place_y - 5.5, place_x - 4.5);
    place_y = 5.5 + cos(angle) * own.x + sin(angle) * own.y;
    place_x = 4.5 + cos(angle) * own.y - sin(angle) * own.x;
  }
  {
    place_y -= f32(i32(((hash32(step.seed, key, draw + 4u) >> 16u) * 5u) >> 16u) - 2);
    place_x -= f32(i32(((hash32(step.seed, key, draw + 5u) >> 16u) * 5u) >> 16u) - 2);
  }
  if (hash32(step.seed, key, draw + 0u) <= 2147483647u) {
    place_x = 9.0 - place_x;
  }
  let result = pixel_at(image, i32(floor(place_y + 0.5)), i32(floor(place_x + 0.5)), channel);
  labels_moved[i] = u32(result);
}
