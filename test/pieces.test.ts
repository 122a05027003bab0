// Layers that move, cut, resize and pool, through the compiler: worked examples in the reference, and what kernels may bind.
import { describe, expect, test } from 'vitest';
import { compile } from '../src/compile.ts';
import { builder, emit, interpret, isOp, type Node, sizeOf } from '../src/ir/index.ts';
import { fuse } from '../src/passes/fuse.ts';
import { receptiveFields } from '../src/passes/receptive-field.ts';
import { splitConcat } from '../src/passes/split-concat.ts';

const compiled = (text: string) => {
  const found = compile({ file: 'm.cnn', text: `model m {\n${text}\n}` }, { batch: 1 });
  expect(found.diagnostics.map((d) => d.message)).toEqual([]);
  return found;
};

/** What `input SHAPE | LAYERS` makes of 1, 2, 3 ... */
function run(shape: string, layers: string): { shape: number[]; values: number[] } {
  const { graphs } = compiled(`input ${shape}\n${layers}`);
  const graph = graphs!.infer;
  const x = graph.nodes.find((n) => isOp(n, 'input')) as Node;
  const data = Float64Array.from({ length: sizeOf(x.type.shape) }, (_, i) => i + 1);
  const given = new Map([[x.id, { shape: x.type.shape, data }]]);
  const y = interpret(graph, { leaves: given, step: new Map() }).outputs.get('output')!;
  return { shape: y.shape.slice(1), values: [...y.data] };
}

const examples: readonly (readonly [input: string, layers: string, shape: string, values: readonly number[]])[] = [
  // tf.nn.depth_to_space and space_to_depth, the examples of their manual.
  ['1x1x4', 'depth_to_space 2', '2x2x1', [1, 2, 3, 4]],
  ['1x1x12', 'depth_to_space 2', '2x2x3', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
  ['2x2x1', 'space_to_depth 2', '1x1x4', [1, 2, 3, 4]],
  ['2x4x1', 'space_to_depth 2', '1x2x4', [1, 2, 5, 6, 3, 4, 7, 8]],
  [
    '4x4x2',
    'space_to_depth 2 | depth_to_space 2 | slice 0 1 | flatten',
    '16',
    Array.from({ length: 16 }, (_, i) => 2 * i + 1),
  ],
  ['2x3x1', 'transpose [1, 0, 2]', '3x2x1', [1, 4, 2, 5, 3, 6]],
  ['2x3x1', 'crop [1, 0, 0, 1]', '1x2x1', [4, 5]],
  ['5x1', 'crop 1x2', '2x1', [2, 3]],
  ['2x2x2', 'slice 1 1', '2x2x1', [2, 4, 6, 8]],
  ['2x2x2', 'slice 1 1 axis rows', '1x2x2', [5, 6, 7, 8]],
  ['2x2x2', 'slice 0 1 axis columns', '2x1x2', [1, 2, 5, 6]],
  ['6', 'slice 2 3', '3', [3, 4, 5]],
  ['3x1', 'pad 2 reflect', '7x1', [3, 2, 1, 2, 3, 2, 1]],
  ['3x1', 'pad 1x2 edge', '6x1', [1, 1, 2, 3, 3, 3]],
  ['1x2x1', 'pad [1, 0, 0, 1]', '2x3x1', [0, 0, 0, 1, 2, 0]],
  ['1x2x1', 'upsample 2', '2x4x1', [1, 1, 2, 2, 1, 1, 2, 2]],
  ['2x1', 'upsample 2 bilinear', '4x1', [1, 1.25, 1.75, 2]],
  ['4x1', 'resize 2 bilinear', '2x1', [1.5, 3.5]],
  ['2x3x2', 'global_avgpool', '2', [6, 7]],
  ['2x3x2', 'global_maxpool', '2', [11, 12]],
  ['2x3x2', 'global_avgpool keep', '1x1x2', [6, 7]],
  ['3x2', 'global_maxpool keep', '1x2', [5, 6]],
  ['3x2', 'global_avgpool', '2', [3, 4]],
  ['5x1', 'maxpool 2 ceil', '3x1', [2, 4, 5]],
  ['8x1', 'avgpool 4 stride 2', '3x1', [2.5, 4.5, 6.5]],
  ['5x1', 'avgpool 2 ceil', '3x1', [1.5, 3.5, 5]],
  ['4x1', 'avgpool 2 pad 1', '3x1', [1, 2.5, 4]],
  ['4x1', 'avgpool 2 pad 1 include_pad', '3x1', [0.5, 2.5, 2]],
  // As torch.nn.functional.avg_pool1d(..., 3, 2, 1, ceil_mode=True): the place beyond the padding does not count.
  ['4x1', 'avgpool 3 stride 2 pad 1 ceil include_pad', '3x1', [1, 3, 2]],
  ['2x3x1', 'identity | reshape 3x2 | reshape 3x2x1 | crop 0 | relu', '3x2x1', [1, 2, 3, 4, 5, 6]],
];

describe('worked examples', () => {
  test.each(examples)('%s: %s', (input, layers, shape, values) => {
    const y = run(input, layers);
    expect(y.shape.join('x')).toBe(shape);
    expect(y.values.map((v) => Number(v.toFixed(12)))).toEqual(values);
  });
});

test('what a value sees: resizing changes how far its neighbours are apart', () => {
  const { forward, layers } = compiled(`input 16x16x3
    maxpool 2x2
    conv 4 3x3 pad same
    upsample 2x2
    conv 4 3x3 pad same
    pad 1 reflect
    depth_to_space 2
    conv 4 3x3`);
  const fields = receptiveFields(forward!);
  const seen = layers!.slice(1).map(({ output }) => fields.get(output)!);
  expect(seen.map((f) => f.size[0])).toEqual([2, 6, 6, 8, 8, 8, 9]);
  expect(seen.map((f) => f.jump[1])).toEqual([2, 2, 1, 1, 1, 0.5, 0.5]);
});

test('no kernel binds more than eight buffers', () => {
  const b = builder();
  const x = emit(b, 'input', [], { shape: [2, 4] }, 'x');
  const init = { kind: 'constant', value: 0 } as const;
  const given = Array.from({ length: 40 }, (_, i) =>
    emit(b, 'parameter', [], { shape: [2, 4], init, trainable: false }, `p${i}`),
  );
  const sum = given.reduce((a, p) => emit(b, 'add', [a, p], {}, 'sum'), x);
  const all = emit(b, 'concat', given, { axis: 1 }, 'all');
  b.effect({ kind: 'output', name: 'sum', value: sum });
  b.effect({ kind: 'output', name: 'all', value: emit(b, 'relu', [all], {}, 'relu') });
  const { groups } = fuse(splitConcat(b.finish('m')));
  expect(groups.map((g) => g.inputs.length + g.outputs.length).filter((n) => n > 8)).toEqual([]);
  expect(groups.filter((g) => g.family === 'gather').length).toBe(7 + 2 + 1);
});
