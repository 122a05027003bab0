// cnnc explain: the sections of a layer, lines traced to the model, and layers as matrices.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compileSource } from '../../src/cli/model.ts';
import { backwardNodes, layerSections } from '../../src/explain/layer.ts';
import { marginOf } from '../../src/explain/margin.ts';
import { linearNode, matrixOf, matrixText } from '../../src/explain/matrix.ts';
import { originsOf } from '../../src/explain/origins.ts';
import { builder, emit, type Node, opDef, referenceOf, sizeOf } from '../../src/ir/index.ts';
import { done, workFolder, write } from '../commands/support.ts';
import { runCnnc } from '../support/io.ts';
import { modelNames, modelSource } from '../support/models.ts';
import { root } from '../support/need.ts';
import { randomTensor } from '../support/numbers.ts';

const folder = workFolder();
const lenet = join(root, 'models/lenet5.cnn');

describe('a layer', () => {
  test('the list has a line for each', async () => {
    const { stdout } = await done(folder, 'explain', lenet);
    expect(stdout).toMatch(/^model lenet5\nlayer +line +text +output +parameters\ninput +\d+ +input 32x32x1/);
    expect(stdout).toMatch(/conv2 +\d+ +conv 16 5x5 tanh => 10x10x16 +10x10x16 +2,416\n/);
  });

  test('formulas and arithmetic', async () => {
    const { stdout } = await done(folder, 'explain', lenet, 'conv2', '--brief');
    for (const line of [
      '(14 - 5 + 0)/1 + 1 = 10',
      '%conv2.weight  5x5x6x16  5 * 5 * 6 * 16 = 2,400  starts uniform, limit 0.1044',
      'in all 2,400 + 16 = 2,416',
      '10 * 10 * 16 outputs * 150 products = 240,000',
      '14x14 of the input, neighbours 2x2 apart\n  6 + (5 - 1) * 2 = 14',
      'y[n, oy, ox, f] = sum over ky, kx, c of',
      'the gradient of %conv2.weight is %d_conv2.weight',
      'conv2d_dw(%avgpool1, %d_conv2.z)',
      'kernels of infer\n  avgpool2\n    dispatch 2 of 6, contraction,',
      '%conv2.weight 5x5x6x16: parameters 1024 + 9600 bytes',
    ])
      expect(stdout).toContain(line);
    expect(stdout).not.toContain('@compute');
  });

  test('lines of WGSL are traced to lines of the model', async () => {
    const { stdout } = await done(folder, 'explain', lenet, 'conv2');
    expect(stdout).toMatch(/ 8 %conv2\.z +\| +let conv2_z_v_0 = /);
    expect(stdout).toMatch(/ 8 %conv2 +\| +let conv2_v_0 = tanh/);
    expect(stdout).toMatch(/ 9 %d_conv2 +\| +result \+= /);
    expect(stdout).toMatch(/ 8 %conv2\.weight\.new/);
    const cpu = await done(folder, 'explain', lenet, 'conv2', '--target', 'cpu');
    expect(cpu.stdout).toContain('enable subgroups');
  });

  test('another layer that shares its kernel is named', async () => {
    const { stdout } = await done(folder, 'explain', lenet, 'avgpool2', '--brief');
    expect(stdout).toMatch(/%d_conv2\.z = tanh_dx {2}\(of conv2\)/);
  });

  // Every layer of every model has all its sections, and every dispatch has its groups.
  test.each(modelNames)('%s', (name) => {
    const model = compileSource(modelSource(name), { batch: 2 }).compiled;
    for (const layer of model.layers) {
      const sections = layerSections(model, layer, 100, true);
      expect(sections.map((s) => s.title).slice(1, 6)).toEqual([
        'size',
        'parameters',
        'multiply-adds of one picture',
        'one output sees',
        'forward',
      ]);
      for (const { title, lines } of sections) expect([title, lines.length > 0]).toEqual([title, true]);
      expect(sections.flatMap((s) => s.lines).join('\n')).not.toMatch(/undefined|NaN/);
      if (layer.parameters.length > 0) expect(backwardNodes(model, layer).length).toBeGreaterThan(0);
    }
    for (const program of ['infer', 'evaluate', 'train'] as const) {
      for (const { groups, kernel } of originsOf(model.emitted, program)) {
        expect(groups.length).toBeGreaterThan(0);
        const traced = new Set(marginOf(kernel.wgsl, groups).filter((n) => n !== undefined));
        if (groups[0]?.family !== 'accumulate') expect([kernel.name, traced.size > 0]).toEqual([kernel.name, true]);
      }
    }
  });
});

const picture = (text: string): string => `model m {\n  input 3x3x1\n  ${text}\n}\n`;

