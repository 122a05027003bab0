// The matrix product: dense layers and both their gradients.
import { emit } from '../emit.ts';
import { f32, type OpDef } from '../op.ts';
import type { Shape } from '../types.ts';

const dims = (shape: Shape, transposed: boolean): readonly [number, number] =>
  transposed ? [shape[1]!, shape[0]!] : [shape[0]!, shape[1]!];

export const matmul: OpDef<'matmul'> = {
  name: 'matmul',
  doc: 'y[m, n] = sum over k of a[m, k] b[k, n], either operand transposed on request. dA = dy B^T, dB = A^T dy.',
  inputs: ['a', 'b'],
  infer: ([a, b], { transposeA, transposeB }) => {
    if (a!.shape.length !== 2 || b!.shape.length !== 2) return 'two matrices are needed';
    const [m, k] = dims(a!.shape, transposeA);
    const [k2, n] = dims(b!.shape, transposeB);
    return k === k2 ? f32([m, n]) : `the inner sizes differ: ${k} and ${k2}`;
  },
  reference: ([a, b], { transposeA, transposeB }, type) => {
    const [m, n] = type.shape as [number, number];
    const [, k] = dims(a!.shape, transposeA);
    const out = new Float64Array(m * n);
    for (let i = 0; i < m; i++)
      for (let l = 0; l < k; l++) {
        const x = a!.data[transposeA ? l * m + i : i * k + l]!;
        for (let j = 0; j < n; j++) out[i * n + j] = out[i * n + j]! + x * b!.data[transposeB ? j * k + l : l * n + j]!;
      }
    return out;
  },
  vjp: (bld, node, dy, wanted) => {
    const [a, b] = node.inputs;
    const { transposeA: ta, transposeB: tb } = node.attrs;
    const product = (x: typeof a, y: typeof b, transposeA: boolean, transposeB: boolean, name: string) =>
      emit(bld, 'matmul', [x!, y!], { transposeA, transposeB }, name);
    return [
      !wanted[0] ? undefined : ta ? product(b, dy, tb, true, `d_${a!.id}`) : product(dy, b, false, !tb, `d_${a!.id}`),
      !wanted[1] ? undefined : tb ? product(dy, a, true, ta, `d_${b!.id}`) : product(a, dy, !ta, false, `d_${b!.id}`),
    ];
  },
  multiplyAdds: (node) => {
    const [m, n] = node.type.shape as [number, number];
    return m * n * dims(node.inputs[0]!.type.shape, node.attrs.transposeA)[1];
  },
};
