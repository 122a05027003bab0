// crop1 = slice: 2x27x7x2
// line 8: crop [0, 1, 1, 0] => 27x7x2
alias T = f32;
@group(0) @binding(0) var<storage, read_write> depth_to_space1_turned: array<f32, 896>;
@group(0) @binding(1) var<storage, read_write> crop1: array<f32, 756>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 756u) { return; }
  let c2 = i % 14u;
  let c1 = i / 14u % 27u;
  let c0 = i / 378u;
  let value = depth_to_space1_turned[c0 * 448u + c1 * 16u + (c2 + 2u)];
  crop1[i] = value;
}
