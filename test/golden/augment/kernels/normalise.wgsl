// normalise = sub, mul: elementwise over 5x12x10x3
// line 4: normalise mean [0.4, 0.5, 0.6] std [0.2, 0.25, 0.2]
alias T = f32;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 1800>;
@group(0) @binding(1) var<storage, read_write> normalise: array<f32, 1800>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 1800u) { return; }
  let normalise_centred_v = x[i] - select(select(T(0.6), T(0.5), i % 3u == 1u), T(0.4), i % 3u == 0u);
  let normalise_v = normalise_centred_v * select(select(T(5.0), T(4.0), i % 3u == 1u), T(5.0), i % 3u == 0u);
  normalise[i] = normalise_v;
}
