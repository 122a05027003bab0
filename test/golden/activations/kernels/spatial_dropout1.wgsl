// spatial_dropout1 = conv2d, add, leaky_relu, dropout: 2x5x4x4
// line 4: conv 4 3x3 leaky_relu 0.1 init he_normal lr_scale 0.1
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 40 x 4 x 27
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 7; const W = 6; const C = 3; const KH = 3; const KW = 3; const OH = 5; const OW = 4; const F = 4;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 252>;
@group(0) @binding(1) var<storage, read> conv1_weight: array<vec4f, 27>;
@group(0) @binding(2) var<storage, read> conv1_bias: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read_write> conv1: array<vec4f, 40>;
@group(0) @binding(4) var<storage, read_write> spatial_dropout1: array<vec4f, 40>;
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

// The mask of whole channels: an element has the index of its picture and channel among all of them.
fn channel_index(i: u32, picture: u32, channels: u32) -> u32 { return i / picture * channels + i % channels; }
fn channel_mask(seed: u32, stream: u32, element: u32, threshold: u32, picture: u32, channels: u32) -> T {
  return vec4f(
      select(0.0, 1.0, hash32(seed, stream, channel_index(element * 4u, picture, channels)) >= threshold),
      select(0.0, 1.0, hash32(seed, stream, channel_index(element * 4u + 1u, picture, channels)) >= threshold),
      select(0.0, 1.0, hash32(seed, stream, channel_index(element * 4u + 2u, picture, channels)) >= threshold),
      select(0.0, 1.0, hash32(seed, stream, channel_index(element * 4u + 3u, picture, channels)) >= threshold));
}

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m / (OH * OW) * H, m / OW % OH * SY - TOP, m % OW * SX - LEFT);
}

// Where a's elements of a row start.
fn at(r: vec3i, ky: i32) -> i32 {
  let y = r.y + ky * DY;
  let x = r.z;
  return ((r.x + y) * W + x) * C;
}

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let tile = i32(id.x);
  if (tile >= 10) { return; }
  let n = tile % 1;
  let m = tile / 1 * 4;
  let column = u32(n);
  let r0 = row(m);
  let r1 = row(m + 1);
  let r2 = row(m + 2);
  let r3 = row(m + 3);
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  var acc3 = T();
  for (var ky = 0; ky < 3; ky++) {
    let p0 = at(r0, ky);
    let p1 = at(r1, ky);
    let p2 = at(r2, ky);
    let p3 = at(r3, ky);
    var q = ky * KW * C * F;
    q += n * 4;
    for (var c = 0; c < 9; c += 1) {
      let b0 = conv1_weight[(q + c * 4) / 4];
      acc0 = fma(T(x[p0 + c]), b0, acc0);
      acc1 = fma(T(x[p1 + c]), b0, acc1);
      acc2 = fma(T(x[p2 + c]), b0, acc2);
      acc3 = fma(T(x[p3 + c]), b0, acc3);
    }
  }

  {
    let o0 = u32(m + 0) * 1u + column;
    let conv1_z_v_0 = acc0 + conv1_bias[column];
    let conv1_v_0 = select(0.1 * conv1_z_v_0, conv1_z_v_0, conv1_z_v_0 > T(0.0));
    let spatial_dropout1_v_0 = conv1_v_0 * channel_mask(step.seed, (step.step * 2654435769u) ^ 623759838u, o0, 1073741824u, 80u, 4u) * 1.3333333333333333;
    conv1[o0] = conv1_v_0;
    spatial_dropout1[o0] = spatial_dropout1_v_0;
  }

  {
    let o1 = u32(m + 1) * 1u + column;
    let conv1_z_v_1 = acc1 + conv1_bias[column];
    let conv1_v_1 = select(0.1 * conv1_z_v_1, conv1_z_v_1, conv1_z_v_1 > T(0.0));
    let spatial_dropout1_v_1 = conv1_v_1 * channel_mask(step.seed, (step.step * 2654435769u) ^ 623759838u, o1, 1073741824u, 80u, 4u) * 1.3333333333333333;
    conv1[o1] = conv1_v_1;
    spatial_dropout1[o1] = spatial_dropout1_v_1;
  }

  {
    let o2 = u32(m + 2) * 1u + column;
    let conv1_z_v_2 = acc2 + conv1_bias[column];
    let conv1_v_2 = select(0.1 * conv1_z_v_2, conv1_z_v_2, conv1_z_v_2 > T(0.0));
    let spatial_dropout1_v_2 = conv1_v_2 * channel_mask(step.seed, (step.step * 2654435769u) ^ 623759838u, o2, 1073741824u, 80u, 4u) * 1.3333333333333333;
    conv1[o2] = conv1_v_2;
    spatial_dropout1[o2] = spatial_dropout1_v_2;
  }

  {
    let o3 = u32(m + 3) * 1u + column;
    let conv1_z_v_3 = acc3 + conv1_bias[column];
    let conv1_v_3 = select(0.1 * conv1_z_v_3, conv1_z_v_3, conv1_z_v_3 > T(0.0));
    let spatial_dropout1_v_3 = conv1_v_3 * channel_mask(step.seed, (step.step * 2654435769u) ^ 623759838u, o3, 1073741824u, 80u, 4u) * 1.3333333333333333;
    conv1[o3] = conv1_v_3;
    spatial_dropout1[o3] = spatial_dropout1_v_3;
  }
}
