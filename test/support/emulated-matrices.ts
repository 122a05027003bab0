// Matrix units in plain WGSL: each lane keeps whole matrices and multiplies them by itself. Slow, and exact in what lies where, so
// that kernels for matrix units run on adapters that have none.
import type { Plan } from '../../runtime/index.ts';

/** The kernel with its matrix types and functions in plain WGSL; others as they are. A subgroup has `lanes` lanes. */
export function emulateMatrices(plan: Plan, lanes: number): Plan {
  const kernels = plan.kernels.map((k) =>
    k.wgsl.includes('subgroupMatrix') ? { ...k, wgsl: emulated(k.wgsl, lanes) } : k,
  );
  const features = (plan.features ?? []).filter((f) => f !== 'chromium-experimental-subgroup-matrix');
  return { ...plan, kernels, features };
}

function emulated(text: string, lanes: number): string {
  const [, type = '', k = ''] = /subgroup_matrix_left<(f\d\d), (\d+), (\d+)>/.exec(text) ?? [];
  const m = /subgroup_matrix_left<f\d\d, \d+, (\d+)>/.exec(text)?.[1] ?? '';
  const n = /subgroup_matrix_right<f\d\d, (\d+), \d+>/.exec(text)?.[1] ?? '';
  const load = (kind: 'Left' | 'Right', order: string, array: 'sa' | 'sb', rows: string, columns: string): string => `
fn load_${kind}_${order}(at: u32, stride: u32) -> ${kind} {
  var all: ${kind};
  for (var r = 0u; r < ${rows}u; r++) {
    for (var c = 0u; c < ${columns}u; c++) {
      all[r * ${columns}u + c] = ${array}[at + ${order === 'row_major' ? 'r * stride + c' : 'c * stride + r'}];
    }
  }
  return all;
}`;
  const functions = `
${['row_major', 'col_major'].map((o) => load('Left', o, 'sa', m, k) + load('Right', o, 'sb', k, n)).join('\n')}
fn multiplied(left: Left, right: Right, sums: Result) -> Result {
  var l = left;
  var r = right;
  var all = sums;
  for (var i = 0u; i < ${m}u; i++) {
    for (var j = 0u; j < ${n}u; j++) {
      for (var s = 0u; s < ${k}u; s++) {
        all[i * ${n}u + j] += f32(l[i * ${k}u + s]) * f32(r[s * ${n}u + j]);
      }
    }
  }
  return all;
}
fn store_result(at: u32, sums: Result, stride: u32) {
  var all = sums;
  for (var i = 0u; i < ${m}u; i++) {
    for (var j = 0u; j < ${n}u; j++) {
      scratch[at + i * stride + j] = all[i * ${n}u + j];
    }
  }
}
`;
  const plain = text
    .replace('enable chromium_experimental_subgroup_matrix;\n', '')
    .replace(/diagnostic\(off, chromium\.subgroup_matrix_uniformity\);[^\n]*\n/, '')
    .replace(/subgroup_matrix_left<[^>]*>/, `array<${type}, ${Number(m) * Number(k)}>`)
    .replace(/subgroup_matrix_right<[^>]*>/, `array<${type}, ${Number(k) * Number(n)}>`)
    .replace(/subgroup_matrix_result<[^>]*>/, `array<f32, ${Number(m) * Number(n)}>`)
    .replace(/subgroupMatrixLoad<(Left|Right), (\w+)>\(&s[ab], /g, 'load_$1_$2(')
    .replaceAll('subgroupMatrixMultiplyAccumulate(', 'multiplied(')
    .replace(
      /if \(busy\) \{ subgroupMatrixStore<row_major>\(&scratch, (.*)\); \}/g,
      `if (busy && lane % ${lanes}u == 0u) { store_result($1); }`,
    );
  if (plain.includes('subgroupMatrix') || plain.includes('subgroup_matrix')) throw new Error(`not emulated:\n${plain}`);
  return plain.replace('@compute', `${functions}\n@compute`);
}
