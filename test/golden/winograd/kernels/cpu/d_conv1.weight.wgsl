enable subgroups;
// d_conv1.weight = conv2d_dw, sum: 1x1x1x12
// line 4: conv 12 1x1 relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (window row, window column, channel), n = filter, k = (picture, row, column); 1 x 12 x 324
// A workgroup is one subgroup: 8 rows, and for each lane 1 x 4 columns.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 9; const W = 9; const C = 1; const KH = 1; const KW = 1; const OH = 9; const OW = 9; const F = 12;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 324>;
@group(0) @binding(1) var b: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var<storage, read_write> d_conv1_weight: array<vec4f, 3>;
@group(0) @binding(3) var<storage, read_write> d_conv1_bias: array<vec4f, 3>;

fn load_a(i: i32) -> f32 { return x[i]; }
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
  let m = t / 1 * 8;
  let n0 = min(n + 0, 2);
  let r0 = row(min(m + 0 + lane, 0));
  var c0_0 = T();
  var c1_0 = T();
  var c2_0 = T();
  var c3_0 = T();
  var c4_0 = T();
  var c5_0 = T();
  var c6_0 = T();
  var c7_0 = T();
  var bias0 = T();
  for (var image = 0; image < 4; image++) {
    for (var oy = 0; oy < 9; oy++) {
      let p0 = at(r0, image, oy);
      let q = (image * OH + oy) * OW * F;
      for (var ox = 0; ox < 9; ox += 1) {
        let b0_0 = load_b((q + (ox + 0) * 12) / 4 + n0);
        let a0 = load_a(p0 + ox * 1);
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
        bias0 += b0_0;
      }
    }
  }
  if (m == 0 && n + 0 < 3) { d_conv1_bias[n + 0] = bias0; }
  // The results, one row after the other. tile.z is 0; that the compiler cannot know keeps this a loop.
  var result = array<T, 8>(c0_0, c1_0, c2_0, c3_0, c4_0, c5_0, c6_0, c7_0);
  for (var i = 0u; i < 8u + tile.z; i++) {
    let r = m + i32(i % 8u);
    let column = u32(n) + i / 8u * 8u;
    if (r >= 1 || column >= 3u) { continue; }
    let o = u32(r) * 3u + column;
    d_conv1_weight[o] = result[i];
  }
}
