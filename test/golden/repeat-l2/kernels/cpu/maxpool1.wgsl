enable subgroups;
// maxpool1 = conv2d, add, relu, maxpool2d: 3x6x6x4
// line 5: conv 4 3x3 pad same relu l2 0.001
// of which maxpool2d leaves 3x3x3x4
// line 7: maxpool 2x2
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, pooled row, pooled column, place of the window), n = filter, k = (window row, window column, channel); 108 x 4 x 36
// A workgroup is one subgroup: 16 rows, and for each lane 1 x 4 columns.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 6; const W = 6; const C = 4; const KH = 3; const KW = 3; const OH = 6; const OW = 6; const F = 4;
const SY = 1; const SX = 1; const TOP = 1; const LEFT = 1; const DY = 1; const DX = 1;
// Windows of WH x WW are pooled, PH x PW of them.
const WH = 2; const WW = 2; const PH = 3; const PW = 3;
@group(0) @binding(0) var a: texture_storage_2d<rgba32float, read>;
@group(0) @binding(1) var b: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var<storage, read> conv2_bias: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read_write> maxpool1: array<vec4f, 27>;

fn load_a(i: i32) -> vec4f { return textureLoad(a, vec2i(i & 1023, i >> 10u)); }
fn load_b(i: i32) -> vec4f { return textureLoad(b, vec2i(i & 1023, i >> 10u)); }

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  let p = m / (WH * WW);
  let y = p / PW % PH * WH + m % (WH * WW) / WW;
  let x = p % PW * WW + m % WW;
  return vec3i(p / (PH * PW) * H, y * SY - TOP, x * SX - LEFT);
}

