enable subgroups;
// maxpool2 = conv2d, add, relu, maxpool2d, maxpool2d_winner: 8x4x4x8
// line 6: conv 8 2x2 relu => 4x4x8
// of which maxpool2d leaves 8x2x2x8
// line 7: maxpool 2x2 => 2x2x8
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, pooled row, pooled column, place of the window), n = filter, k = (window row, window column, channel); 128 x 8 x 16
// Each lane of a subgroup computes 2 x 2 pixels and 4 filters at a time.
alias T = vec4f;
alias U = vec4u;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 5; const W = 5; const C = 4; const KH = 2; const KW = 2; const OH = 4; const OW = 4; const F = 8;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
// Windows of WH x WW are pooled, PH x PW of them.
const WH = 2; const WW = 2; const PH = 2; const PW = 2;
@group(0) @binding(0) var<storage, read_write> maxpool1: array<f32, 800>;
@group(0) @binding(1) var<storage, read> conv2_weight: array<f32, 128>;
@group(0) @binding(2) var<storage, read> conv2_bias: array<vec4f, 2>;
@group(0) @binding(3) var<storage, read_write> maxpool2: array<vec4f, 64>;
@group(0) @binding(4) var<storage, read_write> maxpool2_winner: array<u32, 64>;

@compute @workgroup_size(8)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let place = i32(id.x);
  let r = place;
  let top = r / PW % PH * WH * SY - TOP;
  let left = r % PW * WW * SX - LEFT;
  let at = ((r / (PH * PW) * H + top) * W + left) * C;
  let a0_0_0 = maxpool1[at + 0 * (W * C) + 0];
  let a0_0_1 = maxpool1[at + 0 * (W * C) + 1];
  let a0_0_2 = maxpool1[at + 0 * (W * C) + 2];
  let a0_0_3 = maxpool1[at + 0 * (W * C) + 3];
  let a0_1_0 = maxpool1[at + 0 * (W * C) + 4];
  let a0_1_1 = maxpool1[at + 0 * (W * C) + 5];
  let a0_1_2 = maxpool1[at + 0 * (W * C) + 6];
  let a0_1_3 = maxpool1[at + 0 * (W * C) + 7];
  let a0_2_0 = maxpool1[at + 0 * (W * C) + 8];
  let a0_2_1 = maxpool1[at + 0 * (W * C) + 9];
  let a0_2_2 = maxpool1[at + 0 * (W * C) + 10];
  let a0_2_3 = maxpool1[at + 0 * (W * C) + 11];
  let a1_0_0 = maxpool1[at + 1 * (W * C) + 0];
  let a1_0_1 = maxpool1[at + 1 * (W * C) + 1];
  let a1_0_2 = maxpool1[at + 1 * (W * C) + 2];
  let a1_0_3 = maxpool1[at + 1 * (W * C) + 3];
  let a1_1_0 = maxpool1[at + 1 * (W * C) + 4];
  let a1_1_1 = maxpool1[at + 1 * (W * C) + 5];
  let a1_1_2 = maxpool1[at + 1 * (W * C) + 6];
  let a1_1_3 = maxpool1[at + 1 * (W * C) + 7];
  let a1_2_0 = maxpool1[at + 1 * (W * C) + 8];
  let a1_2_1 = maxpool1[at + 1 * (W * C) + 9];
  let a1_2_2 = maxpool1[at + 1 * (W * C) + 10];
  let a1_2_3 = maxpool1[at + 1 * (W * C) + 11];
  let a2_0_0 = maxpool1[at + 2 * (W * C) + 0];
  let a2_0_1 = maxpool1[at + 2 * (W * C) + 1];
  let a2_0_2 = maxpool1[at + 2 * (W * C) + 2];
  let a2_0_3 = maxpool1[at + 2 * (W * C) + 3];
  let a2_1_0 = maxpool1[at + 2 * (W * C) + 4];
  let a2_1_1 = maxpool1[at + 2 * (W * C) + 5];
  let a2_1_2 = maxpool1[at + 2 * (W * C) + 6];
  let a2_1_3 = maxpool1[at + 2 * (W * C) + 7];
  let a2_2_0 = maxpool1[at + 2 * (W * C) + 8];
  let a2_2_1 = maxpool1[at + 2 * (W * C) + 9];
  let a2_2_2 = maxpool1[at + 2 * (W * C) + 10];
  let a2_2_3 = maxpool1[at + 2 * (W * C) + 11];
  let own = i32(lane) / 4 * F + i32(lane) % 4;
  var q: f32;
  for (var f = 0; f < F; f += 4) {
    let w0 = conv2_weight[own + 0 + f];
    let w1 = conv2_weight[own + 16 + f];
    let w2 = conv2_weight[own + 32 + f];
    let w3 = conv2_weight[own + 48 + f];
    let w4 = conv2_weight[own + 64 + f];
    let w5 = conv2_weight[own + 80 + f];
    let w6 = conv2_weight[own + 96 + f];
    let w7 = conv2_weight[own + 112 + f];
    var s0_0 = 0.0;
    var s0_1 = 0.0;
    var s0_2 = 0.0;
    var s0_3 = 0.0;
    var s1_0 = 0.0;
    var s1_1 = 0.0;
    var s1_2 = 0.0;
    var s1_3 = 0.0;
    var s2_0 = 0.0;
    var s2_1 = 0.0;
    var s2_2 = 0.0;
    var s2_3 = 0.0;
    var s3_0 = 0.0;
    var s3_1 = 0.0;
    var s3_2 = 0.0;
    var s3_3 = 0.0;
    q = subgroupBroadcast(w0, 0u); s0_0 = fma(a0_0_0, q, s0_0); s1_0 = fma(a0_1_0, q, s1_0); s2_0 = fma(a1_0_0, q, s2_0); s3_0 = fma(a1_1_0, q, s3_0);
    q = subgroupBroadcast(w0, 1u); s0_1 = fma(a0_0_0, q, s0_1); s1_1 = fma(a0_1_0, q, s1_1); s2_1 = fma(a1_0_0, q, s2_1); s3_1 = fma(a1_1_0, q, s3_1);
    q = subgroupBroadcast(w0, 2u); s0_2 = fma(a0_0_0, q, s0_2); s1_2 = fma(a0_1_0, q, s1_2); s2_2 = fma(a1_0_0, q, s2_2); s3_2 = fma(a1_1_0, q, s3_2);
    q = subgroupBroadcast(w0, 3u); s0_3 = fma(a0_0_0, q, s0_3); s1_3 = fma(a0_1_0, q, s1_3); s2_3 = fma(a1_0_0, q, s2_3); s3_3 = fma(a1_1_0, q, s3_3);
    q = subgroupBroadcast(w0, 4u); s0_0 = fma(a0_0_1, q, s0_0); s1_0 = fma(a0_1_1, q, s1_0); s2_0 = fma(a1_0_1, q, s2_0); s3_0 = fma(a1_1_1, q, s3_0);
    q = subgroupBroadcast(w0, 5u); s0_1 = fma(a0_0_1, q, s0_1); s1_1 = fma(a0_1_1, q, s1_1); s2_1 = fma(a1_0_1, q, s2_1); s3_1 = fma(a1_1_1, q, s3_1);
    q = subgroupBroadcast(w0, 6u); s0_2 = fma(a0_0_1, q, s0_2); s1_2 = fma(a0_1_1, q, s1_2); s2_2 = fma(a1_0_1, q, s2_2); s3_2 = fma(a1_1_1, q, s3_2);
    q = subgroupBroadcast(w0, 7u); s0_3 = fma(a0_0_1, q, s0_3); s1_3 = fma(a0_1_1, q, s1_3); s2_3 = fma(a1_0_1, q, s2_3); s3_3 = fma(a1_1_1, q, s3_3);
    q = subgroupBroadcast(w1, 0u); s0_0 = fma(a0_0_2, q, s0_0); s1_0 = fma(a0_1_2, q, s1_0); s2_0 = fma(a1_0_2, q, s2_0); s3_0 = fma(a1_1_2, q, s3_0);
    q = subgroupBroadcast(w1, 1u); s0_1 = fma(a0_0_2, q, s0_1); s1_1 = fma(a0_1_2, q, s1_1); s2_1 = fma(a1_0_2, q, s2_1); s3_1 = fma(a1_1_2, q, s3_1);
    q = subgroupBroadcast(w1, 2u); s0_2 = fma(a0_0_2, q, s0_2); s1_2 = fma(a0_1_2, q, s1_2); s2_2 = fma(a1_0_2, q, s2_2); s3_2 = fma(a1_1_2, q, s3_2);
    q = subgroupBroadcast(w1, 3u); s0_3 = fma(a0_0_2, q, s0_3); s1_3 = fma(a0_1_2, q, s1_3); s2_3 = fma(a1_0_2, q, s2_3); s3_3 = fma(a1_1_2, q, s3_3);
    q = subgroupBroadcast(w1, 4u); s0_0 = fma(a0_0_3, q, s0_0); s1_0 = fma(a0_1_3, q, s1_0); s2_0 = fma(a1_0_3, q, s2_0); s3_0 = fma(a1_1_3, q, s3_0);
    q = subgroupBroadcast(w1, 5u); s0_1 = fma(a0_0_3, q, s0_1); s1_1 = fma(a0_1_3, q, s1_1); s2_1 = fma(a1_0_3, q, s2_1); s3_1 = fma(a1_1_3, q, s3_1);
    q = subgroupBroadcast(w1, 6u); s0_2 = fma(a0_0_3, q, s0_2); s1_2 = fma(a0_1_3, q, s1_2); s2_2 = fma(a1_0_3, q, s2_2); s3_2 = fma(a1_1_3, q, s3_2);
    q = subgroupBroadcast(w1, 7u); s0_3 = fma(a0_0_3, q, s0_3); s1_3 = fma(a0_1_3, q, s1_3); s2_3 = fma(a1_0_3, q, s2_3); s3_3 = fma(a1_1_3, q, s3_3);
    q = subgroupBroadcast(w2, 0u); s0_0 = fma(a0_1_0, q, s0_0); s1_0 = fma(a0_2_0, q, s1_0); s2_0 = fma(a1_1_0, q, s2_0); s3_0 = fma(a1_2_0, q, s3_0);
    q = subgroupBroadcast(w2, 1u); s0_1 = fma(a0_1_0, q, s0_1); s1_1 = fma(a0_2_0, q, s1_1); s2_1 = fma(a1_1_0, q, s2_1); s3_1 = fma(a1_2_0, q, s3_1);
    q = subgroupBroadcast(w2, 2u); s0_2 = fma(a0_1_0, q, s0_2); s1_2 = fma(a0_2_0, q, s1_2); s2_2 = fma(a1_1_0, q, s2_2); s3_2 = fma(a1_2_0, q, s3_2);
    q = subgroupBroadcast(w2, 3u); s0_3 = fma(a0_1_0, q, s0_3); s1_3 = fma(a0_2_0, q, s1_3); s2_3 = fma(a1_1_0, q, s2_3); s3_3 = fma(a1_2_0, q, s3_3);
    q = subgroupBroadcast(w2, 4u); s0_0 = fma(a0_1_1, q, s0_0); s1_0 = fma(a0_2_1, q, s1_0); s2_0 = fma(a1_1_1, q, s2_0); s3_0 = fma(a1_2_1, q, s3_0);
    q = subgroupBroadcast(w2, 5u); s0_1 = fma(a0_1_1, q, s0_1); s1_1 = fma(a0_2_1, q, s1_1); s2_1 = fma(a1_1_1, q, s2_1); s3_1 = fma(a1_2_1, q, s3_1);
    q = subgroupBroadcast(w2, 6u); s0_2 = fma(a0_1_1, q, s0_2); s1_2 = fma(a0_2_1, q, s1_2); s2_2 = fma(a1_1_1, q, s2_2); s3_2 = fma(a1_2_1, q, s3_2);
    q = subgroupBroadcast(w2, 7u); s0_3 = fma(a0_1_1, q, s0_3); s1_3 = fma(a0_2_1, q, s1_3); s2_3 = fma(a1_1_1, q, s2_3); s3_3 = fma(a1_2_1, q, s3_3);
    q = subgroupBroadcast(w3, 0u); s0_0 = fma(a0_1_2, q, s0_0); s1_0 = fma(a0_2_2, q, s1_0); s2_0 = fma(a1_1_2, q, s2_0); s3_0 = fma(a1_2_2, q, s3_0);
    q = subgroupBroadcast(w3, 1u); s0_1 = fma(a0_1_2, q, s0_1); s1_1 = fma(a0_2_2, q, s1_1); s2_1 = fma(a1_1_2, q, s2_1); s3_1 = fma(a1_2_2, q, s3_1);
    q = subgroupBroadcast(w3, 2u); s0_2 = fma(a0_1_2, q, s0_2); s1_2 = fma(a0_2_2, q, s1_2); s2_2 = fma(a1_1_2, q, s2_2); s3_2 = fma(a1_2_2, q, s3_2);
    q = subgroupBroadcast(w3, 3u); s0_3 = fma(a0_1_2, q, s0_3); s1_3 = fma(a0_2_2, q, s1_3); s2_3 = fma(a1_1_2, q, s2_3); s3_3 = fma(a1_2_2, q, s3_3);
    q = subgroupBroadcast(w3, 4u); s0_0 = fma(a0_1_3, q, s0_0); s1_0 = fma(a0_2_3, q, s1_0); s2_0 = fma(a1_1_3, q, s2_0); s3_0 = fma(a1_2_3, q, s3_0);
    q = subgroupBroadcast(w3, 5u); s0_1 = fma(a0_1_3, q, s0_1); s1_1 = fma(a0_2_3, q, s1_1); s2_1 = fma(a1_1_3, q, s2_1); s3_1 = fma(a1_2_3, q, s3_1);
    q = subgroupBroadcast(w3, 6u); s0_2 = fma(a0_1_3, q, s0_2); s1_2 = fma(a0_2_3, q, s1_2); s2_2 = fma(a1_1_3, q, s2_2); s3_2 = fma(a1_2_3, q, s3_2);
    q = subgroupBroadcast(w3, 7u); s0_3 = fma(a0_1_3, q, s0_3); s1_3 = fma(a0_2_3, q, s1_3); s2_3 = fma(a1_1_3, q, s2_3); s3_3 = fma(a1_2_3, q, s3_3);
    q = subgroupBroadcast(w4, 0u); s0_0 = fma(a1_0_0, q, s0_0); s1_0 = fma(a1_1_0, q, s1_0); s2_0 = fma(a2_0_0, q, s2_0); s3_0 = fma(a2_1_0, q, s3_0);
    q = subgroupBroadcast(w4, 1u); s0_1 = fma(a1_0_0, q, s0_1); s1_1 = fma(a1_1_0, q, s1_1); s2_1 = fma(a2_0_0, q, s2_1); s3_1 = fma(a2_1_0, q, s3_1);
    q = subgroupBroadcast(w4, 2u); s0_2 = fma(a1_0_0, q, s0_2); s1_2 = fma(a1_1_0, q, s1_2); s2_2 = fma(a2_0_0, q, s2_2); s3_2 = fma(a2_1_0, q, s3_2);
    q = subgroupBroadcast(w4, 3u); s0_3 = fma(a1_0_0, q, s0_3); s1_3 = fma(a1_1_0, q, s1_3); s2_3 = fma(a2_0_0, q, s2_3); s3_3 = fma(a2_1_0, q, s3_3);
    q = subgroupBroadcast(w4, 4u); s0_0 = fma(a1_0_1, q, s0_0); s1_0 = fma(a1_1_1, q, s1_0); s2_0 = fma(a2_0_1, q, s2_0); s3_0 = fma(a2_1_1, q, s3_0);
    q = subgroupBroadcast(w4, 5u); s0_1 = fma(a1_0_1, q, s0_1); s1_1 = fma(a1_1_1, q, s1_1); s2_1 = fma(a2_0_1, q, s2_1); s3_1 = fma(a2_1_1, q, s3_1);
    q = subgroupBroadcast(w4, 6u); s0_2 = fma(a1_0_1, q, s0_2); s1_2 = fma(a1_1_1, q, s1_2); s2_2 = fma(a2_0_1, q, s2_2); s3_2 = fma(a2_1_1, q, s3_2);
    q = subgroupBroadcast(w4, 7u); s0_3 = fma(a1_0_1, q, s0_3); s1_3 = fma(a1_1_1, q, s1_3); s2_3 = fma(a2_0_1, q, s2_3); s3_3 = fma(a2_1_1, q, s3_3);
    q = subgroupBroadcast(w5, 0u); s0_0 = fma(a1_0_2, q, s0_0); s1_0 = fma(a1_1_2, q, s1_0); s2_0 = fma(a2_0_2, q, s2_0); s3_0 = fma(a2_1_2, q, s3_0);
    q = subgroupBroadcast(w5, 1u); s0_1 = fma(a1_0_2, q, s0_1); s1_1 = fma(a1_1_2, q, s1_1); s2_1 = fma(a2_0_2, q, s2_1); s3_1 = fma(a2_1_2, q, s3_1);
    q = subgroupBroadcast(w5, 2u); s0_2 = fma(a1_0_2, q, s0_2); s1_2 = fma(a1_1_2, q, s1_2); s2_2 = fma(a2_0_2, q, s2_2); s3_2 = fma(a2_1_2, q, s3_2);
    q = subgroupBroadcast(w5, 3u); s0_3 = fma(a1_0_2, q, s0_3); s1_3 = fma(a1_1_2, q, s1_3); s2_3 = fma(a2_0_2, q, s2_3); s3_3 = fma(a2_1_2, q, s3_3);
    q = subgroupBroadcast(w5, 4u); s0_0 = fma(a1_0_3, q, s0_0); s1_0 = fma(a1_1_3, q, s1_0); s2_0 = fma(a2_0_3, q, s2_0); s3_0 = fma(a2_1_3, q, s3_0);
    q = subgroupBroadcast(w5, 5u); s0_1 = fma(a1_0_3, q, s0_1); s1_1 = fma(a1_1_3, q, s1_1); s2_1 = fma(a2_0_3, q, s2_1); s3_1 = fma(a2_1_3, q, s3_1);
    q = subgroupBroadcast(w5, 6u); s0_2 = fma(a1_0_3, q, s0_2); s1_2 = fma(a1_1_3, q, s1_2); s2_2 = fma(a2_0_3, q, s2_2); s3_2 = fma(a2_1_3, q, s3_2);
    q = subgroupBroadcast(w5, 7u); s0_3 = fma(a1_0_3, q, s0_3); s1_3 = fma(a1_1_3, q, s1_3); s2_3 = fma(a2_0_3, q, s2_3); s3_3 = fma(a2_1_3, q, s3_3);
    q = subgroupBroadcast(w6, 0u); s0_0 = fma(a1_1_0, q, s0_0); s1_0 = fma(a1_2_0, q, s1_0); s2_0 = fma(a2_1_0, q, s2_0); s3_0 = fma(a2_2_0, q, s3_0);
    q = subgroupBroadcast(w6, 1u); s0_1 = fma(a1_1_0, q, s0_1); s1_1 = fma(a1_2_0, q, s1_1); s2_1 = fma(a2_1_0, q, s2_1); s3_1 = fma(a2_2_0, q, s3_1);
    q = subgroupBroadcast(w6, 2u); s0_2 = fma(a1_1_0, q, s0_2); s1_2 = fma(a1_2_0, q, s1_2); s2_2 = fma(a2_1_0, q, s2_2); s3_2 = fma(a2_2_0, q, s3_2);
    q = subgroupBroadcast(w6, 3u); s0_3 = fma(a1_1_0, q, s0_3); s1_3 = fma(a1_2_0, q, s1_3); s2_3 = fma(a2_1_0, q, s2_3); s3_3 = fma(a2_2_0, q, s3_3);
    q = subgroupBroadcast(w6, 4u); s0_0 = fma(a1_1_1, q, s0_0); s1_0 = fma(a1_2_1, q, s1_0); s2_0 = fma(a2_1_1, q, s2_0); s3_0 = fma(a2_2_1, q, s3_0);
    q = subgroupBroadcast(w6, 5u); s0_1 = fma(a1_1_1, q, s0_1); s1_1 = fma(a1_2_1, q, s1_1); s2_1 = fma(a2_1_1, q, s2_1); s3_1 = fma(a2_2_1, q, s3_1);
    q = subgroupBroadcast(w6, 6u); s0_2 = fma(a1_1_1, q, s0_2); s1_2 = fma(a1_2_1, q, s1_2); s2_2 = fma(a2_1_1, q, s2_2); s3_2 = fma(a2_2_1, q, s3_2);
    q = subgroupBroadcast(w6, 7u); s0_3 = fma(a1_1_1, q, s0_3); s1_3 = fma(a1_2_1, q, s1_3); s2_3 = fma(a2_1_1, q, s2_3); s3_3 = fma(a2_2_1, q, s3_3);
    q = subgroupBroadcast(w7, 0u); s0_0 = fma(a1_1_2, q, s0_0); s1_0 = fma(a1_2_2, q, s1_0); s2_0 = fma(a2_1_2, q, s2_0); s3_0 = fma(a2_2_2, q, s3_0);
    q = subgroupBroadcast(w7, 1u); s0_1 = fma(a1_1_2, q, s0_1); s1_1 = fma(a1_2_2, q, s1_1); s2_1 = fma(a2_1_2, q, s2_1); s3_1 = fma(a2_2_2, q, s3_1);
    q = subgroupBroadcast(w7, 2u); s0_2 = fma(a1_1_2, q, s0_2); s1_2 = fma(a1_2_2, q, s1_2); s2_2 = fma(a2_1_2, q, s2_2); s3_2 = fma(a2_2_2, q, s3_2);
    q = subgroupBroadcast(w7, 3u); s0_3 = fma(a1_1_2, q, s0_3); s1_3 = fma(a1_2_2, q, s1_3); s2_3 = fma(a2_1_2, q, s2_3); s3_3 = fma(a2_2_2, q, s3_3);
    q = subgroupBroadcast(w7, 4u); s0_0 = fma(a1_1_3, q, s0_0); s1_0 = fma(a1_2_3, q, s1_0); s2_0 = fma(a2_1_3, q, s2_0); s3_0 = fma(a2_2_3, q, s3_0);
    q = subgroupBroadcast(w7, 5u); s0_1 = fma(a1_1_3, q, s0_1); s1_1 = fma(a1_2_3, q, s1_1); s2_1 = fma(a2_1_3, q, s2_1); s3_1 = fma(a2_2_3, q, s3_1);
    q = subgroupBroadcast(w7, 6u); s0_2 = fma(a1_1_3, q, s0_2); s1_2 = fma(a1_2_3, q, s1_2); s2_2 = fma(a2_1_3, q, s2_2); s3_2 = fma(a2_2_3, q, s3_2);
    q = subgroupBroadcast(w7, 7u); s0_3 = fma(a1_1_3, q, s0_3); s1_3 = fma(a1_2_3, q, s1_3); s2_3 = fma(a2_1_3, q, s2_3); s3_3 = fma(a2_2_3, q, s3_3);

    {
      let column = u32(f) / 4u;
      let o = u32(r) * 2u + column;

      let conv2_z_v_0 = T(s0_0, s0_1, s0_2, s0_3) + conv2_bias[column];
      let conv2_v_0 = max(conv2_z_v_0, T(0.0));
      let conv2_z_v_1 = T(s1_0, s1_1, s1_2, s1_3) + conv2_bias[column];
      let conv2_v_1 = max(conv2_z_v_1, T(0.0));
      let conv2_z_v_2 = T(s2_0, s2_1, s2_2, s2_3) + conv2_bias[column];
      let conv2_v_2 = max(conv2_z_v_2, T(0.0));
      let conv2_z_v_3 = T(s3_0, s3_1, s3_2, s3_3) + conv2_bias[column];
      let conv2_v_3 = max(conv2_z_v_3, T(0.0));
      var best = conv2_v_0;
      var first = U();
      var better = best < best;
      better = conv2_v_1 > best; best = select(best, conv2_v_1, better); first = select(first, U(1u), better);
      better = conv2_v_2 > best; best = select(best, conv2_v_2, better); first = select(first, U(2u), better);
      better = conv2_v_3 > best; best = select(best, conv2_v_3, better); first = select(first, U(3u), better);
      maxpool2[o] = best;
      maxpool2_winner[o] = dot(first, vec4u(1u, 256u, 65536u, 16777216u));
    }
  }
}
