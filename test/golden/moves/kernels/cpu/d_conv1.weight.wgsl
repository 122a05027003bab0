enable subgroups;
// d_conv1.weight = conv2d_dw, sum: 3x3x3x8
// line 5: conv 8 3x3 relu => 7x4x8
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (window row, window column, channel), n = filter, k = (picture, row, column); 27 x 8 x 56
// A workgroup is one subgroup: 16 rows, and for each lane 1 x 4 columns.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 9; const W = 6; const C = 3; const KH = 3; const KW = 3; const OH = 7; const OW = 4; const F = 8;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> pad1: array<f32, 324>;
@group(0) @binding(1) var b: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var<storage, read_write> d_conv1_weight: array<vec4f, 54>;
@group(0) @binding(3) var<storage, read_write> d_conv1_bias: array<vec4f, 2>;

fn load_a(i: i32) -> f32 { return pad1[i]; }
fn load_b(i: i32) -> vec4f { return textureLoad(b, vec2i(i & 1023, i >> 10u)); }

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m / (KW * C) * DY - TOP, m / C % KW * DX - LEFT, m % C);
}

// Where a's elements of a row start.
fn at(r: vec3i, image: i32, oy: i32) -> i32 {
  let y = r.x + oy * SY;
  let x = r.y;
  return ((image * H + y) * W + x) * C + r.z;
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let lane = i32(id.x);
  let t = i32(tile.x);
  let n = t % 1 * 8 + lane;
  let m = t / 1 * 16;
  let n0 = min(n + 0, 1);
  let r0 = row(min(m + 0 + lane, 26));
  let r1 = row(min(m + 8 + lane, 26));
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
  var bias0 = T();
  for (var image = 0; image < 2; image++) {
    for (var oy = 0; oy < 7; oy++) {
      let p0 = at(r0, image, oy);
      let p1 = at(r1, image, oy);
      let q = (image * OH + oy) * OW * F;
      for (var ox = 0; ox < 4 + i32(tile.z); ox += 1) {
        let b0_0 = load_b((q + (ox + 0) * 8) / 4 + n0);
        let a0 = load_a(p0 + ox * 3);
        let a1 = load_a(p1 + ox * 3);
        let q0 = subgroupBroadcast(a0, 0u);
        c0_0 = c0_0 + q0 * b0_0;
        let q1 = subgroupBroadcast(a0, 1u);
        c1_0 = c1_0 + q1 * b0_0;
        let q2 = subgroupBroadcast(a0, 2u);
        c2_0 = c2_0 + q2 * b0_0;
        let q3 = subgroupBroadcast(a0, 3u);
        c3_0 = c3_0 + q3 * b0_0;
        let q4 = subgroupBroadcast(a0, 4u);
        c4_0 = c4_0 + q4 * b0_0;
        let q5 = subgroupBroadcast(a0, 5u);
        c5_0 = c5_0 + q5 * b0_0;
        let q6 = subgroupBroadcast(a0, 6u);
        c6_0 = c6_0 + q6 * b0_0;
        let q7 = subgroupBroadcast(a0, 7u);
        c7_0 = c7_0 + q7 * b0_0;
        let q8 = subgroupBroadcast(a1, 0u);
        c8_0 = c8_0 + q8 * b0_0;
        let q9 = subgroupBroadcast(a1, 1u);
        c9_0 = c9_0 + q9 * b0_0;
        let q10 = subgroupBroadcast(a1, 2u);
        c10_0 = c10_0 + q10 * b0_0;
        let q11 = subgroupBroadcast(a1, 3u);
        c11_0 = c11_0 + q11 * b0_0;
        let q12 = subgroupBroadcast(a1, 4u);
        c12_0 = c12_0 + q12 * b0_0;
        let q13 = subgroupBroadcast(a1, 5u);
        c13_0 = c13_0 + q13 * b0_0;
        let q14 = subgroupBroadcast(a1, 6u);
        c14_0 = c14_0 + q14 * b0_0;
        let q15 = subgroupBroadcast(a1, 7u);
        c15_0 = c15_0 + q15 * b0_0;
        bias0 += b0_0;
      }
    }
  }
  if (m == 0 && n + 0 < 2) { d_conv1_bias[n + 0] = bias0; }
  // The results, one row after the other. tile.z is 0; that the compiler cannot know keeps this a loop.
  var result = array<T, 16>(c0_0, c1_0, c2_0, c3_0, c4_0, c5_0, c6_0, c7_0, c8_0, c9_0, c10_0, c11_0, c12_0, c13_0, c14_0, c15_0);
  for (var i = 0u; i < 16u + tile.z; i++) {
    let r = m + i32(i % 16u);
    let column = u32(n) + i / 16u * 8u;
    if (r >= 27 || column >= 2u) { continue; }
    let o = u32(r) * 2u + column;
    d_conv1_weight[o] = result[i];
  }
}
