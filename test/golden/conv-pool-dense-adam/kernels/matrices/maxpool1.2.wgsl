enable subgroups;
enable chromium_experimental_subgroup_matrix;
requires subgroup_id;
diagnostic(off, chromium.subgroup_matrix_uniformity); // a subgroup has one number, which the analysis does not know

// maxpool1 = conv2d, add, relu, maxpool2d, maxpool2d_winner: 8x10x10x4
// line 4: conv 4 3x3 relu => 10x10x4
// of which maxpool2d leaves 8x5x5x4
// line 5: maxpool 2x2 => 5x5x4
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, pooled row, pooled column, place of the window), n = filter, k = (window row, window column, channel); 800 x 4 x 9
// A workgroup makes 32 x 8 of y, 16 steps of k at a time; a subgroup 16 x 8, by f32 8x8x8.
alias T = vec4f;
alias U = vec4u;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 12; const W = 12; const C = 1; const KH = 3; const KW = 3; const OH = 10; const OW = 10; const F = 4;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
// Windows of WH x WW are pooled, PH x PW of them.
const WH = 2; const WW = 2; const PH = 5; const PW = 5;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 1152>;
@group(0) @binding(1) var<storage, read> conv1_weight: array<vec4f, 9>;
@group(0) @binding(2) var<storage, read> conv1_bias: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read_write> maxpool1: array<vec4f, 200>;
@group(0) @binding(4) var<storage, read_write> maxpool1_winner: array<u32, 200>;
alias Left = subgroup_matrix_left<f32, 8, 8>;
alias Right = subgroup_matrix_right<f32, 8, 8>;
alias Result = subgroup_matrix_result<f32, 8, 8>;
var<workgroup> sa: array<f32, 640>;
var<workgroup> sb: array<f32, 192>;
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
  let ky = k / 3;
  let c = k % 3;
  let p = at(r, ky);
  return p + c;
}

// The element of b at step k, column 0.
fn b_at(k: i32) -> i32 {
  let ky = k / 3;
  let c = k % 3;
  return ky * KW * C * F + c * 4;
}

fn finish(r: i32, c: i32, t0: T, t1: T, t2: T, t3: T) {
  if (r >= 200 || c >= 1) { return; }
  let column = u32(c);
  let o = u32(r) * 1u + column;
  let conv1_z_v_0 = t0 + conv1_bias[column];
  let conv1_v_0 = max(conv1_z_v_0, T(0.0));
  let conv1_z_v_1 = t1 + conv1_bias[column];
  let conv1_v_1 = max(conv1_z_v_1, T(0.0));
  let conv1_z_v_2 = t2 + conv1_bias[column];
  let conv1_v_2 = max(conv1_z_v_2, T(0.0));
  let conv1_z_v_3 = t3 + conv1_bias[column];
  let conv1_v_3 = max(conv1_z_v_3, T(0.0));
  var best = conv1_v_0;
  var first = U();
  first = select(first, U(1u), conv1_v_1 > best); best = max(best, conv1_v_1);
  first = select(first, U(2u), conv1_v_2 > best); best = max(best, conv1_v_2);
  first = select(first, U(3u), conv1_v_3 > best); best = max(best, conv1_v_3);
  maxpool1[o] = best;
  maxpool1_winner[o] = dot(first, vec4u(1u, 256u, 65536u, 16777216u));
}

