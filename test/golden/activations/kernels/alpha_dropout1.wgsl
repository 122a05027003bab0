// alpha_dropout1 = matmul, add, gelu, alpha_dropout: 2x8
// line 10: dense 8 gelu init orthogonal lr_scale 0.1
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 2 x 8 x 30
alias T = vec4f;
// y is M x N, the inner dimension is K.
const M = 2; const N = 8; const K = 30;
@group(0) @binding(0) var<storage, read_write> gaussian_noise1: array<f32, 60>;
@group(0) @binding(1) var<storage, read> dense1_weight: array<vec4f, 60>;
@group(0) @binding(2) var<storage, read> dense1_bias: array<vec4f, 2>;
@group(0) @binding(3) var<storage, read_write> dense1_z: array<vec4f, 4>;
@group(0) @binding(4) var<storage, read_write> alpha_dropout1: array<vec4f, 4>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  seed: u32,
  step: u32,
  lr: f32,
}
@group(0) @binding(5) var<uniform> step: Step;

// 32 random bits of (seed, stream, index): pcg3d (Jarzynski & Olano 2020), as runtime/random.ts.
fn hash32(seed: u32, stream: u32, index: u32) -> u32 {
  var v = vec3u(seed, stream, index) * 1664525u + 1013904223u;
  v.x += v.y * v.z; v.y += v.z * v.x; v.z += v.x * v.y;
  v ^= v >> vec3u(16u);
  v.x += v.y * v.z; v.y += v.z * v.x; v.z += v.x * v.y;
  return v.z ^ (v.z >> 16u);
}

fn dropout_mask(seed: u32, stream: u32, element: u32, threshold: u32) -> T {
  return vec4f(
      select(0.0, 1.0, hash32(seed, stream, element * 4u) >= threshold),
      select(0.0, 1.0, hash32(seed, stream, element * 4u + 1u) >= threshold),
      select(0.0, 1.0, hash32(seed, stream, element * 4u + 2u) >= threshold),
      select(0.0, 1.0, hash32(seed, stream, element * 4u + 3u) >= threshold));
}

// The error function, to 1e-7 (polynomials by N. Juffa, 2018).
fn erf_of(x: T) -> T {
  let t = min(abs(x), T(4.0));
  let q = t * t;
  let near = t + t * ((((((-0.000596761703) * q + 0.00499119423) * q + -0.0267681349) * q + 0.112819925) * q + -0.376125336) * q + 0.128379166);
  let far = 1.0 - exp(t * (((((((-0.000017285347) * t + 0.000383197126) * t + -0.00388396438) * t + 0.0242546219) * t + -0.106777877) * t + -0.634846687) * t + -0.128717512) - t);
  return sign(x) * select(far, near, t < T(0.927734375));
}

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m * K, 0, 0);
}

// Where a's elements of a row start.
fn at(r: vec3i) -> i32 {
  return r.x;
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tile = i32(id.x);
  if (tile >= 4) { return; }
  let n = tile % 2;
  let m = tile / 2 * 1;
  let column = u32(n);
  let r0 = row(m);
  var acc0 = T();
  let p0 = at(r0);
  var q = 0;
  q += n * 4;
  for (var k = 0; k < 30; k += 1) {
    let b0 = dense1_weight[(q + k * 8) / 4];
    acc0 = fma(T(gaussian_noise1[p0 + k]), b0, acc0);
  }

  {
    let o0 = u32(m + 0) * 2u + column;
    let dense1_z_v_0 = acc0 + dense1_bias[column];
    let dense1_v_0 = 0.5 * dense1_z_v_0 * (1.0 + erf_of(dense1_z_v_0 * 0.7071067811865476));
    let alpha_dropout1_v_0 = mix(T(-1.457738730518132), 0.9212845161497115 * dense1_v_0 + 0.16197097005757022, dropout_mask(step.seed, (step.step * 2654435769u) ^ 3740940646u, o0, 429496730u));
    dense1_z[o0] = dense1_z_v_0;
    alpha_dropout1[o0] = alpha_dropout1_v_0;
  }
}
