enable subgroups;
enable chromium_experimental_subgroup_matrix;
requires subgroup_id;
diagnostic(off, chromium.subgroup_matrix_uniformity); // a subgroup has one number, which the analysis does not know

// maxpool2 = conv2d, add, relu, maxpool2d: 8x4x4x8
// line 6: conv 8 2x2 relu => 4x4x8
// of which maxpool2d leaves 8x2x2x8
// line 7: maxpool 2x2 => 2x2x8
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, pooled row, pooled column, place of the window), n = filter, k = (window row, window column, channel); 128 x 8 x 16
// A workgroup makes 64 x 16 of y, 16 steps of k at a time; a subgroup 32 x 16, by f32 8x8x8.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 5; const W = 5; const C = 4; const KH = 2; const KW = 2; const OH = 4; const OW = 4; const F = 8;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
// Windows of WH x WW are pooled, PH x PW of them.
const WH = 2; const WW = 2; const PH = 2; const PW = 2;
@group(0) @binding(0) var<storage, read_write> maxpool1: array<vec4f, 200>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<vec4f, 32>;
@group(0) @binding(2) var<storage, read> conv2_bias: array<vec4f, 2>;
@group(0) @binding(3) var<storage, read_write> maxpool2: array<vec4f, 64>;
alias Left = subgroup_matrix_left<f32, 8, 8>;
alias Right = subgroup_matrix_right<f32, 8, 8>;
alias Result = subgroup_matrix_result<f32, 8, 8>;
var<workgroup> sa: array<f32, 1280>;
var<workgroup> sb: array<f32, 320>;
var<workgroup> scratch: array<f32, 128>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  let p = m / (WH * WW);
  let y = p / PW % PH * WH + m % (WH * WW) / WW;
  let x = p % PW * WW + m % WW;
  return vec3i(p / (PH * PW) * H, y * SY - TOP, x * SX - LEFT);
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

