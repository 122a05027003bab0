// gaussian_noise1 = transpose, gaussian: 2x3x2x5
// line 7: softmax axis rows
alias T = f32;
@group(0) @binding(0) var<storage, read_write> softmax1_last: array<f32, 60>;
@group(0) @binding(1) var<storage, read_write> gaussian_noise1: array<f32, 60>;
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

// Normal with mean 0 and deviation 1 (Box & Muller 1958), from 23 bits each.
fn gaussian_one(seed: u32, stream: u32, index: u32) -> f32 {
  let u = (f32(hash32(seed, stream, 2u * index) >> 9u) + 0.5) / 8388608.0;
  let turn = f32(hash32(seed, stream, 2u * index + 1u) >> 9u) / 8388608.0 - 0.5;
  return sqrt(-2.0 * log(u)) * cos(6.283185307179586 * turn);
}

fn gaussian_of(seed: u32, stream: u32, element: u32) -> T {
  return gaussian_one(seed, stream, element);
}

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 60u) { return; }
  let c3 = i % 5u;
  let c2 = i / 5u % 2u;
  let c1 = i / 10u % 3u;
  let c0 = i / 30u;
  let value = softmax1_last[c0 * 30u + c1 + c2 * 3u + c3 * 6u];
  let gaussian_noise1_v = value + 0.1 * gaussian_of(step.seed, (step.step * 2654435769u) ^ 1494324290u, i);
  gaussian_noise1[i] = gaussian_noise1_v;
}
