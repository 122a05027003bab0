enable subgroups;
enable chromium_experimental_subgroup_matrix;
requires subgroup_id;
diagnostic(off, chromium.subgroup_matrix_uniformity); // a subgroup has one number, which the analysis does not know

// d_conv2.pooled = matmul, relu_dx: 8x32
// line 9: dense 12 relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 8 x 32 x 12
// A workgroup makes 8 x 8 of y, 16 steps of k at a time; a subgroup 8 x 8, by f32 8x8x8.
alias T = vec4f;
// y is M x N, the inner dimension is K.
const M = 8; const N = 32; const K = 12;
@group(0) @binding(0) var<storage, read_write> d_dense1_z: array<vec4f, 24>;
@group(0) @binding(1) var<storage, read> dense1_weight: array<vec4f, 96>;
@group(0) @binding(2) var<storage, read_write> maxpool2: array<vec4f, 64>;
@group(0) @binding(3) var<storage, read_write> d_conv2_pooled: array<vec4f, 64>;
alias Left = subgroup_matrix_left<f32, 8, 8>;
alias Right = subgroup_matrix_right<f32, 8, 8>;
alias Result = subgroup_matrix_result<f32, 8, 8>;
var<workgroup> sa: array<f32, 160>;
var<workgroup> sb: array<f32, 160>;
var<workgroup> scratch: array<f32, 64>;

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

fn put_a(i: i32, four: vec4f) {
  let p = i / 4 * 20 + i % 4 * 4;
  sa[p] = f32(four[0]);
  sa[p + 1] = f32(four[1]);
  sa[p + 2] = f32(four[2]);
  sa[p + 3] = f32(four[3]);
}

fn put_b(i: i32, four: vec4f) {
  let p = i / 4 * 20 + i % 4 * 4;
  sb[p] = f32(four[0]);
  sb[p + 1] = f32(four[1]);
  sb[p + 2] = f32(four[2]);
  sb[p + 3] = f32(four[3]);
}

@compute @workgroup_size(32)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) lane: u32, @builtin(subgroup_id) in_group: u32) {
  let id = i32(lane);
  // Where subgroups have fewer lanes than they may, there are more of them than blocks.
  let block = i32(in_group);
  let busy = block < 1;
  let first_row = block / 1 * 8;
  let first_column = block % 1 * 8;
  let t = i32(tile.x);
  let n = t % 4 * 8;
  let m = t / 4 * 8;
  let r0 = row(m + id / 4);
  var acc0_0 = Result();
  for (var k0 = 0; k0 < 12; k0 += 16) {
    {
      let k = k0 + id % 4 * 4;
      let p = a_at(r0, k);
      put_a(id, select(vec4f(), d_dense1_z[select(0, p, k < 12) / 4], k < 12));
    }
    {
      let k = k0 + id % 4 * 4;
      let c = n + id / 4;
      let q = b_at(k) + c * 12;
      put_b(id, select(vec4f(), dense1_weight[select(0, q, k < 12) / 4], k < 12));
    }
    workgroupBarrier();
    if (busy) {
      {
        let left0 = subgroupMatrixLoad<Left, row_major>(&sa, u32((first_row + 0) * 20 + 0), 20u);
        let right0 = subgroupMatrixLoad<Right, col_major>(&sb, u32((first_column + 0) * 20 + 0), 20u);
        acc0_0 = subgroupMatrixMultiplyAccumulate(left0, right0, acc0_0);
      }
      {
        let left0 = subgroupMatrixLoad<Left, row_major>(&sa, u32((first_row + 0) * 20 + 8), 20u);
        let right0 = subgroupMatrixLoad<Right, col_major>(&sb, u32((first_column + 0) * 20 + 8), 20u);
        acc0_0 = subgroupMatrixMultiplyAccumulate(left0, right0, acc0_0);
      }
    }
    workgroupBarrier();
  }
  if (busy) { subgroupMatrixStore<row_major>(&scratch, u32(block * 64), acc0_0, 8u); }
  workgroupBarrier();
  for (var e = id; e < 16; e += 32) {
    let of_block = e / 16;
    let row_of = m + of_block / 1 * 8 + 0 + e % 16 / 2;
    let column_of = n / 4 + of_block % 1 * 2 + 0 + e % 2;
    let four_of = vec4f(scratch[4 * e], scratch[4 * e + 1], scratch[4 * e + 2], scratch[4 * e + 3]);
    finish(row_of, column_of, four_of);
  }
  workgroupBarrier();
}
