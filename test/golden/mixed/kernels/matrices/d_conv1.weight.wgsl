enable subgroups;
enable chromium_experimental_subgroup_matrix;
requires subgroup_id;
diagnostic(off, chromium.subgroup_matrix_uniformity); // a subgroup has one number, which the analysis does not know

// d_conv1.weight = conv2d_dw: 3x3x2x4
// line 4: conv 4 3x3 nobias
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (window row, window column, channel), n = filter, k = (picture, row, column); 18 x 4 x 392
// A workgroup makes 16 x 8 of y, 16 steps of k at a time; a subgroup 8 x 8, by f32 8x8x8.
alias T = vec4f;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 9; const W = 9; const C = 2; const KH = 3; const KW = 3; const OH = 7; const OW = 7; const F = 4;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 1296>;
@group(0) @binding(1) var<storage, read_write> d_conv1: array<vec4f, 392>;
@group(0) @binding(2) var<storage, read_write> d_conv1_weight: array<vec4f, 18>;
alias Left = subgroup_matrix_left<f32, 8, 8>;
alias Right = subgroup_matrix_right<f32, 8, 8>;
alias Result = subgroup_matrix_result<f32, 8, 8>;
var<workgroup> sa: array<f32, 320>;
var<workgroup> sb: array<f32, 192>;
var<workgroup> scratch: array<f32, 128>;

// What row m of the result needs to find its elements of a.
fn row(m: i32) -> vec3i {
  return vec3i(m / (KW * C) * DY - TOP, m / C % KW * DX - LEFT, m % C);
}

// Where a's elements of a row start.
fn at(r: vec3i, image: i32, oy: i32) -> i32 {
  let y = r.x + oy * SY;
  let x = r.y;
  return ((image * H + y) * W + x) * C + r.z;
}

// The element of a at step k of row r.
fn a_at(r: vec3i, k: i32) -> i32 {
  let image = k / 49;
  let oy = k / 7 % 7;
  let ox = k % 7;
  let p = at(r, image, oy);
  return p + ox * 2;
}

// The element of b at step k, column 0.
fn b_at(k: i32) -> i32 {
  let image = k / 49;
  let oy = k / 7 % 7;
  let ox = k % 7;
  return (image * OH + oy) * OW * F + ox * 4;
}

fn finish(r: i32, c: i32, value: T) {
  if (r >= 18 || c >= 1) { return; }
  let column = u32(c);
  let o = u32(r) * 1u + column;
  d_conv1_weight[o] = value;
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
  let first_row = block / 1 * 8;
  let first_column = block % 1 * 8;
  let t = i32(tile.x);
  let n = 0;
  let m = t * 16;
  let r0_0 = row(min(m + id % 4 * 4 + 0, 17));
  let r0_1 = row(min(m + id % 4 * 4 + 1, 17));
  let r0_2 = row(min(m + id % 4 * 4 + 2, 17));
  let r0_3 = row(min(m + id % 4 * 4 + 3, 17));
  var acc0_0 = Result();
  for (var k0 = 0; k0 < 392; k0 += 16) {
    {
      let k = k0 + id / 4;
      let p0 = a_at(r0_0, k);
      let p1 = a_at(r0_1, k);
      let p2 = a_at(r0_2, k);
      let p3 = a_at(r0_3, k);
      put_a(id, vec4f(select(0.0, x[select(0, p0, k < 392)], k < 392), select(0.0, x[select(0, p1, k < 392)], k < 392), select(0.0, x[select(0, p2, k < 392)], k < 392), select(0.0, x[select(0, p3, k < 392)], k < 392)));
    }
    if (id < 32) {
      let k = k0 + id / 2;
      let c = n + id % 2 * 4;
      let q = b_at(k) + c;
      put_b(id, select(vec4f(), d_conv1[select(0, q, k < 392 && c < 4) / 4], k < 392 && c < 4));
    }
    workgroupBarrier();
    if (busy) {
      {
        let left0 = subgroupMatrixLoad<Left, col_major>(&sa, u32((0) * 20 + first_row + 0), 20u);
        let right0 = subgroupMatrixLoad<Right, row_major>(&sb, u32((0) * 12 + first_column + 0), 12u);
        acc0_0 = subgroupMatrixMultiplyAccumulate(left0, right0, acc0_0);
      }
      {
        let left0 = subgroupMatrixLoad<Left, col_major>(&sa, u32((8) * 20 + first_row + 0), 20u);
        let right0 = subgroupMatrixLoad<Right, row_major>(&sb, u32((8) * 12 + first_column + 0), 12u);
        acc0_0 = subgroupMatrixMultiplyAccumulate(left0, right0, acc0_0);
      }
    }
    workgroupBarrier();
  }
  if (busy) { subgroupMatrixStore<row_major>(&scratch, u32(block * 64), acc0_0, 8u); }
  workgroupBarrier();
  for (var e = id; e < 32; e += 64) {
    let of_block = e / 16;
    let row_of = m + of_block / 1 * 8 + 0 + e % 16 / 2;
    let column_of = n / 4 + of_block % 1 * 2 + 0 + e % 2;
    let four_of = vec4f(scratch[4 * e], scratch[4 * e + 1], scratch[4 * e + 2], scratch[4 * e + 3]);
    finish(row_of, column_of, four_of);
  }
  workgroupBarrier();
}
