// d_conv1.z = conv2d_dx, dropout, leaky_relu_dx: 2x5x4x4
// line 6: conv 5 3x3 prelu l1 0.001 l2 0.01
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = channel, k = (window row, window column, filter); 40 x 4 x 45
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 5; const W = 4; const C = 4; const KH = 3; const KW = 3; const OH = 3; const OW = 2; const F = 5;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> d_conv2_z_terms: array<f32, 60>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<f32, 180>;
@group(0) @binding(2) var<storage, read_write> conv1: array<vec4f, 40>;
@group(0) @binding(3) var<storage, read_write> d_conv1_z: array<vec4f, 40>;
struct Step {
  count: u32,
  start: u32,
  scale: f32,
  seed: u32,
  step: u32,
  lr: f32,
}
@group(0) @binding(4) var<uniform> step: Step;

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
  return vec3i(m / (H * W) * OH, m / W % H + TOP, m % W + LEFT);
}

// Where a's elements of a row start; -1 where they are all padding.
fn at(r: vec3i, ky: i32, kx: i32) -> i32 {
  let y = r.y - ky * DY;
  let x = r.z - kx * DX;
  if (y < 0 || y >= OH * SY || x < 0 || x >= OW * SX) { return -1; }
  return ((r.x + y / SY) * OW + x / SX) * F;
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
    for (var kx = 0; kx < 3; kx++) {
      let p0 = at(r0, ky, kx);
      let p1 = at(r1, ky, kx);
      let p2 = at(r2, ky, kx);
      let p3 = at(r3, ky, kx);
      var q = (ky * KW + kx) * C * F;
      for (var f = 0; f < 5; f += 1) {
        let b0 = vec4f(conv2_weight[q + f * 1 + (n * 4 + 0) * 5], conv2_weight[q + f * 1 + (n * 4 + 1) * 5], conv2_weight[q + f * 1 + (n * 4 + 2) * 5], conv2_weight[q + f * 1 + (n * 4 + 3) * 5]);
        acc0 = fma(T(select(0.0, d_conv2_z_terms[max(p0, 0) + f], p0 >= 0)), b0, acc0);
        acc1 = fma(T(select(0.0, d_conv2_z_terms[max(p1, 0) + f], p1 >= 0)), b0, acc1);
        acc2 = fma(T(select(0.0, d_conv2_z_terms[max(p2, 0) + f], p2 >= 0)), b0, acc2);
        acc3 = fma(T(select(0.0, d_conv2_z_terms[max(p3, 0) + f], p3 >= 0)), b0, acc3);
      }
    }
  }

  {
    let o0 = u32(m + 0) * 1u + column;
    let d_conv1_v_0 = acc0 * channel_mask(step.seed, (step.step * 2654435769u) ^ 623759838u, o0, 1073741824u, 80u, 4u) * 1.3333333333333333;
    let d_conv1_z_v_0 = d_conv1_v_0 * select(T(0.1), T(1.0), conv1[o0] > T(0.0));
    d_conv1_z[o0] = d_conv1_z_v_0;
  }

  {
    let o1 = u32(m + 1) * 1u + column;
    let d_conv1_v_1 = acc1 * channel_mask(step.seed, (step.step * 2654435769u) ^ 623759838u, o1, 1073741824u, 80u, 4u) * 1.3333333333333333;
    let d_conv1_z_v_1 = d_conv1_v_1 * select(T(0.1), T(1.0), conv1[o1] > T(0.0));
    d_conv1_z[o1] = d_conv1_z_v_1;
  }

  {
    let o2 = u32(m + 2) * 1u + column;
    let d_conv1_v_2 = acc2 * channel_mask(step.seed, (step.step * 2654435769u) ^ 623759838u, o2, 1073741824u, 80u, 4u) * 1.3333333333333333;
    let d_conv1_z_v_2 = d_conv1_v_2 * select(T(0.1), T(1.0), conv1[o2] > T(0.0));
    d_conv1_z[o2] = d_conv1_z_v_2;
  }

  {
    let o3 = u32(m + 3) * 1u + column;
    let d_conv1_v_3 = acc3 * channel_mask(step.seed, (step.step * 2654435769u) ^ 623759838u, o3, 1073741824u, 80u, 4u) * 1.3333333333333333;
    let d_conv1_z_v_3 = d_conv1_v_3 * select(T(0.1), T(1.0), conv1[o3] > T(0.0));
    d_conv1_z[o3] = d_conv1_z_v_3;
  }
}
