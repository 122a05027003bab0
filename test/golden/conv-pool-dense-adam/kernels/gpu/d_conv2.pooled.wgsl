// d_conv2.pooled = matmul, relu_dx: 8x32
// line 9: dense 12 relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 8 x 32 x 12
// A workgroup makes 16 x 32 of y, 16 steps of k at a time; an invocation 4 x 4.
alias T = vec4f;
// y is M x N, the inner dimension is K.
const M = 8; const N = 32; const K = 12;
@group(0) @binding(0) var<storage, read_write> d_dense1_z: array<vec4f, 24>;
@group(0) @binding(1) var<storage, read> dense1_weight: array<vec4f, 96>;
@group(0) @binding(2) var<storage, read_write> maxpool2: array<vec4f, 64>;
@group(0) @binding(3) var<storage, read_write> d_conv2_pooled: array<vec4f, 64>;
var<workgroup> sa: array<vec4f, 64>;
var<workgroup> sb: array<vec4f, 128>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m * K, 0, 0);
}

// Where a's elements of a row start.
fn at(r: vec3i) -> i32 {
  return r.x;
}

// The element of a at step k of row r.
fn a_at(r: vec3i, k: i32) -> i32 {
  let k_ = k;
  let p = at(r);
  return p + k_;
}

// The element of b at step k, column 0.
fn b_at(k: i32) -> i32 {
  let k_ = k;
  return 0 + k_ * 1;
}

fn finish(r: i32, c: i32, value: T) {
  if (r >= 8 || c >= 8) { return; }
  let column = u32(c);
  let o = u32(r) * 8u + column;
  let d_conv2_pooled_v = select(T(0.0), value, maxpool2[o] > T(0.0));
  d_conv2_pooled[o] = d_conv2_pooled_v;
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) id: u32) {
  let t = i32(tile.x);
  let lane = i32(id);
  let tx = lane % 8;
  let ty = lane / 8;
  let n = 0;
  let m = t * 16;
  let r0 = row(min(m + lane / 4, 7));
  let r1 = row(min(m + (lane + 32) / 4, 7));
  var acc0_0 = vec4f();
  var acc1_0 = vec4f();
  var acc2_0 = vec4f();
  var acc3_0 = vec4f();
  for (var k0 = 0; k0 < 12; k0 += 16) {
    {
      let k = k0 + lane % 4 * 4;
      let p = a_at(r0, k);
      sa[lane] = select(vec4f(), d_dense1_z[select(0, p, k < 12) / 4], k < 12);
    }
    {
      let k = k0 + (lane + 32) % 4 * 4;
      let p = a_at(r1, k);
      sa[lane + 32] = select(vec4f(), d_dense1_z[select(0, p, k < 12) / 4], k < 12);
    }
    {
      let k = k0 + lane % 4 * 4;
      let c = n + lane / 4;
      let q = b_at(k) + c * 12;
      sb[(lane % 4 * 4 + lane / 4 % 4) * 8 + lane / 16] = select(vec4f(), dense1_weight[select(0, q, k < 12) / 4], k < 12);
    }
    {
      let k = k0 + (lane + 32) % 4 * 4;
      let c = n + (lane + 32) / 4;
      let q = b_at(k) + c * 12;
      sb[((lane + 32) % 4 * 4 + (lane + 32) / 4 % 4) * 8 + (lane + 32) / 16] = select(vec4f(), dense1_weight[select(0, q, k < 12) / 4], k < 12);
    }
    {
      let k = k0 + (lane + 64) % 4 * 4;
      let c = n + (lane + 64) / 4;
      let q = b_at(k) + c * 12;
      sb[((lane + 64) % 4 * 4 + (lane + 64) / 4 % 4) * 8 + (lane + 64) / 16] = select(vec4f(), dense1_weight[select(0, q, k < 12) / 4], k < 12);
    }
    {
      let k = k0 + (lane + 96) % 4 * 4;
      let c = n + (lane + 96) / 4;
      let q = b_at(k) + c * 12;
      sb[((lane + 96) % 4 * 4 + (lane + 96) / 4 % 4) * 8 + (lane + 96) / 16] = select(vec4f(), dense1_weight[select(0, q, k < 12) / 4], k < 12);
    }
    workgroupBarrier();
    for (var q = 0; q < 4; q++) {
      let b0_0 = sb[(q * 4) * 8 + tx];
      let b1_0 = sb[(q * 4 + 1) * 8 + tx];
      let b2_0 = sb[(q * 4 + 2) * 8 + tx];
      let b3_0 = sb[(q * 4 + 3) * 8 + tx];
      let a0 = sa[(ty * 4) * 4 + q];
      acc0_0 += vec4f(dot(a0, b0_0), dot(a0, b1_0), dot(a0, b2_0), dot(a0, b3_0));
      let a1 = sa[(ty * 4 + 1) * 4 + q];
      acc1_0 += vec4f(dot(a1, b0_0), dot(a1, b1_0), dot(a1, b2_0), dot(a1, b3_0));
      let a2 = sa[(ty * 4 + 2) * 4 + q];
      acc2_0 += vec4f(dot(a2, b0_0), dot(a2, b1_0), dot(a2, b2_0), dot(a2, b3_0));
      let a3 = sa[(ty * 4 + 3) * 4 + q];
      acc3_0 += vec4f(dot(a3, b0_0), dot(a3, b1_0), dot(a3, b2_0), dot(a3, b3_0));
    }
    workgroupBarrier();
  }
  finish(m + ty * 4, n / 4 + tx, acc0_0);
  finish(m + ty * 4 + 1, n / 4 + tx, acc1_0);
  finish(m + ty * 4 + 2, n / 4 + tx, acc2_0);
  finish(m + ty * 4 + 3, n / 4 + tx, acc3_0);
}