fn finish(r: i32, c: i32, t0: T, t1: T, t2: T, t3: T) {
  if (r >= 32 || c >= 2) { return; }
  let column = u32(c);
  let o = u32(r) * 2u + column;
  let conv2_z_v_0 = t0 + conv2_bias[column];
  let conv2_v_0 = max(conv2_z_v_0, T(0.0));
  let conv2_z_v_1 = t1 + conv2_bias[column];
  let conv2_v_1 = max(conv2_z_v_1, T(0.0));
  let conv2_z_v_2 = t2 + conv2_bias[column];
  let conv2_v_2 = max(conv2_z_v_2, T(0.0));
  let conv2_z_v_3 = t3 + conv2_bias[column];
  let conv2_v_3 = max(conv2_z_v_3, T(0.0));
  let best = max(max(max(conv2_v_0, conv2_v_1), conv2_v_2), conv2_v_3);
  maxpool2[o] = best;
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
  let first_row = block / 1 * 32;
  let first_column = block % 1 * 16;
  let t = i32(tile.x);
  let n = 0;
  let m = t * 64;
  let r0 = row(m + id / 4);
  let r1 = row(m + (id + 64) / 4);
  let r2 = row(m + (id + 128) / 4);
  let r3 = row(m + (id + 192) / 4);
  var acc0_0 = Result();
  var acc0_1 = Result();
  var acc1_0 = Result();
  var acc1_1 = Result();
  var acc2_0 = Result();
  var acc2_1 = Result();
  var acc3_0 = Result();
  var acc3_1 = Result();
  for (var k0 = 0; k0 < 16; k0 += 16) {
    {
      let k = k0 + id % 4 * 4;
      let p = a_at(r0, k);
      put_a(id, maxpool1[p / 4]);
    }
    {
      let k = k0 + (id + 64) % 4 * 4;
      let p = a_at(r1, k);
      put_a(id + 64, maxpool1[p / 4]);
    }
    {
      let k = k0 + (id + 128) % 4 * 4;
      let p = a_at(r2, k);
      put_a(id + 128, maxpool1[p / 4]);
    }
    {
      let k = k0 + (id + 192) % 4 * 4;
      let p = a_at(r3, k);
      put_a(id + 192, maxpool1[p / 4]);
    }
    {
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
        let left2 = subgroupMatrixLoad<Left, row_major>(&sa, u32((first_row + 16) * 20 + 0), 20u);
        let left3 = subgroupMatrixLoad<Left, row_major>(&sa, u32((first_row + 24) * 20 + 0), 20u);
        let right0 = subgroupMatrixLoad<Right, row_major>(&sb, u32((0) * 20 + first_column + 0), 20u);
        let right1 = subgroupMatrixLoad<Right, row_major>(&sb, u32((0) * 20 + first_column + 8), 20u);
        acc0_0 = subgroupMatrixMultiplyAccumulate(left0, right0, acc0_0);
        acc0_1 = subgroupMatrixMultiplyAccumulate(left0, right1, acc0_1);
        acc1_0 = subgroupMatrixMultiplyAccumulate(left1, right0, acc1_0);
        acc1_1 = subgroupMatrixMultiplyAccumulate(left1, right1, acc1_1);
        acc2_0 = subgroupMatrixMultiplyAccumulate(left2, right0, acc2_0);
        acc2_1 = subgroupMatrixMultiplyAccumulate(left2, right1, acc2_1);
        acc3_0 = subgroupMatrixMultiplyAccumulate(left3, right0, acc3_0);
        acc3_1 = subgroupMatrixMultiplyAccumulate(left3, right1, acc3_1);
      }
      {
        let left0 = subgroupMatrixLoad<Left, row_major>(&sa, u32((first_row + 0) * 20 + 8), 20u);
        let left1 = subgroupMatrixLoad<Left, row_major>(&sa, u32((first_row + 8) * 20 + 8), 20u);
        let left2 = subgroupMatrixLoad<Left, row_major>(&sa, u32((first_row + 16) * 20 + 8), 20u);
        let left3 = subgroupMatrixLoad<Left, row_major>(&sa, u32((first_row + 24) * 20 + 8), 20u);
        let right0 = subgroupMatrixLoad<Right, row_major>(&sb, u32((8) * 20 + first_column + 0), 20u);
        let right1 = subgroupMatrixLoad<Right, row_major>(&sb, u32((8) * 20 + first_column + 8), 20u);
        acc0_0 = subgroupMatrixMultiplyAccumulate(left0, right0, acc0_0);
        acc0_1 = subgroupMatrixMultiplyAccumulate(left0, right1, acc0_1);
        acc1_0 = subgroupMatrixMultiplyAccumulate(left1, right0, acc1_0);
        acc1_1 = subgroupMatrixMultiplyAccumulate(left1, right1, acc1_1);
        acc2_0 = subgroupMatrixMultiplyAccumulate(left2, right0, acc2_0);
        acc2_1 = subgroupMatrixMultiplyAccumulate(left2, right1, acc2_1);
        acc3_0 = subgroupMatrixMultiplyAccumulate(left3, right0, acc3_0);
        acc3_1 = subgroupMatrixMultiplyAccumulate(left3, right1, acc3_1);
      }
    }
    workgroupBarrier();
  }
  if (busy) { subgroupMatrixStore<row_major>(&scratch, u32(block * 64), acc0_0, 8u); }
  workgroupBarrier();
  for (var e = id; e < 8; e += 64) {
    let of_block = e / 4;
    let row_of = m + of_block / 1 * 32 + 0 + e % 4 / 2 * 4;
    let column_of = n / 4 + of_block % 1 * 4 + 0 + e % 2;
    let p = (e / 2 * 4 * 2 + e % 2) * 4;
    let t0 = vec4f(scratch[p], scratch[p + 1], scratch[p + 2], scratch[p + 3]);
    let t1 = vec4f(scratch[p + 8], scratch[p + 9], scratch[p + 10], scratch[p + 11]);
    let t2 = vec4f(scratch[p + 16], scratch[p + 17], scratch[p + 18], scratch[p + 19]);
    let t3 = vec4f(scratch[p + 24], scratch[p + 25], scratch[p + 26], scratch[p + 27]);
    finish((row_of) / 4, column_of, t0, t1, t2, t3);
  }
  workgroupBarrier();
  if (busy) { subgroupMatrixStore<row_major>(&scratch, u32(block * 64), acc0_1, 8u); }
  workgroupBarrier();
  for (var e = id; e < 8; e += 64) {
    let of_block = e / 4;
    let row_of = m + of_block / 1 * 32 + 0 + e % 4 / 2 * 4;
    let column_of = n / 4 + of_block % 1 * 4 + 2 + e % 2;
    let p = (e / 2 * 4 * 2 + e % 2) * 4;
    let t0 = vec4f(scratch[p], scratch[p + 1], scratch[p + 2], scratch[p + 3]);
    let t1 = vec4f(scratch[p + 8], scratch[p + 9], scratch[p + 10], scratch[p + 11]);
    let t2 = vec4f(scratch[p + 16], scratch[p + 17], scratch[p + 18], scratch[p + 19]);
    let t3 = vec4f(scratch[p + 24], scratch[p + 25], scratch[p + 26], scratch[p + 27]);
    finish((row_of) / 4, column_of, t0, t1, t2, t3);
  }
  workgroupBarrier();
  if (busy) { subgroupMatrixStore<row_major>(&scratch, u32(block * 64), acc1_0, 8u); }
  workgroupBarrier();
  for (var e = id; e < 8; e += 64) {
    let of_block = e / 4;
    let row_of = m + of_block / 1 * 32 + 8 + e % 4 / 2 * 4;
    let column_of = n / 4 + of_block % 1 * 4 + 0 + e % 2;
    let p = (e / 2 * 4 * 2 + e % 2) * 4;
    let t0 = vec4f(scratch[p], scratch[p + 1], scratch[p + 2], scratch[p + 3]);
    let t1 = vec4f(scratch[p + 8], scratch[p + 9], scratch[p + 10], scratch[p + 11]);
    let t2 = vec4f(scratch[p + 16], scratch[p + 17], scratch[p + 18], scratch[p + 19]);
    let t3 = vec4f(scratch[p + 24], scratch[p + 25], scratch[p + 26], scratch[p + 27]);
    finish((row_of) / 4, column_of, t0, t1, t2, t3);
  }
  workgroupBarrier();
  if (busy) { subgroupMatrixStore<row_major>(&scratch, u32(block * 64), acc1_1, 8u); }
  workgroupBarrier();
  for (var e = id; e < 8; e += 64) {
    let of_block = e / 4;
    let row_of = m + of_block / 1 * 32 + 8 + e % 4 / 2 * 4;
    let column_of = n / 4 + of_block % 1 * 4 + 2 + e % 2;
    let p = (e / 2 * 4 * 2 + e % 2) * 4;
    let t0 = vec4f(scratch[p], scratch[p + 1], scratch[p + 2], scratch[p + 3]);
    let t1 = vec4f(scratch[p + 8], scratch[p + 9], scratch[p + 10], scratch[p + 11]);
    let t2 = vec4f(scratch[p + 16], scratch[p + 17], scratch[p + 18], scratch[p + 19]);
    let t3 = vec4f(scratch[p + 24], scratch[p + 25], scratch[p + 26], scratch[p + 27]);
    finish((row_of) / 4, column_of, t0, t1, t2, t3);
  }
  workgroupBarrier();
  if (busy) { subgroupMatrixStore<row_major>(&scratch, u32(block * 64), acc2_0, 8u); }
  workgroupBarrier();
  for (var e = id; e < 8; e += 64) {
    let of_block = e / 4;
    let row_of = m + of_block / 1 * 32 + 16 + e % 4 / 2 * 4;
    let column_of = n / 4 + of_block % 1 * 4 + 0 + e % 2;
    let p = (e / 2 * 4 * 2 + e % 2) * 4;
    let t0 = vec4f(scratch[p], scratch[p + 1], scratch[p + 2], scratch[p + 3]);
    let t1 = vec4f(scratch[p + 8], scratch[p + 9], scratch[p + 10], scratch[p + 11]);
    let t2 = vec4f(scratch[p + 16], scratch[p + 17], scratch[p + 18], scratch[p + 19]);
    let t3 = vec4f(scratch[p + 24], scratch[p + 25], scratch[p + 26], scratch[p + 27]);
    finish((row_of) / 4, column_of, t0, t1, t2, t3);
  }
  workgroupBarrier();
  if (busy) { subgroupMatrixStore<row_major>(&scratch, u32(block * 64), acc2_1, 8u); }
  workgroupBarrier();
  for (var e = id; e < 8; e += 64) {
    let of_block = e / 4;
    let row_of = m + of_block / 1 * 32 + 16 + e % 4 / 2 * 4;
    let column_of = n / 4 + of_block % 1 * 4 + 2 + e % 2;
    let p = (e / 2 * 4 * 2 + e % 2) * 4;
    let t0 = vec4f(scratch[p], scratch[p + 1], scratch[p + 2], scratch[p + 3]);
    let t1 = vec4f(scratch[p + 8], scratch[p + 9], scratch[p + 10], scratch[p + 11]);
    let t2 = vec4f(scratch[p + 16], scratch[p + 17], scratch[p + 18], scratch[p + 19]);
    let t3 = vec4f(scratch[p + 24], scratch[p + 25], scratch[p + 26], scratch[p + 27]);
    finish((row_of) / 4, column_of, t0, t1, t2, t3);
  }
  workgroupBarrier();
  if (busy) { subgroupMatrixStore<row_major>(&scratch, u32(block * 64), acc3_0, 8u); }
  workgroupBarrier();
  for (var e = id; e < 8; e += 64) {
    let of_block = e / 4;
    let row_of = m + of_block / 1 * 32 + 24 + e % 4 / 2 * 4;
    let column_of = n / 4 + of_block % 1 * 4 + 0 + e % 2;
    let p = (e / 2 * 4 * 2 + e % 2) * 4;
    let t0 = vec4f(scratch[p], scratch[p + 1], scratch[p + 2], scratch[p + 3]);
    let t1 = vec4f(scratch[p + 8], scratch[p + 9], scratch[p + 10], scratch[p + 11]);
    let t2 = vec4f(scratch[p + 16], scratch[p + 17], scratch[p + 18], scratch[p + 19]);
    let t3 = vec4f(scratch[p + 24], scratch[p + 25], scratch[p + 26], scratch[p + 27]);
    finish((row_of) / 4, column_of, t0, t1, t2, t3);
  }
  workgroupBarrier();
  if (busy) { subgroupMatrixStore<row_major>(&scratch, u32(block * 64), acc3_1, 8u); }
  workgroupBarrier();
  for (var e = id; e < 8; e += 64) {
    let of_block = e / 4;
    let row_of = m + of_block / 1 * 32 + 24 + e % 4 / 2 * 4;
    let column_of = n / 4 + of_block % 1 * 4 + 2 + e % 2;
    let p = (e / 2 * 4 * 2 + e % 2) * 4;
    let t0 = vec4f(scratch[p], scratch[p + 1], scratch[p + 2], scratch[p + 3]);
    let t1 = vec4f(scratch[p + 8], scratch[p + 9], scratch[p + 10], scratch[p + 11]);
    let t2 = vec4f(scratch[p + 16], scratch[p + 17], scratch[p + 18], scratch[p + 19]);
    let t3 = vec4f(scratch[p + 24], scratch[p + 25], scratch[p + 26], scratch[p + 27]);
    finish((row_of) / 4, column_of, t0, t1, t2, t3);
  }
  workgroupBarrier();
}
