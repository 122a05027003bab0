// d_depthwise2.weight.2d = depthwise conv2d_dw: 3x3x1x16, 8 channels
// line 6: depthwise 3x3 multiplier 2 tanh => 2x2x16
alias T = f32;
@group(0) @binding(0) var<storage, read_write> depthwise1: array<f32, 256>;
@group(0) @binding(1) var<storage, read_write> d_depthwise2_z: array<f32, 128>;
@group(0) @binding(2) var<storage, read_write> d_depthwise2_weight_2d: array<f32, 144>;

var<workgroup> parts: array<T, 64>;

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let tile = group.x;
  let tap = tile / 2u;
  let column = tile % 2u * 8u + id.x;
  let f = min(column, 15u);
  let ky = i32(tap / 3u);
  let kx = i32(tap % 3u);
  var part = T();
  for (var k = i32(id.y); k < 8; k += 8) {
    let iy = k / 2 % 2 * 1 + ky * 1 - 0;
    let ix = k % 2 * 1 + kx * 1 - 0;
    let at = u32((k / 4 * 4 + iy) * 4 + ix) * 8u + f / 2u;
    part += depthwise1[at] * d_depthwise2_z[u32(k) * 16u + f];
  }
  parts[id.y * 8u + id.x] = part;
  workgroupBarrier();
  if (id.y > 0u || column >= 16u) { return; }
  var total = T();
  for (var k = 0u; k < 8u; k++) { total += parts[k * 8u + id.x]; }
  d_depthwise2_weight_2d[tap * 16u + column] = total;
}
