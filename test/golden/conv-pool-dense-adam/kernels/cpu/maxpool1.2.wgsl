enable subgroups;
// maxpool1 = conv2d, add, relu, maxpool2d, maxpool2d_winner: 8x10x10x4
// line 4: conv 4 3x3 relu => 10x10x4
// of which maxpool2d leaves 8x5x5x4
// line 5: maxpool 2x2 => 5x5x4
// y[m, n] = sum over k of a[m, k] b[k, n]; m = (picture, pooled row, pooled column, place of the window), n = filter, k = (window row, window column, channel); 800 x 4 x 9
// Each lane of a subgroup computes 2 x 2 pixels and 4 filters at a time.
alias T = vec4f;
alias U = vec4u;
// x is H x W x C, the window KH x KW, y is OH x OW x F.
const H = 12; const W = 12; const C = 1; const KH = 3; const KW = 3; const OH = 10; const OW = 10; const F = 4;
const SY = 1; const SX = 1; const TOP = 0; const LEFT = 0; const DY = 1; const DX = 1;
// Windows of WH x WW are pooled, PH x PW of them.
const WH = 2; const WW = 2; const PH = 5; const PW = 5;
@group(0) @binding(0) var<storage, read_write> x: array<f32, 1152>;
@group(0) @binding(1) var<storage, read> conv1_weight: array<f32, 36>;
@group(0) @binding(2) var<storage, read> conv1_bias: array<vec4f, 1>;
@group(0) @binding(3) var<storage, read_write> maxpool1: array<vec4f, 200>;
@group(0) @binding(4) var<storage, read_write> maxpool1_winner: array<u32, 200>;

