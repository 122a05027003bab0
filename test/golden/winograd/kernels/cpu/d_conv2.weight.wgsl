enable subgroups;
// d_conv2.weight = conv2d_dw, sum: 3x3x12x12
// line 5: conv 12 3x3 pad same relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (window row, window column, channel), n = filter, k = (picture, row, column); 108 x 12 x 324
// A workgroup is one subgroup: 16 rows, and for each lane 1 x 4 columns.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 9; const W = 9; const C = 12; const KH = 3; const KW = 3; const OH = 9; const OW = 9; const F = 12;
const SY = 1; const SX = 1; const TOP = 1; const LEFT = 1; const DY = 1; const DX = 1;
@group(0) @binding(0) var a: texture_storage_2d<rgba32float, read>;
@group(0) @binding(1) var b: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var<storage, read_write> d_conv2_weight: array<vec4f, 324>;
@group(0) @binding(3) var<storage, read_write> d_conv2_bias: array<vec4f, 3>;

fn load_a(i: i32) -> vec4f { return textureLoad(a, vec2i(i & 1023, i >> 10u)); }
fn load_b(i: i32) -> vec4f { return textureLoad(b, vec2i(i & 1023, i >> 10u)); }

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m / (KW * C) * DY - TOP, m / C % KW * DX - LEFT, m % C);
}

// Where a's elements of a row start; -1 where they are all padding.
fn at(r: vec3i, image: i32, oy: i32, ox: i32) -> i32 {
  let y = r.x + oy * SY;
  let x = r.y + ox * SX;
  if (y < 0 || y >= H || x < 0 || x >= W) { return -1; }
  return ((image * H + y) * W + x) * C + r.z;
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let lane = i32(id.x);
  let t = i32(tile.x);
  let n = t % 1 * 8 + lane;
  let m = t / 1 * 16;
  let n0 = min(n + 0, 2);
  let r0 = row(min(m + 0 + lane % 4 * 4, 104));
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
  for (var image = 0; image < 4; image++) {
    for (var oy = 0; oy < 9; oy++) {
      for (var ox = 0; ox < 9; ox++) {
        let p0 = at(r0, image, oy, ox);
        let q = ((image * OH + oy) * OW + ox) * F;
        for (var one = 0; one < 1; one += 1) {
          let b0_0 = load_b((q + (one + 0) * 12) / 4 + n0);
          let a0_0 = select(vec4f(), load_a((max(p0, 0) + one * 12) / 4), p0 >= 0);
          let q0_0 = subgroupBroadcast(a0_0, 0u);
          c0_0 = c0_0 + q0_0.x * b0_0;
          c1_0 = c1_0 + q0_0.y * b0_0;
          c2_0 = c2_0 + q0_0.z * b0_0;
          c3_0 = c3_0 + q0_0.w * b0_0;
          let q1_0 = subgroupBroadcast(a0_0, 1u);
          c4_0 = c4_0 + q1_0.x * b0_0;
          c5_0 = c5_0 + q1_0.y * b0_0;
          c6_0 = c6_0 + q1_0.z * b0_0;
          c7_0 = c7_0 + q1_0.w * b0_0;
          let q2_0 = subgroupBroadcast(a0_0, 2u);
          c8_0 = c8_0 + q2_0.x * b0_0;
          c9_0 = c9_0 + q2_0.y * b0_0;
          c10_0 = c10_0 + q2_0.z * b0_0;
          c11_0 = c11_0 + q2_0.w * b0_0;
          let q3_0 = subgroupBroadcast(a0_0, 3u);
          c12_0 = c12_0 + q3_0.x * b0_0;
          c13_0 = c13_0 + q3_0.y * b0_0;
          c14_0 = c14_0 + q3_0.z * b0_0;
          c15_0 = c15_0 + q3_0.w * b0_0;
          bias0 += b0_0;
        }
      }
    }
  }
  if (m == 0 && n + 0 < 3) { d_conv2_bias[n + 0] = bias0; }
  // The results, one row after the other. tile.z is 0; that the compiler cannot know keeps this a loop.
  var result = array<T, 16>(c0_0, c1_0, c2_0, c3_0, c4_0, c5_0, c6_0, c7_0, c8_0, c9_0, c10_0, c11_0, c12_0, c13_0, c14_0, c15_0);
  for (var i = 0u; i < 16u + tile.z; i++) {
    let r = m + i32(i % 16u);
    let column = u32(n) + i / 16u * 8u;
    if (r >= 108 || column >= 3u) { continue; }
    let o = u32(r) * 3u + column;
    d_conv2_weight[o] = result[i];
  }
}
