// The sums to report: loss, accuracy
@group(0) @binding(0) var<storage, read_write> metrics_: array<f32, 2>;
@group(0) @binding(1) var<storage, read> cross_entropy: array<f32, 4>;
@group(0) @binding(2) var<storage, read> correct: array<f32, 4>;

@compute @workgroup_size(2)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x == 0u) {
    var total = 0.0;
    for (var k = 0u; k < 4u; k++) { total += cross_entropy[k]; }
    metrics_[id.x] += total;
  }
  if (id.x == 1u) {
    var total = 0.0;
    for (var k = 0u; k < 4u; k++) { total += correct[k]; }
    metrics_[id.x] += total;
  }
}
