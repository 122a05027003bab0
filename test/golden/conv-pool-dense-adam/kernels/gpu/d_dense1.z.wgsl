// d_dense1.z = matmul, relu_dx: 8x12
// line 10: dense 10 softmax
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 8 x 12 x 10
// A workgroup makes 16 x 16 of y, 16 steps of k at a time; an invocation 4 x 4.
alias T = vec4f;
// y is M x N, the inner dimension is K.
const M = 8; const N = 12; const K = 10;
@group(0) @binding(0) var<storage, read_write> d_dense2_z: array<f32, 80>;
@group(0) @binding(1) var<storage, read> dense2_weight: array<f32, 120>;
@group(0) @binding(2) var<storage, read_write> dense1: array<vec4f, 24>;
@group(0) @binding(3) var<storage, read_write> d_dense1_z: array<vec4f, 24>;
var<workgroup> sa: array<vec4f, 64>;
var<workgroup> sb: array<vec4f, 64>;

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
  if (r >= 8 || c >= 3) { return; }
  let column = u32(c);
  let o = u32(r) * 3u + column;
  let d_dense1_z_v = select(T(0.0), value, dense1[o] > T(0.0));
  d_dense1_z[o] = d_dense1_z_v;
}

@compute @workgroup_size(16)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) id: u32) {
  let t = i32(tile.x);
  let lane = i32(id);
  let tx = lane % 4;
  let ty = lane / 4;
  let n = 0;
  let m = t * 16;
  let r0 = row(min(m + lane / 4, 7));
  let r1 = row(min(m + (lane + 16) / 4, 7));
  let r2 = row(min(m + (lane + 32) / 4, 7));
  let r3 = row(min(m + (lane + 48) / 4, 7));
  var acc0_0 = vec4f();
  var acc1_0 = vec4f();
  var acc2_0 = vec4f();
  var acc3_0 = vec4f();
  for (var k0 = 0; k0 < 10; k0 += 16) {
    {
      let k = k0 + lane % 4 * 4;
      let p0 = a_at(r0, k + 0);
      let p1 = a_at(r0, k + 1);
      let p2 = a_at(r0, k + 2);
      let p3 = a_at(r0, k + 3);
      sa[lane] = vec4f(select(0.0, d_dense2_z[select(0, p0, k + 0 < 10)], k + 0 < 10), select(0.0, d_dense2_z[select(0, p1, k + 1 < 10)], k + 1 < 10), select(0.0, d_dense2_z[select(0, p2, k + 2 < 10)], k + 2 < 10), select(0.0, d_dense2_z[select(0, p3, k + 3 < 10)], k + 3 < 10));
    }
    {
      let k = k0 + (lane + 16) % 4 * 4;
      let p0 = a_at(r1, k + 0);
      let p1 = a_at(r1, k + 1);
      let p2 = a_at(r1, k + 2);
      let p3 = a_at(r1, k + 3);
      sa[lane + 16] = vec4f(select(0.0, d_dense2_z[select(0, p0, k + 0 < 10)], k + 0 < 10), select(0.0, d_dense2_z[select(0, p1, k + 1 < 10)], k + 1 < 10), select(0.0, d_dense2_z[select(0, p2, k + 2 < 10)], k + 2 < 10), select(0.0, d_dense2_z[select(0, p3, k + 3 < 10)], k + 3 < 10));
    }
    {
      let k = k0 + (lane + 32) % 4 * 4;
      let p0 = a_at(r2, k + 0);
      let p1 = a_at(r2, k + 1);
      let p2 = a_at(r2, k + 2);
      let p3 = a_at(r2, k + 3);
      sa[lane + 32] = vec4f(select(0.0, d_dense2_z[select(0, p0, k + 0 < 10)], k + 0 < 10), select(0.0, d_dense2_z[select(0, p1, k + 1 < 10)], k + 1 < 10), select(0.0, d_dense2_z[select(0, p2, k + 2 < 10)], k + 2 < 10), select(0.0, d_dense2_z[select(0, p3, k + 3 < 10)], k + 3 < 10));
    }
    {
      let k = k0 + (lane + 48) % 4 * 4;
      let p0 = a_at(r3, k + 0);
      let p1 = a_at(r3, k + 1);
      let p2 = a_at(r3, k + 2);
      let p3 = a_at(r3, k + 3);
      sa[lane + 48] = vec4f(select(0.0, d_dense2_z[select(0, p0, k + 0 < 10)], k + 0 < 10), select(0.0, d_dense2_z[select(0, p1, k + 1 < 10)], k + 1 < 10), select(0.0, d_dense2_z[select(0, p2, k + 2 < 10)], k + 2 < 10), select(0.0, d_dense2_z[select(0, p3, k + 3 < 10)], k + 3 < 10));
    }
    {
      let k = k0 + lane % 4 * 4;
      let c = n + lane / 4;
      let q0 = b_at(k + 0) + c * 10;
      let q1 = b_at(k + 1) + c * 10;
      let q2 = b_at(k + 2) + c * 10;
      let q3 = b_at(k + 3) + c * 10;
      sb[(lane % 4 * 4 + lane / 4 % 4) * 4 + lane / 16] = vec4f(select(0.0, dense2_weight[select(0, q0, k + 0 < 10 && c < 12)], k + 0 < 10 && c < 12), select(0.0, dense2_weight[select(0, q1, k + 1 < 10 && c < 12)], k + 1 < 10 && c < 12), select(0.0, dense2_weight[select(0, q2, k + 2 < 10 && c < 12)], k + 2 < 10 && c < 12), select(0.0, dense2_weight[select(0, q3, k + 3 < 10 && c < 12)], k + 3 < 10 && c < 12));
    }
    {
      let k = k0 + (lane + 16) % 4 * 4;
      let c = n + (lane + 16) / 4;
      let q0 = b_at(k + 0) + c * 10;
      let q1 = b_at(k + 1) + c * 10;
      let q2 = b_at(k + 2) + c * 10;
      let q3 = b_at(k + 3) + c * 10;
      sb[((lane + 16) % 4 * 4 + (lane + 16) / 4 % 4) * 4 + (lane + 16) / 16] = vec4f(select(0.0, dense2_weight[select(0, q0, k + 0 < 10 && c < 12)], k + 0 < 10 && c < 12), select(0.0, dense2_weight[select(0, q1, k + 1 < 10 && c < 12)], k + 1 < 10 && c < 12), select(0.0, dense2_weight[select(0, q2, k + 2 < 10 && c < 12)], k + 2 < 10 && c < 12), select(0.0, dense2_weight[select(0, q3, k + 3 < 10 && c < 12)], k + 3 < 10 && c < 12));
    }
    {
      let k = k0 + (lane + 32) % 4 * 4;
      let c = n + (lane + 32) / 4;
      let q0 = b_at(k + 0) + c * 10;
      let q1 = b_at(k + 1) + c * 10;
      let q2 = b_at(k + 2) + c * 10;
      let q3 = b_at(k + 3) + c * 10;
      sb[((lane + 32) % 4 * 4 + (lane + 32) / 4 % 4) * 4 + (lane + 32) / 16] = vec4f(select(0.0, dense2_weight[select(0, q0, k + 0 < 10 && c < 12)], k + 0 < 10 && c < 12), select(0.0, dense2_weight[select(0, q1, k + 1 < 10 && c < 12)], k + 1 < 10 && c < 12), select(0.0, dense2_weight[select(0, q2, k + 2 < 10 && c < 12)], k + 2 < 10 && c < 12), select(0.0, dense2_weight[select(0, q3, k + 3 < 10 && c < 12)], k + 3 < 10 && c < 12));
    }
    {
      let k = k0 + (lane + 48) % 4 * 4;
      let c = n + (lane + 48) / 4;
      let q0 = b_at(k + 0) + c * 10;
      let q1 = b_at(k + 1) + c * 10;
      let q2 = b_at(k + 2) + c * 10;
      let q3 = b_at(k + 3) + c * 10;
      sb[((lane + 48) % 4 * 4 + (lane + 48) / 4 % 4) * 4 + (lane + 48) / 16] = vec4f(select(0.0, dense2_weight[select(0, q0, k + 0 < 10 && c < 12)], k + 0 < 10 && c < 12), select(0.0, dense2_weight[select(0, q1, k + 1 < 10 && c < 12)], k + 1 < 10 && c < 12), select(0.0, dense2_weight[select(0, q2, k + 2 < 10 && c < 12)], k + 2 < 10 && c < 12), select(0.0, dense2_weight[select(0, q3, k + 3 < 10 && c < 12)], k + 3 < 10 && c < 12));
    }
    workgroupBarrier();
    for (var q = 0; q < 4; q++) {
      let b0_0 = sb[(q * 4) * 4 + tx];
      let b1_0 = sb[(q * 4 + 1) * 4 + tx];
      let b2_0 = sb[(q * 4 + 2) * 4 + tx];
      let b3_0 = sb[(q * 4 + 3) * 4 + tx];
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
