enable subgroups;
// conv1 = conv2d, add, relu: 32x3x3x4
// line 4: conv 4 3x3 relu => 3x3x4
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 288 x 4 x 18
// A workgroup is one subgroup: 16 rows, and for each lane 1 x 4 columns.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 5; const W = 5; const C = 2; const KH = 3; const KW = 3; const OH = 3; const OW = 3; const F = 4;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 1600>;
@group(0) @binding(1) var b: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var<storage, read> conv1_bias: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read_write> conv1: array<vec4f, 288>;

fn load_a(i: i32) -> f32 { return x[i]; }
fn load_b(i: i32) -> vec4f { return textureLoad(b, vec2i(i & 1023, i >> 10u)); }

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
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let lane = i32(id.x);
  let t = i32(tile.x);
  let n = t % 1 * 8 + lane;
  let m = t / 1 * 16;
  let n0 = min(n + 0, 0);
  let r0 = row(m + 0 + lane);
  let r1 = row(m + 8 + lane);
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
  for (var ky = 0; ky < 3; ky++) {
    let p0 = at(r0, ky);
    let p1 = at(r1, ky);
    let q = ky * KW * C * F;
    for (var c = 0; c < 6 + i32(tile.z); c += 1) {
      let b0_0 = load_b((q + (c + 0) * 4) / 4 + n0);
      let a0 = load_a(p0 + c * 1);
      let a1 = load_a(p1 + c * 1);
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
    }
  }
  // The results, one row after the other. tile.z is 0; that the compiler cannot know keeps this a loop.
  var result = array<T, 16>(c0_0, c1_0, c2_0, c3_0, c4_0, c5_0, c6_0, c7_0, c8_0, c9_0, c10_0, c11_0, c12_0, c13_0, c14_0, c15_0);
  for (var i = 0u; i < 16u + tile.z; i++) {
    let r = m + i32(i % 16u);
    let column = u32(n) + i / 16u * 8u;
    if (r >= 288 || column >= 1u) { continue; }
    let o = u32(r) * 1u + column;
    let conv1_z_v = result[i] + conv1_bias[column];
    let conv1_v = max(conv1_z_v, T(0.0));
    conv1[o] = conv1_v;
  }
}
