// pad1 = pad2d: 2x9x6x3
// line 4: pad [1, 2, 0, 1] reflect => 9x6x3
alias T = f32;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 180>;
@group(0) @binding(1) var<storage, read_write> pad1: array<f32, 324>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 324u) { return; }
  let c3 = i % 3u;
  let c2 = i / 3u % 6u;
  let c1 = i / 18u % 9u;
  let c0 = i / 162u;
  let value = x[c0 * 90u + u32(5 - abs(5 - abs(i32(c1) - 1))) * 15u + u32(4 - abs(4 - abs(i32(c2)))) * 3u + c3];
  pad1[i] = value;
}
