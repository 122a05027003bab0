// d_depthwise1.weight.2d = depthwise conv2d_dw: 3x3x1x8, 8 channels
// line 5: depthwise 3x3 pad same stride 2 nobias => 4x4x8
alias T = vec4f;
@group(0) @binding(0) var<storage, read_write> conv1: array<vec4f, 256>;
@group(0) @binding(1) var<storage, read_write> d_depthwise1: array<vec4f, 64>;
@group(0) @binding(2) var<storage, read_write> d_depthwise1_weight_2d: array<vec4f, 18>;

var<workgroup> parts: array<T, 64>;

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let tile = group.x;
  let tap = tile / 1u;
  let column = tile % 1u * 8u + id.x;
  let f = min(column, 1u);
  let ky = i32(tap / 3u);
  let kx = i32(tap % 3u);
  var part = T();
  for (var k = i32(id.y); k < 32; k += 8) {
    let iy = k / 4 % 4 * 2 + ky * 1 - 0;
    let ix = k % 4 * 2 + kx * 1 - 0;
    if (iy < 0 || iy >= 8 || ix < 0 || ix >= 8) { continue; }
    let at = u32((k / 16 * 8 + iy) * 8 + ix) * 2u + f;
    part += conv1[at] * d_depthwise1[u32(k) * 2u + f];
  }
  parts[id.y * 8u + id.x] = part;
  workgroupBarrier();
  if (id.y > 0u || column >= 2u) { return; }
  var total = T();
  for (var k = 0u; k < 8u; k++) { total += parts[k * 8u + id.x]; }
  d_depthwise1_weight_2d[tap * 2u + column] = total;
}
