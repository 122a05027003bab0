enable f16;
// dense1 = matmul, add: 8x3
// line 9: dense 3
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 8 x 3 x 32
// A workgroup makes 16 x 16 of y, 16 steps of k at a time; an invocation 4 x 4.
alias T = f32;
// y is M x N, the inner dimension is K.
const M = 8; const N = 3; const K = 32;
@group(0) @binding(0) var<storage, read_write> conv2_half: array<vec4h, 64>;
@group(0) @binding(1) var<storage, read> dense1_weight: array<f32, 96>;
@group(0) @binding(2) var<storage, read> dense1_bias: array<f32, 3>;
@group(0) @binding(3) var<storage, read_write> dense1: array<f32, 24>;
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
  return 0 + k_ * 3;
}

fn finish(r: i32, c: i32, value: T) {
  if (r >= 8 || c >= 3) { return; }
  let column = u32(c);
  let o = u32(r) * 3u + column;
  let dense1_v = value + dense1_bias[column];
  dense1[o] = dense1_v;
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
  for (var k0 = 0; k0 < 32; k0 += 16) {
    {
      let k = k0 + lane % 4 * 4;
      let p = a_at(r0, k);
      sa[lane] = vec4f(conv2_half[p / 4]);
    }
    {
      let k = k0 + (lane + 16) % 4 * 4;
      let p = a_at(r1, k);
      sa[lane + 16] = vec4f(conv2_half[p / 4]);
    }
    {
      let k = k0 + (lane + 32) % 4 * 4;
      let p = a_at(r2, k);
      sa[lane + 32] = vec4f(conv2_half[p / 4]);
    }
    {
      let k = k0 + (lane + 48) % 4 * 4;
      let p = a_at(r3, k);
      sa[lane + 48] = vec4f(conv2_half[p / 4]);
    }
    {
      let k = k0 + lane / 4;
      let c = n + lane % 4 * 4;
      let q = b_at(k) + c;
      sb[lane] = vec4f(select(0.0, dense1_weight[select(0, q + 0, c + 0 < 3)], c + 0 < 3), select(0.0, dense1_weight[select(0, q + 1, c + 1 < 3)], c + 1 < 3), select(0.0, dense1_weight[select(0, q + 2, c + 2 < 3)], c + 2 < 3), select(0.0, dense1_weight[select(0, q + 3, c + 3 < 3)], c + 3 < 3));
    }
    {
      let k = k0 + (lane + 16) / 4;
      let c = n + (lane + 16) % 4 * 4;
      let q = b_at(k) + c;
      sb[lane + 16] = vec4f(select(0.0, dense1_weight[select(0, q + 0, c + 0 < 3)], c + 0 < 3), select(0.0, dense1_weight[select(0, q + 1, c + 1 < 3)], c + 1 < 3), select(0.0, dense1_weight[select(0, q + 2, c + 2 < 3)], c + 2 < 3), select(0.0, dense1_weight[select(0, q + 3, c + 3 < 3)], c + 3 < 3));
    }
    {
      let k = k0 + (lane + 32) / 4;
      let c = n + (lane + 32) % 4 * 4;
      let q = b_at(k) + c;
      sb[lane + 32] = vec4f(select(0.0, dense1_weight[select(0, q + 0, c + 0 < 3)], c + 0 < 3), select(0.0, dense1_weight[select(0, q + 1, c + 1 < 3)], c + 1 < 3), select(0.0, dense1_weight[select(0, q + 2, c + 2 < 3)], c + 2 < 3), select(0.0, dense1_weight[select(0, q + 3, c + 3 < 3)], c + 3 < 3));
    }
    {
      let k = k0 + (lane + 48) / 4;
      let c = n + (lane + 48) % 4 * 4;
      let q = b_at(k) + c;
      sb[lane + 48] = vec4f(select(0.0, dense1_weight[select(0, q + 0, c + 0 < 3)], c + 0 < 3), select(0.0, dense1_weight[select(0, q + 1, c + 1 < 3)], c + 1 < 3), select(0.0, dense1_weight[select(0, q + 2, c + 2 < 3)], c + 2 < 3), select(0.0, dense1_weight[select(0, q + 3, c + 3 < 3)], c + 3 < 3));
    }
    workgroupBarrier();
    for (var q = 0; q < 4; q++) {
      let b0_0 = sb[(q * 4) * 4 + tx];
      let b1_0 = sb[(q * 4 + 1) * 4 + tx];
      let b2_0 = sb[(q * 4 + 2) * 4 + tx];
      let b3_0 = sb[(q * 4 + 3) * 4 + tx];
      let a0 = sa[(ty * 4) * 4 + q];
      acc0_0 = fma(vec4f(a0.w), b3_0, fma(vec4f(a0.z), b2_0, fma(vec4f(a0.y), b1_0, fma(vec4f(a0.x), b0_0, acc0_0))));
      let a1 = sa[(ty * 4 + 1) * 4 + q];
      acc1_0 = fma(vec4f(a1.w), b3_0, fma(vec4f(a1.z), b2_0, fma(vec4f(a1.y), b1_0, fma(vec4f(a1.x), b0_0, acc1_0))));
      let a2 = sa[(ty * 4 + 2) * 4 + q];
      acc2_0 = fma(vec4f(a2.w), b3_0, fma(vec4f(a2.z), b2_0, fma(vec4f(a2.y), b1_0, fma(vec4f(a2.x), b0_0, acc2_0))));
      let a3 = sa[(ty * 4 + 3) * 4 + q];
      acc3_0 = fma(vec4f(a3.w), b3_0, fma(vec4f(a3.z), b2_0, fma(vec4f(a3.y), b1_0, fma(vec4f(a3.x), b0_0, acc3_0))));
    }
    workgroupBarrier();
  }
  finish(m + ty * 4, (n / 4 + tx) * 4 + 0, acc0_0[0]);
  finish(m + ty * 4, (n / 4 + tx) * 4 + 1, acc0_0[1]);
  finish(m + ty * 4, (n / 4 + tx) * 4 + 2, acc0_0[2]);
  finish(m + ty * 4, (n / 4 + tx) * 4 + 3, acc0_0[3]);
  finish(m + ty * 4 + 1, (n / 4 + tx) * 4 + 0, acc1_0[0]);
  finish(m + ty * 4 + 1, (n / 4 + tx) * 4 + 1, acc1_0[1]);
  finish(m + ty * 4 + 1, (n / 4 + tx) * 4 + 2, acc1_0[2]);
  finish(m + ty * 4 + 1, (n / 4 + tx) * 4 + 3, acc1_0[3]);
  finish(m + ty * 4 + 2, (n / 4 + tx) * 4 + 0, acc2_0[0]);
  finish(m + ty * 4 + 2, (n / 4 + tx) * 4 + 1, acc2_0[1]);
  finish(m + ty * 4 + 2, (n / 4 + tx) * 4 + 2, acc2_0[2]);
  finish(m + ty * 4 + 2, (n / 4 + tx) * 4 + 3, acc2_0[3]);
  finish(m + ty * 4 + 3, (n / 4 + tx) * 4 + 0, acc3_0[0]);
  finish(m + ty * 4 + 3, (n / 4 + tx) * 4 + 1, acc3_0[1]);
  finish(m + ty * 4 + 3, (n / 4 + tx) * 4 + 2, acc3_0[2]);
  finish(m + ty * 4 + 3, (n / 4 + tx) * 4 + 3, acc3_0[3]);
}