fn put_a(i: i32, four: vec4f) {
  let p = i / 4 * 20 + i % 4 * 4;
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
  let r0 = row(m + id / 4);
  let r1 = row(m + (id + 64) / 4);
  var acc0_0 = Result();
  var acc1_0 = Result();
  for (var k0 = 0; k0 < 9; k0 += 16) {
    {
      let k = k0 + id % 4 * 4;
      let p0 = a_at(r0, k + 0);
      let p1 = a_at(r0, k + 1);
      let p2 = a_at(r0, k + 2);
      let p3 = a_at(r0, k + 3);
      put_a(id, vec4f(select(0.0, x[select(0, p0, k + 0 < 9)], k + 0 < 9), select(0.0, x[select(0, p1, k + 1 < 9)], k + 1 < 9), select(0.0, x[select(0, p2, k + 2 < 9)], k + 2 < 9), select(0.0, x[select(0, p3, k + 3 < 9)], k + 3 < 9)));
    }
    {
      let k = k0 + (id + 64) % 4 * 4;
      let p0 = a_at(r1, k + 0);
      let p1 = a_at(r1, k + 1);
      let p2 = a_at(r1, k + 2);
      let p3 = a_at(r1, k + 3);
      put_a(id + 64, vec4f(select(0.0, x[select(0, p0, k + 0 < 9)], k + 0 < 9), select(0.0, x[select(0, p1, k + 1 < 9)], k + 1 < 9), select(0.0, x[select(0, p2, k + 2 < 9)], k + 2 < 9), select(0.0, x[select(0, p3, k + 3 < 9)], k + 3 < 9)));
    }
    if (id < 32) {
      let k = k0 + id / 2;
      let c = n + id % 2 * 4;
      let q = b_at(k) + c;
      put_b(id, select(vec4f(), conv1_weight[select(0, q, k < 9 && c < 4) / 4], k < 9 && c < 4));
    }
    workgroupBarrier();
    if (busy) {
      {
        let left0 = subgroupMatrixLoad<Left, row_major>(&sa, u32((first_row + 0) * 20 + 0), 20u);
        let left1 = subgroupMatrixLoad<Left, row_major>(&sa, u32((first_row + 8) * 20 + 0), 20u);
        let right0 = subgroupMatrixLoad<Right, row_major>(&sb, u32((0) * 12 + first_column + 0), 12u);
        acc0_0 = subgroupMatrixMultiplyAccumulate(left0, right0, acc0_0);
        acc1_0 = subgroupMatrixMultiplyAccumulate(left1, right0, acc1_0);
      }
      {
        let left0 = subgroupMatrixLoad<Left, row_major>(&sa, u32((first_row + 0) * 20 + 8), 20u);
        let left1 = subgroupMatrixLoad<Left, row_major>(&sa, u32((first_row + 8) * 20 + 8), 20u);
        let right0 = subgroupMatrixLoad<Right, row_major>(&sb, u32((8) * 12 + first_column + 0), 12u);
        acc0_0 = subgroupMatrixMultiplyAccumulate(left0, right0, acc0_0);
        acc1_0 = subgroupMatrixMultiplyAccumulate(left1, right0, acc1_0);
      }
    }
    workgroupBarrier();
  }
  if (busy) { subgroupMatrixStore<row_major>(&scratch, u32(block * 64), acc0_0, 8u); }
  workgroupBarrier();
  for (var e = id; e < 8; e += 64) {
    let of_block = e / 4;
    let row_of = m + of_block / 1 * 16 + 0 + e % 4 / 2 * 4;
    let column_of = n / 4 + of_block % 1 * 2 + 0 + e % 2;
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
    let row_of = m + of_block / 1 * 16 + 8 + e % 4 / 2 * 4;
    let column_of = n / 4 + of_block % 1 * 2 + 0 + e % 2;
    let p = (e / 2 * 4 * 2 + e % 2) * 4;
    let t0 = vec4f(scratch[p], scratch[p + 1], scratch[p + 2], scratch[p + 3]);
    let t1 = vec4f(scratch[p + 8], scratch[p + 9], scratch[p + 10], scratch[p + 11]);
    let t2 = vec4f(scratch[p + 16], scratch[p + 17], scratch[p + 18], scratch[p + 19]);
    let t3 = vec4f(scratch[p + 24], scratch[p + 25], scratch[p + 26], scratch[p + 27]);
    finish((row_of) / 4, column_of, t0, t1, t2, t3);
  }
  workgroupBarrier();
}