// Where a's elements of a row start; -1 where they are all padding.
fn at(r: vec3i, ky: i32, kx: i32) -> i32 {
  let y = r.y + ky * DY;
  let x = r.z + kx * DX;
  if (y < 0 || y >= H || x < 0 || x >= W) { return -1; }
  return ((r.x + y) * W + x) * C;
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let lane = i32(id.x);
  let t = i32(tile.x);
  let n = t % 1 * 8 + lane;
  let m = t / 1 * 16;
  let n0 = min(n + 0, 0);
  let r0 = row(min(m + 0 + lane, 107));
  let r1 = row(min(m + 8 + lane, 107));
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
    for (var kx = 0; kx < 3; kx++) {
      let p0 = at(r0, ky, kx);
      let p1 = at(r1, ky, kx);
      let q = (ky * KW + kx) * C * F;
      for (var c = 0; c < 4; c += 4) {
        let b0_0 = load_b((q + (c + 0) * 4) / 4 + n0);
        let b1_0 = load_b((q + (c + 1) * 4) / 4 + n0);
        let b2_0 = load_b((q + (c + 2) * 4) / 4 + n0);
        let b3_0 = load_b((q + (c + 3) * 4) / 4 + n0);
        let a0 = select(vec4f(), load_a((max(p0, 0) + c) / 4), p0 >= 0);
        let a1 = select(vec4f(), load_a((max(p1, 0) + c) / 4), p1 >= 0);
        let q0 = subgroupBroadcast(a0, 0u);
        c0_0 = c0_0 + q0.x * b0_0 + q0.y * b1_0 + q0.z * b2_0 + q0.w * b3_0;
        let q1 = subgroupBroadcast(a0, 1u);
        c1_0 = c1_0 + q1.x * b0_0 + q1.y * b1_0 + q1.z * b2_0 + q1.w * b3_0;
        let q2 = subgroupBroadcast(a0, 2u);
        c2_0 = c2_0 + q2.x * b0_0 + q2.y * b1_0 + q2.z * b2_0 + q2.w * b3_0;
        let q3 = subgroupBroadcast(a0, 3u);
        c3_0 = c3_0 + q3.x * b0_0 + q3.y * b1_0 + q3.z * b2_0 + q3.w * b3_0;
        let q4 = subgroupBroadcast(a0, 4u);
        c4_0 = c4_0 + q4.x * b0_0 + q4.y * b1_0 + q4.z * b2_0 + q4.w * b3_0;
        let q5 = subgroupBroadcast(a0, 5u);
        c5_0 = c5_0 + q5.x * b0_0 + q5.y * b1_0 + q5.z * b2_0 + q5.w * b3_0;
        let q6 = subgroupBroadcast(a0, 6u);
        c6_0 = c6_0 + q6.x * b0_0 + q6.y * b1_0 + q6.z * b2_0 + q6.w * b3_0;
        let q7 = subgroupBroadcast(a0, 7u);
        c7_0 = c7_0 + q7.x * b0_0 + q7.y * b1_0 + q7.z * b2_0 + q7.w * b3_0;
        let q8 = subgroupBroadcast(a1, 0u);
        c8_0 = c8_0 + q8.x * b0_0 + q8.y * b1_0 + q8.z * b2_0 + q8.w * b3_0;
        let q9 = subgroupBroadcast(a1, 1u);
        c9_0 = c9_0 + q9.x * b0_0 + q9.y * b1_0 + q9.z * b2_0 + q9.w * b3_0;
        let q10 = subgroupBroadcast(a1, 2u);
        c10_0 = c10_0 + q10.x * b0_0 + q10.y * b1_0 + q10.z * b2_0 + q10.w * b3_0;
        let q11 = subgroupBroadcast(a1, 3u);
        c11_0 = c11_0 + q11.x * b0_0 + q11.y * b1_0 + q11.z * b2_0 + q11.w * b3_0;
        let q12 = subgroupBroadcast(a1, 4u);
        c12_0 = c12_0 + q12.x * b0_0 + q12.y * b1_0 + q12.z * b2_0 + q12.w * b3_0;
        let q13 = subgroupBroadcast(a1, 5u);
        c13_0 = c13_0 + q13.x * b0_0 + q13.y * b1_0 + q13.z * b2_0 + q13.w * b3_0;
        let q14 = subgroupBroadcast(a1, 6u);
        c14_0 = c14_0 + q14.x * b0_0 + q14.y * b1_0 + q14.z * b2_0 + q14.w * b3_0;
        let q15 = subgroupBroadcast(a1, 7u);
        c15_0 = c15_0 + q15.x * b0_0 + q15.y * b1_0 + q15.z * b2_0 + q15.w * b3_0;
      }
    }
  }
  // The results, one row after the other. tile.z is 0; that the compiler cannot know keeps this a loop.
  var result = array<T, 16>(c0_0, c1_0, c2_0, c3_0, c4_0, c5_0, c6_0, c7_0, c8_0, c9_0, c10_0, c11_0, c12_0, c13_0, c14_0, c15_0);
  for (var i = 0u; i < 4u + tile.z; i++) {
    let r = m / 4 + i32(i % 4u);
    let column = u32(n) + i / 4u * 8u;
    if (r >= 27 || column >= 1u) { continue; }
    let o = u32(r) * 1u + column;

    let conv2_z_v_0 = result[i * 4u + 0u] + conv2_bias[column];
    let conv2_v_0 = max(conv2_z_v_0, T(0.0));
    let conv2_z_v_1 = result[i * 4u + 1u] + conv2_bias[column];
    let conv2_v_1 = max(conv2_z_v_1, T(0.0));
    let conv2_z_v_2 = result[i * 4u + 2u] + conv2_bias[column];
    let conv2_v_2 = max(conv2_z_v_2, T(0.0));
    let conv2_z_v_3 = result[i * 4u + 3u] + conv2_bias[column];
    let conv2_v_3 = max(conv2_z_v_3, T(0.0));
    let best = max(max(max(conv2_v_0, conv2_v_1), conv2_v_2), conv2_v_3);
    maxpool1[o] = best;

  }
}
