enable subgroups;
enable chromium_experimental_subgroup_matrix;
requires subgroup_id;
diagnostic(off, chromium.subgroup_matrix_uniformity); // a subgroup has one number, which the analysis does not know

// d_dense2.weight = matmul, sum: 12x10
// line 10: dense 10 softmax
// y[m, n] = sum over k of a[m, k] b[k, n]; m = row, n = column, k = the inner dimension; 12 x 10 x 8
// A workgroup makes 8 x 8 of y, 16 steps of k at a time; a subgroup 8 x 8, by f32 8x8x8.
alias T = f32;
// y is M x N, the inner dimension is K.
const M = 12; const N = 10; const K = 8;
@group(0) @binding(0) var<storage, read_write> dense1: array<vec4f, 24>;
@group(0) @binding(1) var<storage, read_write> d_dense2_z: array<f32, 80>;
@group(0) @binding(2) var<storage, read_write> d_dense2_bias: array<f32, 10>;
@group(0) @binding(3) var<storage, read_write> d_dense2_weight: array<f32, 120>;
alias Left = subgroup_matrix_left<f32, 8, 8>;
alias Right = subgroup_matrix_right<f32, 8, 8>;
alias Result = subgroup_matrix_result<f32, 8, 8>;
var<workgroup> sa: array<f32, 192>;
var<workgroup> sb: array<f32, 192>;
var<workgroup> scratch: array<f32, 64>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m, 0, 0);
}

// Where a's elements of a row start.
fn at(r: vec3i) -> i32 {
  return r.x;
}

// The element of a at step k of row r.
fn a_at(r: vec3i, k: i32) -> i32 {
  let k_ = k;
  let p = at(r);
  return p + k_ * 12;
}

// The element of b at step k, column 0.
fn b_at(k: i32) -> i32 {
  let k_ = k;
  return 0 + k_ * 10;
}

fn finish(r: i32, c: i32, value: T) {
  if (r >= 12 || c >= 10) { return; }
  let column = u32(c);
  let o = u32(r) * 10u + column;
  d_dense2_weight[o] = value;
}

fn put_a(i: i32, four: vec4f) {
  let p = i / 2 * 12 + i % 2 * 4;
  sa[p] = f32(four[0]);
  sa[p + 1] = f32(four[1]);
  sa[p + 2] = f32(four[2]);
  sa[p + 3] = f32(four[3]);
}

fn put_b(i: i32, four: vec4f) {
  let p = i / 2 * 12 + i % 2 * 4;
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
  let n = t % 2 * 8;
  let m = t / 2 * 8;
  let r0 = row(min(m + id % 2 * 4, 8));
  var acc0_0 = Result();
  var bias = vec4f();
  for (var k0 = 0; k0 < 8; k0 += 16) {
    {
      let k = k0 + id / 2;
      let p = a_at(r0, k);
      put_a(id, select(vec4f(), dense1[select(0, p, k < 8) / 4], k < 8));
    }
    {
      let k = k0 + id / 2;
      let c = n + id % 2 * 4;
      let q = b_at(k) + c;
      put_b(id, vec4f(select(0.0, d_dense2_z[select(0, q + 0, k < 8 && c + 0 < 10)], k < 8 && c + 0 < 10), select(0.0, d_dense2_z[select(0, q + 1, k < 8 && c + 1 < 10)], k < 8 && c + 1 < 10), select(0.0, d_dense2_z[select(0, q + 2, k < 8 && c + 2 < 10)], k < 8 && c + 2 < 10), select(0.0, d_dense2_z[select(0, q + 3, k < 8 && c + 3 < 10)], k < 8 && c + 3 < 10)));
    }
    workgroupBarrier();
    if (busy) {
      {
        let left0 = subgroupMatrixLoad<Left, col_major>(&sa, u32((0) * 12 + first_row + 0), 12u);
        let right0 = subgroupMatrixLoad<Right, row_major>(&sb, u32((0) * 12 + first_column + 0), 12u);
        acc0_0 = subgroupMatrixMultiplyAccumulate(left0, right0, acc0_0);
      }
      {
        let left0 = subgroupMatrixLoad<Left, col_major>(&sa, u32((8) * 12 + first_row + 0), 12u);
        let right0 = subgroupMatrixLoad<Right, row_major>(&sb, u32((8) * 12 + first_column + 0), 12u);
        acc0_0 = subgroupMatrixMultiplyAccumulate(left0, right0, acc0_0);
      }
    }

    if (m == 0 && id < 2) {
      for (var q = 0; q < 16; q++) {
        bias += vec4f(f32(sb[(q) * 12 + id * 4 + 0]), f32(sb[(q) * 12 + id * 4 + 1]), f32(sb[(q) * 12 + id * 4 + 2]), f32(sb[(q) * 12 + id * 4 + 3]));
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
    finish(row_of, (column_of) * 4 + 0, four_of[0]);
    finish(row_of, (column_of) * 4 + 1, four_of[1]);
    finish(row_of, (column_of) * 4 + 2, four_of[2]);
    finish(row_of, (column_of) * 4 + 3, four_of[3]);
  }
  workgroupBarrier();
  if (m == 0 && id < 2) {
    if ((n / 4 + id) * 4 + 0 < 10) { d_dense2_bias[(n / 4 + id) * 4 + 0] = bias[0]; }
    if ((n / 4 + id) * 4 + 1 < 10) { d_dense2_bias[(n / 4 + id) * 4 + 1] = bias[1]; }
    if ((n / 4 + id) * 4 + 2 < 10) { d_dense2_bias[(n / 4 + id) * 4 + 2] = bias[2]; }
    if ((n / 4 + id) * 4 + 3 < 10) { d_dense2_bias[(n / 4 + id) * 4 + 3] = bias[3]; }
  }
}
