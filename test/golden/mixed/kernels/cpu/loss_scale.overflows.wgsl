// loss_scale.overflows = sum: 64 terms of 1x64 each
alias T = f32;
@group(0) @binding(0) var<storage, read_write> loss_scale_counts: array<f32, 64>;
@group(0) @binding(1) var<storage, read_write> loss_scale_overflows: array<f32, 1>;

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 1u) { return; }
  let base = 0u;
  var t0 = T();
  for (var k = 0u; k < 64u; k++) {
      let e = base + k;
      t0 += loss_scale_counts[e];
    }
  loss_scale_overflows[i] = t0;
}
