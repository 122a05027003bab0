// normalise = warp2d, vary, cutout, sub, mul: 5x12x10x3
// line 6: flip horizontal
alias T = f32;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 1800>;
@group(0) @binding(1) var<storage, read_write> normalise: array<f32, 1800>;
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

// Uniform in [-1, 1) for a picture; 0 where its first hash is above the limit.
fn picture_draw(seed: u32, stream: u32, index: u32, limit: u32) -> f32 {
  if (hash32(seed, stream, 2u * index) > limit) { return 0.0; }
  return f32(hash32(seed, stream, 2u * index + 1u) >> 8u) / 8388608.0 - 1.0;
}

// Does the pixel lie in the box of its picture? Not where the first hash of the picture is above the limit.
fn in_cutout(seed: u32, stream: u32, at: u32, limit: u32, height: u32, width: u32, box: vec2i) -> bool {
  let index = 3u * (at / (height * width));
  let top = i32(((hash32(seed, stream, index + 1u) >> 16u) * height) >> 16u) - box.x / 2;
  let left = i32(((hash32(seed, stream, index + 2u) >> 16u) * width) >> 16u) - box.y / 2;
  let d = vec2i(i32(at / width % height) - top, i32(at % width) - left);
  return hash32(seed, stream, index) <= limit && all(d >= vec2i(0)) && all(d < box);
}

fn mirrored(at: i32, last: i32) -> i32 {
  let t = abs(at) % max(2 * last, 1);
  return min(t, 2 * last - t);
}

// A pixel of the picture; beyond its border is the mirrored picture.
fn pixel_at(image: i32, iy: i32, ix: i32, channel: u32) -> T {
  return x[u32((image * 12 + mirrored(iy, 11)) * 10 + mirrored(ix, 9)) * 3u + channel];
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 1800u) { return; }
  let channel = i % 3u;
  let column = i32(i / 3u % 10u);
  let row = i32(i / 30u % 12u);
  let image = i32(i / 360u);
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
  let low_y = i32(floor(place_y));
  let low_x = i32(floor(place_x));
  let part_x = place_x - f32(low_x);
  let above = mix(pixel_at(image, low_y, low_x, channel), pixel_at(image, low_y, low_x + 1, channel), part_x);
  let below = mix(pixel_at(image, low_y + 1, low_x, channel), pixel_at(image, low_y + 1, low_x + 1, channel), part_x);
  let result = mix(above, below, place_y - f32(low_y));
  let x_contrast1_v = 0.5 + (result - 0.5) * (1.0 + 0.2 * picture_draw(step.seed, (step.step * 2654435769u) ^ 1653300163u, (i) / 360u, 4294967295u));
  let x_cutout1_v = select(x_contrast1_v, T(0.0), in_cutout(step.seed, (step.step * 2654435769u) ^ 4280341749u, (i) / 3u, 4294967295u, 12u, 10u, vec2i(3, 4)));
  let normalise_centred_v = x_cutout1_v - select(select(T(0.6), T(0.5), i % 3u == 1u), T(0.4), i % 3u == 0u);
  let normalise_v = normalise_centred_v * select(select(T(5.0), T(4.0), i % 3u == 1u), T(5.0), i % 3u == 0u);
  normalise[i] = normalise_v;
}
