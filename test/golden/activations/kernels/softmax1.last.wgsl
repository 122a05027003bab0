// softmax1.last = softmax: 20x3, a row an invocation
// line 7: softmax axis rows
@group(0) @binding(0) var<storage, read_write> softmax1_last: array<f32, 60>;
@group(0) @binding(1) var<storage, read_write> softmax1_turned: array<f32, 60>;
const columns = 3u;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) tile: vec3u) {
  // tile.z is 0; that the compiler cannot know keeps the loops loops, which compile faster than they would unrolled.
  let end = columns + tile.z;
  let r = id.x;
  if (r >= 20u) { return; }
  var max_softmax1_turned = softmax1_turned[r * columns];
  for (var j = 0u; j < end; j++) {
    max_softmax1_turned = max(max_softmax1_turned, softmax1_turned[r * columns + j]);
  }
  var sum_softmax1_turned = 0.0;
  for (var j = 0u; j < end; j++) {
    sum_softmax1_turned += exp(softmax1_turned[r * columns + j] - max_softmax1_turned);
  }
  for (var j = 0u; j < end; j++) {
    softmax1_last[r * columns + j] = exp(softmax1_turned[r * columns + j] - max_softmax1_turned) / sum_softmax1_turned;
  }
}
