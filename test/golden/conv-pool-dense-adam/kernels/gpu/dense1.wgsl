// dense1 = matmul, add, relu: 8x12
// line 9: dense 12 relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 8 x 12 x 32
// A workgroup makes 16 x 16 of y, 16 steps of k at a time; an invocation 4 x 4.
alias T = vec4f;
// y is M x N, the inner dimension is K.
const M = 8; const N = 12; const K = 32;
@group(0) @binding(0) var<storage, read_write> maxpool2: array<vec4f, 64>;
@group(0) @binding(1) var<storage, read> dense1_weight: array<vec4f, 96>;
@group(0) @binding(2) var<storage, read> dense1_bias: array<vec4f, 3>;
@group(0) @binding(3) var<storage, read_write> dense1: array<vec4f, 24>;
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
  return 0 + k_ * 12;
}

fn finish(r: i32, c: i32, value: T) {
  if (r >= 8 || c >= 3) { return; }
  let column = u32(c);
  let o = u32(r) * 3u + column;
  let dense1_z_v = value + dense1_bias[column];
  let dense1_v = max(dense1_z_v, T(0.0));
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
      sa[lane] = maxpool2[p / 4];
    }
    {
      let k = k0 + (lane + 16) % 4 * 4;
      let p = a_at(r1, k);
      sa[lane + 16] = maxpool2[p / 4];
    }
    {
      let k = k0 + (lane + 32) % 4 * 4;
      let p = a_at(r2, k);
      sa[lane + 32] = maxpool2[p / 4];
    }
    {
      let k = k0 + (lane + 48) % 4 * 4;
      let p = a_at(r3, k);
      sa[lane + 48] = maxpool2[p / 4];
    }
    {
      let k = k0 + lane / 4;
      let c = n + lane % 4 * 4;
      let q = b_at(k) + c;
      sb[lane] = select(vec4f(), dense1_weight[select(0, q, c < 12) / 4], c < 12);
    }
    {
      let k = k0 + (lane + 16) / 4;
      let c = n + (lane + 16) % 4 * 4;
      let q = b_at(k) + c;
      sb[lane + 16] = select(vec4f(), dense1_weight[select(0, q, c < 12) / 4], c < 12);
    }
    {
      let k = k0 + (lane + 32) / 4;
      let c = n + (lane + 32) % 4 * 4;
      let q = b_at(k) + c;
      sb[lane + 32] = select(vec4f(), dense1_weight[select(0, q, c < 12) / 4], c < 12);
    }
    {
      let k = k0 + (lane + 48) / 4;
      let c = n + (lane + 48) % 4 * 4;
      let q = b_at(k) + c;
      sb[lane + 48] = select(vec4f(), dense1_weight[select(0, q, c < 12) / 4], c < 12);
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
  finish(m + ty * 4, n / 4 + tx, acc0_0);
  finish(m + ty * 4 + 1, n / 4 + tx, acc1_0);
  finish(m + ty * 4 + 2, n / 4 + tx, acc2_0);
  finish(m + ty * 4 + 3, n / 4 + tx, acc3_0);
}
