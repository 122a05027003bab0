enable subgroups;
// d_conv2.pooled = matmul, relu_dx: 8x32
// line 9: dense 12 relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 8 x 32 x 12
// A workgroup is one subgroup: 8 rows, and for each lane 1 x 4 columns.
alias T = vec4f;
// y is M x N, the inner dimension is K.
const M = 8; const N = 32; const K = 12;
@group(0) @binding(0) var a: texture_storage_2d<rgba32float, read>;
@group(0) @binding(1) var b: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var<storage, read_write> maxpool2: array<vec4f, 64>;
@group(0) @binding(3) var<storage, read_write> d_conv2_pooled: array<vec4f, 64>;

fn load_a(i: i32) -> vec4f { return textureLoad(a, vec2i(i & 1023, i >> 10u)); }
fn load_b(i: i32) -> vec4f { return textureLoad(b, vec2i(i & 1023, i >> 10u)); }

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m * K, 0, 0);
}

// Where a's elements of a row start.
fn at(r: vec3i) -> i32 {
  return r.x;
}

@compute @workgroup_size(8)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let lane = i32(id.x);
  let t = i32(tile.x);
  let n = t % 1 * 8 + lane;
  let m = t / 1 * 8;
  let n0 = n + 0;
  let r0 = row(m + 0 + lane);
  var c0_0 = T();
  var c1_0 = T();
  var c2_0 = T();
  var c3_0 = T();
  var c4_0 = T();
  var c5_0 = T();
  var c6_0 = T();
  var c7_0 = T();
  let p0 = at(r0);
  let q = 0;
  for (var k = 0; k < 12; k += 4) {
    let b0_0 = load_b((q + (n0 * 4 + 0) * 12 + k) / 4);
    let b1_0 = load_b((q + (n0 * 4 + 1) * 12 + k) / 4);
    let b2_0 = load_b((q + (n0 * 4 + 2) * 12 + k) / 4);
    let b3_0 = load_b((q + (n0 * 4 + 3) * 12 + k) / 4);
    let a0 = load_a((p0 + k) / 4);
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
  }
  // The results, one row after the other. tile.z is 0; that the compiler cannot know keeps this a loop.
  var result = array<T, 8>(c0_0, c1_0, c2_0, c3_0, c4_0, c5_0, c6_0, c7_0);
  for (var i = 0u; i < 8u + tile.z; i++) {
    let r = m + i32(i % 8u);
    let column = u32(n) + i / 8u * 8u;
    let o = u32(r) * 8u + column;
    let d_conv2_pooled_v = select(T(0.0), result[i], maxpool2[o] > T(0.0));
    d_conv2_pooled[o] = d_conv2_pooled_v;
  }
}
