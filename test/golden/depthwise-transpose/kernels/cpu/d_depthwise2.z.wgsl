enable subgroups;
// d_depthwise2.z = conv2d, tanh_dx: 2x2x2x16
// line 7: conv_transpose 3 3x3 stride 2 pad 1 output_pad 1 relu => 4x4x3
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 8 x 16 x 27
// A workgroup is one subgroup: 8 rows, and for each lane 1 x 4 columns.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 4; const W = 4; const C = 3; const KH = 3; const KW = 3; const OH = 2; const OW = 2; const F = 16;
const SY = 2; const SX = 2; const TOP = 1; const LEFT = 1; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> d_conv_transpose1_z: array<f32, 96>;
@group(0) @binding(1) var b: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var<storage, read_write> depthwise2: array<vec4f, 32>;
@group(0) @binding(3) var<storage, read_write> d_depthwise2_z: array<vec4f, 32>;

fn load_a(i: i32) -> f32 { return d_conv_transpose1_z[i]; }
fn load_b(i: i32) -> vec4f { return textureLoad(b, vec2i(i & 1023, i >> 10u)); }

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m / (OH * OW) * H, m / OW % OH * SY - TOP, m % OW * SX - LEFT);
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
  let m = t / 1 * 8;
  let n0 = min(n + 0, 3);
  let r0 = row(m + 0 + lane);
  var c0_0 = T();
  var c1_0 = T();
  var c2_0 = T();
  var c3_0 = T();
  var c4_0 = T();
  var c5_0 = T();
  var c6_0 = T();
  var c7_0 = T();
  for (var ky = 0; ky < 3; ky++) {
    for (var kx = 0; kx < 3; kx++) {
      let p0 = at(r0, ky, kx);
      let q = (ky * KW + kx) * C * F;
      for (var c = 0; c < 3 + i32(tile.z); c += 1) {
        let b0_0 = load_b((q + (c + 0) * 16) / 4 + n0);
        let a0 = select(0.0, load_a(max(p0, 0) + c * 1), p0 >= 0);
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
      }
    }
  }
  // The results, one row after the other. tile.z is 0; that the compiler cannot know keeps this a loop.
  var result = array<T, 8>(c0_0, c1_0, c2_0, c3_0, c4_0, c5_0, c6_0, c7_0);
  for (var i = 0u; i < 8u + tile.z; i++) {
    let r = m + i32(i % 8u);
    let column = u32(n) + i / 8u * 8u;
    if (r >= 8 || column >= 4u) { continue; }
    let o = u32(r) * 4u + column;
    let d_depthwise2_z_v = result[i] * (T(1.0) - depthwise2[o] * depthwise2[o]);
    d_depthwise2_z[o] = d_depthwise2_z_v;
  }
}
