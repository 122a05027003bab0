enable subgroups;
enable chromium_experimental_subgroup_matrix;
requires subgroup_id;
diagnostic(off, chromium.subgroup_matrix_uniformity); // a subgroup has one number, which the analysis does not know

// conv2 = conv2d, add, relu: 8x2x2x8
// line 7: conv 8 2x2 relu
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, row, column), n = filter, k = (window row, window column, channel); 32 x 8 x 16
// A workgroup makes 32 x 16 of y, 16 steps of k at a time; a subgroup 16 x 8, by f32 8x8x8.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 3; const W = 3; const C = 4; const KH = 2; const KW = 2; const OH = 2; const OW = 2; const F = 8;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> maxpool1: array<vec4f, 72>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<vec4f, 32>;
@group(0) @binding(2) var<storage, read> conv2_bias: array<vec4f, 2>;
@group(0) @binding(3) var<storage, read_write> conv2: array<vec4f, 64>;
alias Left = subgroup_matrix_left<f32, 8, 8>;
alias Right = subgroup_matrix_right<f32, 8, 8>;
alias Result = subgroup_matrix_result<f32, 8, 8>;
var<workgroup> sa: array<f32, 640>;
var<workgroup> sb: array<f32, 320>;
var<workgroup> scratch: array<f32, 256>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m / (OH * OW) * H, m / OW % OH * SY - TOP, m % OW * SX - LEFT);
}

// Where a's elements of a row start.
fn at(r: vec3i, ky: i32) -> i32 {
  let y = r.y + ky * DY;
  let x = r.z;
  return ((r.x + y) * W + x) * C;
}

// The element of a at step k of row r.
fn a_at(r: vec3i, k: i32) -> i32 {
  let ky = k / 8;
  let c = k % 8;
  let p = at(r, ky);
  return p + c;
}

// The element of b at step k, column 0.
fn b_at(k: i32) -> i32 {
  let ky = k / 8;
  let c = k % 8;
  return ky * KW * C * F + c * 8;
}

fn finish(r: i32, c: i32, value: T) {
  if (r >= 32 || c >= 2) { return; }
  let column = u32(c);
  let o = u32(r) * 2u + column;
  let conv2_z_v = value + conv2_bias[column];
  let conv2_v = max(conv2_z_v, T(0.0));
  conv2[o] = conv2_v;
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

@compute @workgroup_size(128)
fn main(@builtin(workgroup_id) tile: vec3u, @builtin(local_invocation_index) lane: u32, @builtin(subgroup_id) in_group: u32) {
  let id = i32(lane);
  // Where subgroups have fewer lanes than they may, there are more of them than blocks.
  let block = i32(in_group);
  let busy = block < 4;
  let first_row = block / 2 * 16;
  let first_column = block % 2 * 8;
  let t = i32(tile.x);
  let n = 0;
  let m = t * 32;
  let r0 = row(m + id / 4);
  var acc0_0 = Result();
  var acc1_0 = Result();
  for (var k0 = 0; k0 < 16; k0 += 16) {
    {
      let k = k0 + id % 4 * 4;
      let p = a_at(r0, k);
      put_a(id, maxpool1[p / 4]);
    }
    if (id < 64) {
      let k = k0 + id / 4;
      let c = n + id % 4 * 4;
      let q = b_at(k) + c;
      put_b(id, select(vec4f(), conv2_weight[select(0, q, c < 8) / 4], c < 8));
    }
    workgroupBarrier();
    if (busy) {
      {
        let left0 = subgroupMatrixLoad<Left, row_major>(&sa, u32((first_row + 0) * 20 + 0), 20u);
        let left1 = subgroupMatrixLoad<Left, row_major>(&sa, u32((first_row + 8) * 20 + 0), 20u);
        let right0 = subgroupMatrixLoad<Right, row_major>(&sb, u32((0) * 20 + first_column + 0), 20u);
        acc0_0 = subgroupMatrixMultiplyAccumulate(left0, right0, acc0_0);
        acc1_0 = subgroupMatrixMultiplyAccumulate(left1, right0, acc1_0);
      }
      {
        let left0 = subgroupMatrixLoad<Left, row_major>(&sa, u32((first_row + 0) * 20 + 8), 20u);
        let left1 = subgroupMatrixLoad<Left, row_major>(&sa, u32((first_row + 8) * 20 + 8), 20u);
        let right0 = subgroupMatrixLoad<Right, row_major>(&sb, u32((8) * 20 + first_column + 0), 20u);
        acc0_0 = subgroupMatrixMultiplyAccumulate(left0, right0, acc0_0);
        acc1_0 = subgroupMatrixMultiplyAccumulate(left1, right0, acc1_0);
      }
    }
    workgroupBarrier();
  }
  if (busy) { subgroupMatrixStore<row_major>(&scratch, u32(block * 64), acc0_0, 8u); }
  workgroupBarrier();
  for (var e = id; e < 64; e += 128) {
    let of_block = e / 16;
    let row_of = m + of_block / 2 * 16 + 0 + e % 16 / 2;
    let column_of = n / 4 + of_block % 2 * 2 + 0 + e % 2;
    let four_of = vec4f(scratch[4 * e], scratch[4 * e + 1], scratch[4 * e + 2], scratch[4 * e + 3]);
    finish(row_of, column_of, four_of);
  }
  workgroupBarrier();
  if (busy) { subgroupMatrixStore<row_major>(&scratch, u32(block * 64), acc1_0, 8u); }
  workgroupBarrier();
  for (var e = id; e < 64; e += 128) {
    let of_block = e / 16;
    let row_of = m + of_block / 2 * 16 + 8 + e % 16 / 2;
    let column_of = n / 4 + of_block % 2 * 2 + 0 + e % 2;
    let four_of = vec4f(scratch[4 * e], scratch[4 * e + 1], scratch[4 * e + 2], scratch[4 * e + 3]);
    finish(row_of, column_of, four_of);
  }
  workgroupBarrier();
}
