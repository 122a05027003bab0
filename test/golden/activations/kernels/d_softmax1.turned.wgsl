// d_softmax1.turned = softmax_dx: 20x3, a row an invocation
// line 7: softmax axis rows
@group(0) @binding(0) var<storage, read_write> d_softmax1_turned: array<f32, 60>;
@group(0) @binding(1) var<storage, read_write> softmax1_last: array<f32, 60>;
@group(0) @binding(2) var<storage, read_write> d_softmax1_last: array<f32, 60>;
const columns = 3u;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) tile: vec3u) {
  // tile.z is 0; that the compiler cannot know keeps the loops loops, which compile faster than they would unrolled.
  let end = columns + tile.z;
  let r = id.x;
  if (r >= 20u) { return; }
  var dot_d_softmax1_turned = 0.0;
  for (var j = 0u; j < end; j++) {
    dot_d_softmax1_turned += softmax1_last[r * columns + j] * d_softmax1_last[r * columns + j];
  }
  for (var j = 0u; j < end; j++) {
    d_softmax1_turned[r * columns + j] = softmax1_last[r * columns + j] * (d_softmax1_last[r * columns + j] - dot_d_softmax1_turned);
  }
}
