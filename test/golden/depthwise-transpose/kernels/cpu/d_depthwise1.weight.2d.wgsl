// d_depthwise1.weight.2d = depthwise conv2d_dw: 3x3x1x8, 8 channels
// line 5: depthwise 3x3 pad same stride 2 nobias => 4x4x8
alias T = vec4f;
@group(0) @binding(0) var a: texture_storage_2d<rgba32float, read>;
@group(0) @binding(1) var b: texture_storage_2d<rgba32float, read>;
@group(0) @binding(2) var<storage, read_write> d_depthwise1_weight_2d: array<vec4f, 18>;

fn load_a(i: i32) -> vec4f { return textureLoad(a, vec2i(i & 1023, i >> 10u)); }
fn load_b(i: i32) -> vec4f { return textureLoad(b, vec2i(i & 1023, i >> 10u)); }

var<workgroup> parts: array<T, 64>;

@compute @workgroup_size(8, 8)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) id: vec3u) {
  let tile = i32(group.x);
  let column = tile % 1 * 8 + i32(id.x);
  let ky = tile / 1 / 1;
  let kx = tile / 1 % 1 * 3;
  let f = min(column, 1);
  let source = f;
  var acc0 = T();
  var acc1 = T();
  var acc2 = T();
  for (var k = i32(id.y); k < 8; k += 8) {
    let iy = k % 4 * 2 + ky * 1 - 0;
    if (iy < 0 || iy >= 8) { continue; }
    let line = (k / 4 * 8 + iy) * 8;
    for (var ox = 0; ox < 4; ox++) {
      let ix = ox * 2 + kx * 1 - 0;
      let d = load_b((k * 4 + ox) * 2 + f);
      acc0 += select(T(), load_a((line + clamp(ix, 0, 7)) * 2 + source), ix >= 0 && ix < 8) * d;
      acc1 += select(T(), load_a((line + clamp(ix + 1, 0, 7)) * 2 + source), ix + 1 >= 0 && ix + 1 < 8) * d;
      acc2 += select(T(), load_a((line + clamp(ix + 2, 0, 7)) * 2 + source), ix + 2 >= 0 && ix + 2 < 8) * d;
    }
  }

  {
    parts[id.y * 8u + id.x] = acc0;
    workgroupBarrier();
    if (id.y == 0u && column < 2) {
      var total = T();
      for (var k = 0u; k < 8u; k++) { total += parts[k * 8u + id.x]; }
      let o0 = u32((ky * 3 + kx + 0) * 2 + column);
      d_depthwise1_weight_2d[o0] = total;
    }
    workgroupBarrier();
  }

  {
    parts[id.y * 8u + id.x] = acc1;
    workgroupBarrier();
    if (id.y == 0u && column < 2) {
      var total = T();
      for (var k = 0u; k < 8u; k++) { total += parts[k * 8u + id.x]; }
      let o1 = u32((ky * 3 + kx + 1) * 2 + column);
      d_depthwise1_weight_2d[o1] = total;
    }
    workgroupBarrier();
  }

  {
    parts[id.y * 8u + id.x] = acc2;
    workgroupBarrier();
    if (id.y == 0u && column < 2) {
      var total = T();
      for (var k = 0u; k < 8u; k++) { total += parts[k * 8u + id.x]; }
      let o2 = u32((ky * 3 + kx + 2) * 2 + column);
      d_depthwise1_weight_2d[o2] = total;
    }
  }
}
