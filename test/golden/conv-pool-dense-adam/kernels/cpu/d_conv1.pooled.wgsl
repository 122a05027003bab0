enable subgroups;
// d_conv1.pooled = conv2d_dx, relu_dx: 8x5x5x4
// line 6: conv 8 2x2 relu => 4x4x8
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = channel, k = (window row, window column, filter); 200 x 4 x 32
// A workgroup is one subgroup: 16 rows, and for each lane 1 x 4 columns.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 5; const W = 5; const C = 4; const KH = 2; const KW = 2; const OH = 4; const OW = 4; const F = 8;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var a: texture_storage_2d<rgba32float, read>;
@group(0) @binding(1) var b: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var<storage, read_write> maxpool1: array<vec4f, 200>;
@group(0) @binding(3) var<storage, read_write> d_conv1_pooled: array<vec4f, 200>;

fn load_a(i: i32) -> vec4f { return textureLoad(a, vec2i(i & 1023, i >> 10u)); }
fn load_b(i: i32) -> vec4f { return textureLoad(b, vec2i(i & 1023, i >> 10u)); }

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
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let lane = i32(id.x);
  let t = i32(tile.x);
  let n = t % 1 * 8 + lane;
  let m = t / 1 * 16;
  let n0 = min(n + 0, 0);
  let r0 = row(min(m + 0 + lane, 199));
  let r1 = row(min(m + 8 + lane, 199));
  var c0_0 = T();
  var c1_0 = T();
  var c2_0 = T();
  var c3_0 = T();
  var c4_0 = T();
  var c5_0 = T();
  var c6_0 = T();
  var c7_0 = T();
  var c8_0 = T();
  var c9_0 = T();
  var c10_0 = T();
  var c11_0 = T();
  var c12_0 = T();
  var c13_0 = T();
  var c14_0 = T();
  var c15_0 = T();
  for (var ky = 0; ky < 2; ky++) {
    for (var kx = 0; kx < 2; kx++) {
      let p0 = at(r0, ky, kx);
      let p1 = at(r1, ky, kx);
      let q = (ky * KW + kx) * C * F;
      for (var f = 0; f < 8; f += 4) {
        let b0_0 = load_b((q + (n0 * 4 + 0) * 8 + f) / 4);
        let b1_0 = load_b((q + (n0 * 4 + 1) * 8 + f) / 4);
        let b2_0 = load_b((q + (n0 * 4 + 2) * 8 + f) / 4);
        let b3_0 = load_b((q + (n0 * 4 + 3) * 8 + f) / 4);
        let a0 = select(vec4f(), load_a((max(p0, 0) + f) / 4), p0 >= 0);
        let a1 = select(vec4f(), load_a((max(p1, 0) + f) / 4), p1 >= 0);
        let q0 = subgroupBroadcast(a0, 0u);
        c0_0 += vec4f(dot(q0, b0_0), dot(q0, b1_0), dot(q0, b2_0), dot(q0, b3_0));
        let q1 = subgroupBroadcast(a0, 1u);
        c1_0 += vec4f(dot(q1, b0_0), dot(q1, b1_0), dot(q1, b2_0), dot(q1, b3_0));
        let q2 = subgroupBroadcast(a0, 2u);
        c2_0 += vec4f(dot(q2, b0_0), dot(q2, b1_0), dot(q2, b2_0), dot(q2, b3_0));
        let q3 = subgroupBroadcast(a0, 3u);
        c3_0 += vec4f(dot(q3, b0_0), dot(q3, b1_0), dot(q3, b2_0), dot(q3, b3_0));
        let q4 = subgroupBroadcast(a0, 4u);
        c4_0 += vec4f(dot(q4, b0_0), dot(q4, b1_0), dot(q4, b2_0), dot(q4, b3_0));
        let q5 = subgroupBroadcast(a0, 5u);
        c5_0 += vec4f(dot(q5, b0_0), dot(q5, b1_0), dot(q5, b2_0), dot(q5, b3_0));
        let q6 = subgroupBroadcast(a0, 6u);
        c6_0 += vec4f(dot(q6, b0_0), dot(q6, b1_0), dot(q6, b2_0), dot(q6, b3_0));
        let q7 = subgroupBroadcast(a0, 7u);
        c7_0 += vec4f(dot(q7, b0_0), dot(q7, b1_0), dot(q7, b2_0), dot(q7, b3_0));
        let q8 = subgroupBroadcast(a1, 0u);
        c8_0 += vec4f(dot(q8, b0_0), dot(q8, b1_0), dot(q8, b2_0), dot(q8, b3_0));
        let q9 = subgroupBroadcast(a1, 1u);
        c9_0 += vec4f(dot(q9, b0_0), dot(q9, b1_0), dot(q9, b2_0), dot(q9, b3_0));
        let q10 = subgroupBroadcast(a1, 2u);
        c10_0 += vec4f(dot(q10, b0_0), dot(q10, b1_0), dot(q10, b2_0), dot(q10, b3_0));
        let q11 = subgroupBroadcast(a1, 3u);
        c11_0 += vec4f(dot(q11, b0_0), dot(q11, b1_0), dot(q11, b2_0), dot(q11, b3_0));
        let q12 = subgroupBroadcast(a1, 4u);
        c12_0 += vec4f(dot(q12, b0_0), dot(q12, b1_0), dot(q12, b2_0), dot(q12, b3_0));
        let q13 = subgroupBroadcast(a1, 5u);
        c13_0 += vec4f(dot(q13, b0_0), dot(q13, b1_0), dot(q13, b2_0), dot(q13, b3_0));
        let q14 = subgroupBroadcast(a1, 6u);
        c14_0 += vec4f(dot(q14, b0_0), dot(q14, b1_0), dot(q14, b2_0), dot(q14, b3_0));
        let q15 = subgroupBroadcast(a1, 7u);
        c15_0 += vec4f(dot(q15, b0_0), dot(q15, b1_0), dot(q15, b2_0), dot(q15, b3_0));
      }
    }
  }
  // The results, one row after the other. tile.z is 0; that the compiler cannot know keeps this a loop.
  var result = array<T, 16>(c0_0, c1_0, c2_0, c3_0, c4_0, c5_0, c6_0, c7_0, c8_0, c9_0, c10_0, c11_0, c12_0, c13_0, c14_0, c15_0);
  for (var i = 0u; i < 16u + tile.z; i++) {
    let r = m + i32(i % 16u);
    let column = u32(n) + i / 16u * 8u;
    if (r >= 200 || column >= 1u) { continue; }
    let o = u32(r) * 1u + column;
    let d_conv1_pooled_v = select(T(0.0), result[i], maxpool1[o] > T(0.0));
    d_conv1_pooled[o] = d_conv1_pooled_v;
  }
}