describe('as a matrix', () => {
  test('the lecture: a 3x3 input and a 2x2 kernel are 4x9', async () => {
    write(folder, 'lecture.cnn', picture('conv 1 2x2 nobias'));
    const { stdout } = await done(folder, 'explain', 'lecture.cnn', 'conv1', '--matrix');
    expect(stdout).toBe(`conv1 is y = M x: 3x3x1 -> 2x2x1, M is 4x9

        x00 x01 x02 x10 x11 x12 x20 x21 x22
  y00 | w00 w01   0 w10 w11   0   0   0   0
  y01 |   0 w00 w01   0 w10 w11   0   0   0
  y10 |   0   0   0 w00 w01   0 w10 w11   0
  y11 |   0   0   0   0 w00 w01   0 w10 w11
`);
  });

  test('average pooling has numbers', async () => {
    write(folder, 'mean.cnn', picture('avgpool 2x2 stride 1'));
    const { stdout } = await done(folder, 'explain', 'mean.cnn', 'avgpool1', '--matrix');
    expect(stdout).toContain('  y00 | 0.25 0.25    0 0.25 0.25    0    0    0    0\n');
  });

  test('a signal is named by one number', async () => {
    write(folder, 'signal.cnn', 'model m {\n  input 5x1\n  avgpool 2 stride 1\n}\n');
    const { stdout } = await done(folder, 'explain', 'signal.cnn', 'avgpool1', '--matrix');
    expect(stdout).toBe(`avgpool1 is y = M x: 5x1 -> 4x1, M is 4x5

        x0  x1  x2  x3  x4
  y0 | 0.5 0.5   0   0   0
  y1 |   0 0.5 0.5   0   0
  y2 |   0   0 0.5 0.5   0
  y3 |   0   0   0 0.5 0.5
`);
  });

  const init = { kind: 'constant', value: 0 } as const;
  const attrs = (stride: number, padding: number, dilation: number) =>
    ({
      stride: [stride, stride],
      padding: [padding, padding, padding, padding],
      dilation: [dilation, dilation],
      groups: 1,
    }) as const;
  const convolution = (x: number[], w: number[], stride = 1, padding = 0, dilation = 1): Node => {
    const b = builder();
    const input = emit(b, 'input', [], { shape: [1, ...x] }, 'x');
    const weights = emit(b, 'parameter', [], { shape: w, init, trainable: true }, 'w');
    return emit(b, 'conv2d', [input, weights], attrs(stride, padding, dilation), 'y');
  };
  const dense = (): Node => {
    const b = builder();
    const input = emit(b, 'input', [], { shape: [1, 5] }, 'x');
    const weights = emit(b, 'parameter', [], { shape: [5, 3], init, trainable: true }, 'w');
    return emit(b, 'matmul', [input, weights], { transposeA: false, transposeB: false }, 'y');
  };

  // The matrix with weights put in for their names, times a vector, is what the layer makes of it.
  test.each([
    ['padded', convolution([3, 4, 1], [3, 3, 1, 1], 1, 1)],
    ['in strides', convolution([5, 5, 1], [2, 2, 1, 1], 2)],
    ['dilated', convolution([5, 5, 1], [2, 2, 1, 1], 1, 1, 2)],
    ['with channels and filters', convolution([3, 3, 2], [2, 2, 2, 3])],
    ['with more weights than bits', convolution([3, 3, 3], [3, 3, 3, 2], 1, 1)],
    ['dense', dense()],
  ])('a layer %s', (_, node) => {
    const linear = linearNode([node]);
    if (!linear) throw new Error('it is linear');
    const { columns, rows, entries } = matrixOf(linear);
    const [x, w] = node.inputs as [Node, Node];
    const [xs, ws] = [randomTensor(x.type.shape, 1), randomTensor(w.type.shape, 2)];
    expect([new Set(columns).size, new Set(rows).size]).toEqual([sizeOf(x.type.shape), sizeOf(node.type.shape)]);
    // Names in the order of the weights: those that the matrix of a dense layer over unit weights would show.
    const value = (name: string): number => {
      if (name === '0') return 0;
      const digits = name.slice(1).includes(',')
        ? name.slice(1).split(',').map(Number)
        : [...name.slice(1)].map(Number);
      let index = 0;
      w.type.shape.forEach((n) => {
        index = index * n + (n > 1 ? (digits.shift() as number) : 0);
      });
      return ws.data[index] as number;
    };
    const got = entries.map((row) =>
      row.reduce((sum, name, j) => sum + name.split('+').reduce((s, t) => s + value(t), 0) * (xs.data[j] as number), 0),
    );
    const want = referenceOf(opDef(node.op))([xs, ws], node.attrs, node.type, { step: new Map() });
    got.forEach((v, i) => expect(v).toBeCloseTo(want[i] as number, 10));
    expect(matrixText(matrixOf(linear)).split('\n')).toHaveLength(rows.length + 2);
  });

  test('a constant kernel has its numbers', () => {
    const b = builder();
    const input = emit(b, 'input', [], { shape: [1, 3, 3, 1] }, 'x');
    const kernel = emit(b, 'constant', [], { shape: [2, 2, 1, 1], values: [1, 2, 0, -1] }, 'k');
    const linear = linearNode([emit(b, 'conv2d', [input, kernel], attrs(1, 0, 1), 'y')]);
    expect(linear && matrixOf(linear).entries[0]).toEqual(['1', '2', '0', '0', '-1', '0', '0', '0', '0']);
  });

  test('a product of polynomials: (1 + 2x + 3x^2) times another', async () => {
    write(folder, 'product.cnn', 'model m {\n  input 4x1\n  conv 1 3 pad full kernel [3, 2, 1] nobias frozen\n}\n');
    const { stdout } = await done(folder, 'explain', 'product.cnn', 'conv1', '--matrix');
    expect(stdout).toBe(`conv1 is y = M x: 4x1 -> 6x1, M is 6x4

       x0 x1 x2 x3
  y0 |  1  0  0  0
  y1 |  2  1  0  0
  y2 |  3  2  1  0
  y3 |  0  3  2  1
  y4 |  0  0  3  2
  y5 |  0  0  0  3
`);
  });
});

test('what cannot be explained', async () => {
  const said = await runCnnc(['explain', lenet, 'conv3'], folder);
  expect([said.code, said.stderr.includes('has no layer "conv3"')]).toEqual([2, true]);
});
