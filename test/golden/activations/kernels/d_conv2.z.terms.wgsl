// d_conv2.z.terms = transpose, prelu_dx: 2x3x2x5
// line 7: softmax axis rows
alias T = f32;
@group(0) @binding(0) var<storage, read_write> d_softmax1_turned: array<f32, 60>;
@group(0) @binding(1) var<storage, read_write> conv2_z: array<f32, 60>;
@group(0) @binding(2) var<storage, read_write> conv2_alpha: array<f32, 5>;
@group(0) @binding(3) var<storage, read_write> d_conv2: array<f32, 60>;
@group(0) @binding(4) var<storage, read_write> d_conv2_z_terms: array<f32, 60>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  if (i >= 60u) { return; }
  let c3 = i % 5u;
  let c2 = i / 5u % 2u;
  let c1 = i / 10u % 3u;
  let c0 = i / 30u;
  let value = d_softmax1_turned[c0 * 30u + c1 + c2 * 3u + c3 * 6u];
  let d_conv2_z_terms_v = value * select(conv2_alpha[i % 5u], T(1.0), conv2_z[i] > T(0.0));
  d_conv2[i] = value;
  d_conv2_z_terms[i] = d_conv2_z_terms_v;
}
