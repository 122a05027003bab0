// d_depthwise2.weight.2d = depthwise conv2d_dw: 3x3x1x16, 8 channels
// line 6: depthwise 3x3 multiplier 2 tanh => 2x2x16
alias T = f32;
@group(0) @binding(0) var<storage, read_write> depthwise1: array<f32, 256>;
@group(0) @binding(1) var<storage, read_write> d_depthwise2_z: array<f32, 128>;
@group(0) @binding(2) var<storage, read_write> d_depthwise2_weight_2d: array<f32, 144>;

fn load_a(i: i32) -> T { return depthwise1[i]; }
fn load_b(i: i32) -> T { return d_depthwise2_z[i]; }

var<workgroup> parts: array<T, 64>;

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let tile = i32(group.x);
  let column = tile % 2 * 8 + i32(id.x);
  let ky = tile / 2 / 1;
  let kx = tile / 2 % 1 * 3;
  let f = min(column, 15);
  let source = f / 2;
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  for (var k = i32(id.y); k < 4; k += 8) {
    let iy = k % 2 * 1 + ky * 1 - 0;
    let line = (k / 2 * 4 + iy) * 4;
    for (var ox = 0; ox < 2; ox++) {
      let ix = ox * 1 + kx * 1 - 0;
      let d = load_b((k * 2 + ox) * 16 + f);
      acc0 += load_a((line + ix) * 8 + source) * d;
      acc1 += load_a((line + ix + 1) * 8 + source) * d;
      acc2 += load_a((line + ix + 2) * 8 + source) * d;
    }
  }

  {
    parts[id.y * 8u + id.x] = acc0;
    workgroupBarrier();
    if (id.y == 0u && column < 16) {
      var total = T();
      for (var k = 0u; k < 8u; k++) { total += parts[k * 8u + id.x]; }
      let o0 = u32((ky * 3 + kx + 0) * 16 + column);
      d_depthwise2_weight_2d[o0] = total;
    }
    workgroupBarrier();
  }

  {
    parts[id.y * 8u + id.x] = acc1;
    workgroupBarrier();
    if (id.y == 0u && column < 16) {
      var total = T();
      for (var k = 0u; k < 8u; k++) { total += parts[k * 8u + id.x]; }
      let o1 = u32((ky * 3 + kx + 1) * 16 + column);
      d_depthwise2_weight_2d[o1] = total;
    }
    workgroupBarrier();
  }

  {
    parts[id.y * 8u + id.x] = acc2;
    workgroupBarrier();
    if (id.y == 0u && column < 16) {
      var total = T();
      for (var k = 0u; k < 8u; k++) { total += parts[k * 8u + id.x]; }
      let o2 = u32((ky * 3 + kx + 2) * 16 + column);
      d_depthwise2_weight_2d[o2] = total;
    }
  }
}