@compute @workgroup_size(16)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(subgroup_invocation_id) lane: u32) {
  let place = i32(id.x);
  // Lanes beyond the last compute what it does: all take part in spreading the weights.
  let r = min(place, 199);
  let top = r / PW % PH * WH * SY - TOP;
  let left = r % PW * WW * SX - LEFT;
  let at = ((r / (PH * PW) * H + top) * W + left) * C;
  let a0_0_0 = x[at + 0 * (W * C) + 0];
  let a0_1_0 = x[at + 0 * (W * C) + 1];
  let a0_2_0 = x[at + 0 * (W * C) + 2];
  let a0_3_0 = x[at + 0 * (W * C) + 3];
  let a1_0_0 = x[at + 1 * (W * C) + 0];
  let a1_1_0 = x[at + 1 * (W * C) + 1];
  let a1_2_0 = x[at + 1 * (W * C) + 2];
  let a1_3_0 = x[at + 1 * (W * C) + 3];
  let a2_0_0 = x[at + 2 * (W * C) + 0];
  let a2_1_0 = x[at + 2 * (W * C) + 1];
  let a2_2_0 = x[at + 2 * (W * C) + 2];
  let a2_3_0 = x[at + 2 * (W * C) + 3];
  let a3_0_0 = x[at + 3 * (W * C) + 0];
  let a3_1_0 = x[at + 3 * (W * C) + 1];
  let a3_2_0 = x[at + 3 * (W * C) + 2];
  let a3_3_0 = x[at + 3 * (W * C) + 3];
  let own = i32(lane) / 4 * F + i32(lane) % 4;
  var q: f32;
  for (var f = 0; f < F; f += 4) {
    let w0 = conv1_weight[own + 0 + f];
    let w1 = conv1_weight[own + 8 + f];
    let w2 = conv1_weight[own + 16 + f];
    let w3 = conv1_weight[own + 24 + f];
    let w4 = conv1_weight[min(own + 32 + f, 35)];
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
    q = subgroupBroadcast(w0, 4u); s0_0 = fma(a0_1_0, q, s0_0); s1_0 = fma(a0_2_0, q, s1_0); s2_0 = fma(a1_1_0, q, s2_0); s3_0 = fma(a1_2_0, q, s3_0);
    q = subgroupBroadcast(w0, 5u); s0_1 = fma(a0_1_0, q, s0_1); s1_1 = fma(a0_2_0, q, s1_1); s2_1 = fma(a1_1_0, q, s2_1); s3_1 = fma(a1_2_0, q, s3_1);
    q = subgroupBroadcast(w0, 6u); s0_2 = fma(a0_1_0, q, s0_2); s1_2 = fma(a0_2_0, q, s1_2); s2_2 = fma(a1_1_0, q, s2_2); s3_2 = fma(a1_2_0, q, s3_2);
    q = subgroupBroadcast(w0, 7u); s0_3 = fma(a0_1_0, q, s0_3); s1_3 = fma(a0_2_0, q, s1_3); s2_3 = fma(a1_1_0, q, s2_3); s3_3 = fma(a1_2_0, q, s3_3);
    q = subgroupBroadcast(w1, 0u); s0_0 = fma(a0_2_0, q, s0_0); s1_0 = fma(a0_3_0, q, s1_0); s2_0 = fma(a1_2_0, q, s2_0); s3_0 = fma(a1_3_0, q, s3_0);
    q = subgroupBroadcast(w1, 1u); s0_1 = fma(a0_2_0, q, s0_1); s1_1 = fma(a0_3_0, q, s1_1); s2_1 = fma(a1_2_0, q, s2_1); s3_1 = fma(a1_3_0, q, s3_1);
    q = subgroupBroadcast(w1, 2u); s0_2 = fma(a0_2_0, q, s0_2); s1_2 = fma(a0_3_0, q, s1_2); s2_2 = fma(a1_2_0, q, s2_2); s3_2 = fma(a1_3_0, q, s3_2);
    q = subgroupBroadcast(w1, 3u); s0_3 = fma(a0_2_0, q, s0_3); s1_3 = fma(a0_3_0, q, s1_3); s2_3 = fma(a1_2_0, q, s2_3); s3_3 = fma(a1_3_0, q, s3_3);
    q = subgroupBroadcast(w1, 4u); s0_0 = fma(a1_0_0, q, s0_0); s1_0 = fma(a1_1_0, q, s1_0); s2_0 = fma(a2_0_0, q, s2_0); s3_0 = fma(a2_1_0, q, s3_0);
    q = subgroupBroadcast(w1, 5u); s0_1 = fma(a1_0_0, q, s0_1); s1_1 = fma(a1_1_0, q, s1_1); s2_1 = fma(a2_0_0, q, s2_1); s3_1 = fma(a2_1_0, q, s3_1);
    q = subgroupBroadcast(w1, 6u); s0_2 = fma(a1_0_0, q, s0_2); s1_2 = fma(a1_1_0, q, s1_2); s2_2 = fma(a2_0_0, q, s2_2); s3_2 = fma(a2_1_0, q, s3_2);
    q = subgroupBroadcast(w1, 7u); s0_3 = fma(a1_0_0, q, s0_3); s1_3 = fma(a1_1_0, q, s1_3); s2_3 = fma(a2_0_0, q, s2_3); s3_3 = fma(a2_1_0, q, s3_3);
    q = subgroupBroadcast(w2, 0u); s0_0 = fma(a1_1_0, q, s0_0); s1_0 = fma(a1_2_0, q, s1_0); s2_0 = fma(a2_1_0, q, s2_0); s3_0 = fma(a2_2_0, q, s3_0);
    q = subgroupBroadcast(w2, 1u); s0_1 = fma(a1_1_0, q, s0_1); s1_1 = fma(a1_2_0, q, s1_1); s2_1 = fma(a2_1_0, q, s2_1); s3_1 = fma(a2_2_0, q, s3_1);
    q = subgroupBroadcast(w2, 2u); s0_2 = fma(a1_1_0, q, s0_2); s1_2 = fma(a1_2_0, q, s1_2); s2_2 = fma(a2_1_0, q, s2_2); s3_2 = fma(a2_2_0, q, s3_2);
    q = subgroupBroadcast(w2, 3u); s0_3 = fma(a1_1_0, q, s0_3); s1_3 = fma(a1_2_0, q, s1_3); s2_3 = fma(a2_1_0, q, s2_3); s3_3 = fma(a2_2_0, q, s3_3);
    q = subgroupBroadcast(w2, 4u); s0_0 = fma(a1_2_0, q, s0_0); s1_0 = fma(a1_3_0, q, s1_0); s2_0 = fma(a2_2_0, q, s2_0); s3_0 = fma(a2_3_0, q, s3_0);
    q = subgroupBroadcast(w2, 5u); s0_1 = fma(a1_2_0, q, s0_1); s1_1 = fma(a1_3_0, q, s1_1); s2_1 = fma(a2_2_0, q, s2_1); s3_1 = fma(a2_3_0, q, s3_1);
    q = subgroupBroadcast(w2, 6u); s0_2 = fma(a1_2_0, q, s0_2); s1_2 = fma(a1_3_0, q, s1_2); s2_2 = fma(a2_2_0, q, s2_2); s3_2 = fma(a2_3_0, q, s3_2);
    q = subgroupBroadcast(w2, 7u); s0_3 = fma(a1_2_0, q, s0_3); s1_3 = fma(a1_3_0, q, s1_3); s2_3 = fma(a2_2_0, q, s2_3); s3_3 = fma(a2_3_0, q, s3_3);
    q = subgroupBroadcast(w3, 0u); s0_0 = fma(a2_0_0, q, s0_0); s1_0 = fma(a2_1_0, q, s1_0); s2_0 = fma(a3_0_0, q, s2_0); s3_0 = fma(a3_1_0, q, s3_0);
    q = subgroupBroadcast(w3, 1u); s0_1 = fma(a2_0_0, q, s0_1); s1_1 = fma(a2_1_0, q, s1_1); s2_1 = fma(a3_0_0, q, s2_1); s3_1 = fma(a3_1_0, q, s3_1);
    q = subgroupBroadcast(w3, 2u); s0_2 = fma(a2_0_0, q, s0_2); s1_2 = fma(a2_1_0, q, s1_2); s2_2 = fma(a3_0_0, q, s2_2); s3_2 = fma(a3_1_0, q, s3_2);
    q = subgroupBroadcast(w3, 3u); s0_3 = fma(a2_0_0, q, s0_3); s1_3 = fma(a2_1_0, q, s1_3); s2_3 = fma(a3_0_0, q, s2_3); s3_3 = fma(a3_1_0, q, s3_3);
    q = subgroupBroadcast(w3, 4u); s0_0 = fma(a2_1_0, q, s0_0); s1_0 = fma(a2_2_0, q, s1_0); s2_0 = fma(a3_1_0, q, s2_0); s3_0 = fma(a3_2_0, q, s3_0);
    q = subgroupBroadcast(w3, 5u); s0_1 = fma(a2_1_0, q, s0_1); s1_1 = fma(a2_2_0, q, s1_1); s2_1 = fma(a3_1_0, q, s2_1); s3_1 = fma(a3_2_0, q, s3_1);
    q = subgroupBroadcast(w3, 6u); s0_2 = fma(a2_1_0, q, s0_2); s1_2 = fma(a2_2_0, q, s1_2); s2_2 = fma(a3_1_0, q, s2_2); s3_2 = fma(a3_2_0, q, s3_2);
    q = subgroupBroadcast(w3, 7u); s0_3 = fma(a2_1_0, q, s0_3); s1_3 = fma(a2_2_0, q, s1_3); s2_3 = fma(a3_1_0, q, s2_3); s3_3 = fma(a3_2_0, q, s3_3);
    q = subgroupBroadcast(w4, 0u); s0_0 = fma(a2_2_0, q, s0_0); s1_0 = fma(a2_3_0, q, s1_0); s2_0 = fma(a3_2_0, q, s2_0); s3_0 = fma(a3_3_0, q, s3_0);
    q = subgroupBroadcast(w4, 1u); s0_1 = fma(a2_2_0, q, s0_1); s1_1 = fma(a2_3_0, q, s1_1); s2_1 = fma(a3_2_0, q, s2_1); s3_1 = fma(a3_3_0, q, s3_1);
    q = subgroupBroadcast(w4, 2u); s0_2 = fma(a2_2_0, q, s0_2); s1_2 = fma(a2_3_0, q, s1_2); s2_2 = fma(a3_2_0, q, s2_2); s3_2 = fma(a3_3_0, q, s3_2);
    q = subgroupBroadcast(w4, 3u); s0_3 = fma(a2_2_0, q, s0_3); s1_3 = fma(a2_3_0, q, s1_3); s2_3 = fma(a3_2_0, q, s2_3); s3_3 = fma(a3_3_0, q, s3_3);
    if (place < 200) {
          {
            let column = u32(f) / 4u;
            let o = u32(r) * 1u + column;

            let conv1_z_v_0 = T(s0_0, s0_1, s0_2, s0_3) + conv1_bias[column];
            let conv1_v_0 = max(conv1_z_v_0, T(0.0));
            let conv1_z_v_1 = T(s1_0, s1_1, s1_2, s1_3) + conv1_bias[column];
            let conv1_v_1 = max(conv1_z_v_1, T(0.0));
            let conv1_z_v_2 = T(s2_0, s2_1, s2_2, s2_3) + conv1_bias[column];
            let conv1_v_2 = max(conv1_z_v_2, T(0.0));
            let conv1_z_v_3 = T(s3_0, s3_1, s3_2, s3_3) + conv1_bias[column];
            let conv1_v_3 = max(conv1_z_v_3, T(0.0));
            var best = conv1_v_0;
            var first = U();
            var better = best < best;
            better = conv1_v_1 > best; best = select(best, conv1_v_1, better); first = select(first, U(1u), better);
            better = conv1_v_2 > best; best = select(best, conv1_v_2, better); first = select(first, U(2u), better);
            better = conv1_v_3 > best; best = select(best, conv1_v_3, better); first = select(first, U(3u), better);
            maxpool1[o] = best;
            maxpool1_winner[o] = dot(first, vec4u(1u, 256u, 65536u, 16777216u));
          }
        }
  }
}
