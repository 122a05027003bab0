enable subgroups;
enable chromium_experimental_subgroup_matrix;
requires subgroup_id;
diagnostic(off, chromium.subgroup_matrix_uniformity); // a subgroup has one number, which the analysis does not know

// d_batchnorm1.pooled = conv2d_dx, relu_dx: 8x3x3x4
// line 7: conv 8 2x2 relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = channel, k = (window row, window column, filter); 72 x 4 x 32
// A workgroup makes 32 x 8 of y, 16 steps of k at a time; a subgroup 16 x 8, by f32 8x8x8.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 3; const W = 3; const C = 4; const KH = 2; const KW = 2; const OH = 2; const OW = 2; const F = 8;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> d_conv2_z: array<vec4f, 64>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<vec4f, 32>;
@group(0) @binding(2) var<storage, read_write> maxpool1: array<vec4f, 72>;
@group(0) @binding(3) var<storage, read_write> d_batchnorm1_pooled: array<vec4f, 72>;
alias Left = subgroup_matrix_left<f32, 8, 8>;
alias Right = subgroup_matrix_right<f32, 8, 8>;
alias Result = subgroup_matrix_result<f32, 8, 8>;
var<workgroup> sa: array<f32, 640>;
var<workgroup> sb: array<f32, 160>;
var<workgroup> scratch: array<f32, 128>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m / (H * W) * OH, m / W % H + TOP, m % W + LEFT);
}

// Where a's elements of a row start; -1 where they are all padding.
fn at(r: vec3i, ky: i32, kx: i32) -> i32 {
  let y = r.y - ky * DY;
  let x = r.z - kx * DX;
  if (y < 0 || y >= OH * SY || x < 0 || x >= OW * SX) { return -1; }
  return ((r.x + y / SY) * OW + x / SX) * F;
}

// The element of a at step k of row r; -1 where it is padding.
fn a_at(r: vec3i, k: i32) -> i32 {
  let ky = k / 16;
  let kx = k / 8 % 2;
  let f = k % 8;
  let p = at(r, ky, kx);
  return select(p + f, -1, p < 0);
}

// The element of b at step k, column 0.
fn b_at(k: i32) -> i32 {
  let ky = k / 16;
  let kx = k / 8 % 2;
  let f = k % 8;
  return (ky * KW + kx) * C * F + f * 1;
}

fn finish(r: i32, c: i32, value: T) {
  if (r >= 72 || c >= 1) { return; }
  let column = u32(c);
  let o = u32(r) * 1u + column;
  let d_batchnorm1_pooled_v = select(T(0.0), value, maxpool1[o] > T(0.0));
  d_batchnorm1_pooled[o] = d_batchnorm1_pooled_v;
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

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) lane: u32, @builtin(subgroup_id) in_group: u32) {
  let id = i32(lane);
  // Where subgroups have fewer lanes than they may, there are more of them than blocks.
  let block = i32(in_group);
  let busy = block < 2;
  let first_row = block / 1 * 16;
  let first_column = block % 1 * 8;
  let t = i32(tile.x);
  let n = 0;
  let m = t * 32;
  let r0 = row(min(m + id / 4, 71));
  let r1 = row(min(m + (id + 64) / 4, 71));
  var acc0_0 = Result();
  var acc1_0 = Result();
  for (var k0 = 0; k0 < 32; k0 += 16) {
    {
      let k = k0 + id % 4 * 4;
      let p = a_at(r0, k);
      put_a(id, select(vec4f(), d_conv2_z[select(0, p, p >= 0) / 4], p >= 0));
    }
    {
      let k = k0 + (id + 64) % 4 * 4;
      let p = a_at(r1, k);
      put_a(id + 64, select(vec4f(), d_conv2_z[select(0, p, p >= 0) / 4], p >= 0));
    }
    if (id < 32) {
      let k = k0 + id % 4 * 4;
      let c = n + id / 4;
      let q = b_at(k) + c * 8;
      put_b(id, select(vec4f(), conv2_weight[select(0, q, c < 4) / 4], c < 4));
    }
    workgroupBarrier();
    if (busy) {
      {
        let left0 = subgroupMatrixLoad<Left, row_major>(&sa, u32((first_row + 0) * 20 + 0), 20u);
        let left1 = subgroupMatrixLoad<Left, row_major>(&sa, u32((first_row + 8) * 20 + 0), 20u);
        let right0 = subgroupMatrixLoad<Right, col_major>(&sb, u32((first_column + 0) * 20 + 0), 20u);
        acc0_0 = subgroupMatrixMultiplyAccumulate(left0, right0, acc0_0);
        acc1_0 = subgroupMatrixMultiplyAccumulate(left1, right0, acc1_0);
      }
      {
        let left0 = subgroupMatrixLoad<Left, row_major>(&sa, u32((first_row + 0) * 20 + 8), 20u);
        let left1 = subgroupMatrixLoad<Left, row_major>(&sa, u32((first_row + 8) * 20 + 8), 20u);
        let right0 = subgroupMatrixLoad<Right, col_major>(&sb, u32((first_column + 0) * 20 + 8), 20u);
        acc0_0 = subgroupMatrixMultiplyAccumulate(left0, right0, acc0_0);
        acc1_0 = subgroupMatrixMultiplyAccumulate(left1, right0, acc1_0);
      }
    }
    workgroupBarrier();
  }
  if (busy) { subgroupMatrixStore<row_major>(&scratch, u32(block * 64), acc0_0, 8u); }
  workgroupBarrier();
  for (var e = id; e < 32; e += 64) {
    let of_block = e / 16;
    let row_of = m + of_block / 1 * 16 + 0 + e % 16 / 2;
    let column_of = n / 4 + of_block % 1 * 2 + 0 + e % 2;
    let four_of = vec4f(scratch[4 * e], scratch[4 * e + 1], scratch[4 * e + 2], scratch[4 * e + 3]);
    finish(row_of, column_of, four_of);
  }
  workgroupBarrier();
  if (busy) { subgroupMatrixStore<row_major>(&scratch, u32(block * 64), acc1_0, 8u); }
  workgroupBarrier();
  for (var e = id; e < 32; e += 64) {
    let of_block = e / 16;
    let row_of = m + of_block / 1 * 16 + 8 + e % 16 / 2;
    let column_of = n / 4 + of_block % 1 * 2 + 0 + e % 2;
    let four_of = vec4f(scratch[4 * e], scratch[4 * e + 1], scratch[4 * e + 2], scratch[4 * e + 3]);
    finish(row_of, column_of, four_of);
  }
  workgroupBarrier();
}
