// Blocks, branches, conditions and parameters, down to the forward graph and its numbers.
import { describe, expect, test } from 'vitest';
import { isOp, type Node, type Tensor } from '../../src/ir/index.ts';
import type { Lowered } from '../../src/passes/lower-ast.ts';
import { lowerGood, lowerText, runForward } from '../support/lowered.ts';

const shapeOf = (n: Node): string => n.type.shape.slice(1).join('x');
const rows = ({ layers }: Lowered): string[] =>
  layers.map((l) => `${l.name} ${l.op} ${shapeOf(l.output)} <- ${l.inputs.map((n) => n.id).join(', ')}`);
const shapes = (text: string, set: Record<string, number> = {}): string[] =>
  lowerGood(text, { set }).layers.map((l) => shapeOf(l.output));
const codes = (text: string, files: Record<string, string> = {}): string[] =>
  lowerText(text, { files }).diagnostics.map((d) => d.code);

const residual = `block residual(c, s = 1) {
  add {
    branch { conv c 3x3 stride s pad same relu | conv c 3x3 pad same }
    branch { if s > 1 or channels != c { conv c 1x1 stride s } }
  }
  relu
}
`;

describe('blocks', () => {
  test('name their layers after the call, and say what each reads', () => {
    expect(rows(lowerGood(`${residual}model m {\n  input 8x8x4\n  residual 4\n  residual 6 s 2 name down\n}`))).toEqual(
      [
        'input input 8x8x4 <- ',
        'residual1.conv1 conv 8x8x4 <- x',
        'residual1.conv2 conv 8x8x4 <- residual1.conv1',
        'residual1.add1 add 8x8x4 <- residual1.conv2, x',
        'residual1.relu1 relu 8x8x4 <- residual1.add1',
        'down.conv1 conv 4x4x6 <- residual1.relu1',
        'down.conv2 conv 4x4x6 <- down.conv1',
        'down.conv3 conv 4x4x6 <- residual1.relu1',
        'down.add1 add 4x4x6 <- down.conv2, down.conv3',
        'down.relu1 relu 4x4x6 <- down.add1',
      ],
    );
  });

  test('stand in each other: the path says where', () => {
    const text = `${residual}block stage(c, n) { residual c 2 | repeat (n - 1) { residual c } }
model m { input 8x8x4 | stage 8 2 | stage 8 1 name last }`;
    const { layers } = lowerGood(text);
    expect(layers.filter((l) => l.op === 'add').map((l) => [l.name, l.path])).toEqual([
      ['stage1.residual1.add1', ['stage1', 'residual1']],
      ['stage1.residual2.add1', ['stage1', 'residual2']],
      ['last.residual1.add1', ['last', 'residual1']],
    ]);
    expect(new Set(layers.map((l) => l.name)).size).toBe(layers.length);
  });

  test.each([
    ['residual 6', '8x8x6'],
    ['residual 6 2', '4x4x6'],
    ['residual 6 s 2', '4x4x6'],
    ['residual s 2 c 6', '4x4x6'],
    ['residual (2 * w) (w - 1)', '4x4x6'],
    ['residual w s 2', '4x4x3'],
  ])('take their words by position and by name: %s', (call, shape) => {
    expect(shapes(`${residual}model m(w = 3) { input 8x8x4 | ${call} }`).at(-1)).toBe(shape);
  });

  test('a name in scope is its number; where that makes no sense it is the option of that name', () => {
    const text = (line: string): string => `${residual}block outer(c, s, stride, n = 0) { ${line} | if n > 0 { relu } }
model m { input 8x8x4 | outer 6 2 1 }`;
    for (const line of ['residual c s', 'residual c s s', 'residual c c s s', 'conv c 3x3 pad same stride s'])
      expect([line, shapes(text(line)).at(-1)]).toEqual([line, '4x4x6']);
    expect(shapes(text('conv c 3x3 pad same stride stride')).at(-1)).toBe('8x8x6');
    expect(shapes(text('conv s (s)x(stride) pad 0 relu')).at(-1)).toBe('7x8x2');
  });

  test('do not see the names of their caller', () => {
    expect(codes('block b { conv w 3x3 }\nmodel m(w = 8) { input 8x8x4 | b | conv w 1x1 }')).toContain('E0110');
    expect(codes('block b(wide) { conv wde 3x3 }\nmodel m { input 8x8x4 | b 8 }')).toContain('E0112');
    expect(codes('block b { add skip }\nmodel m { input 8x8x4 | relu as skip | b | add skip }')).toEqual(['E0124']);
  });

  test('a default may use parameters before it, and the sizes of the value', () => {
    const text = 'block squeeze(r = 2, inner = channels / r) { conv inner 1x1 }\n';
    expect(shapes(`${text}model m { input 8x8x6 | squeeze | squeeze 3 | squeeze inner 5 }`).slice(1)).toEqual([
      '8x8x3',
      '8x8x1',
      '8x8x5',
    ]);
  });

  test('frozen calls, layers and bodies have parameters that are not trained', () => {
    const { graph } = lowerGood(`block b { conv 2 1x1 }
model m { input 4x4x1
 b frozen | b
 freeze { b | repeat 2 { conv 2 1x1 l2 0.1 } }
 add { freeze { branch { conv 2 1x1 name side } } branch { conv 2 1x1 frozen | conv 2 1x1 nobias l2 0.1 } } }`);
    const trained = graph.nodes.flatMap((n) => (isOp(n, 'parameter') && n.attrs.trainable ? [n.id] : []));
    expect(trained).toEqual(['b2.conv1.weight', 'b2.conv1.bias', 'conv4.weight']);
  });
});

describe('arithmetic', () => {
  test.each([
    ['1/3 + 2/3 + c', 7],
    ['0.1 * 30', 3],
    ['c / 4 * 4', 6],
    ['-c + 10', 4],
    ['7 % 4 - -1', 4],
    ['-1 % 4', 3],
    ['2 + 3 * 4 - (1 + 1) * 2', 10],
    ['20 / 2 / 5', 2],
    ['10 - 3 - 2', 5],
    ['floor(-5/2) + 5', 2],
    ['ceil(5/2)', 3],
    ['round(5/2) + round(7/3)', 5],
    ['min(3, c, 9) + max(1, 2)', 5],
    ['1e2 / 25', 4],
    ['third * 3', 1],
  ])('%s = %d', (formula, value) => {
    expect(shapes(`block b(c, third) { conv (${formula}) 1x1 }\nmodel m { input 1x1x1 | b 6 (1/3) }`).at(-1)).toBe(
      `1x1x${value}`,
    );
  });

  test.each([
    ['s > 1', '2'],
    ['s >= 2 and not s == 3', '2'],
    ['s < 2 or s != 2', '3'],
    ['not (s <= 1 or s == 3)', '2'],
    ['s > 0 and 4 / s == 2', '2'],
    ['s == 3 or s - 2 > 0 and s < 9', '3'],
  ])('if %s', (condition, channels) => {
    const text = `model m(s = 2) { input 2x2x1\n if ${condition} { conv 2 1x1 } else { conv 3 1x1 } }`;
    expect(shapes(text).at(-1)).toBe(`2x2x${channels}`);
  });

  test('what stands behind a decided condition is not computed', () => {
    expect(shapes('model m(s = 0) { input 2x2x1\n if s != 0 and 4 / s > 1 { relu } else { conv 3 1x1 } }')).toEqual([
      '2x2x1',
      '2x2x3',
    ]);
  });
});

describe('parameters of the model', () => {
  const text = 'model m(classes = 10, width = classes * 2) { input 8x8x1 | conv width 3x3 | flatten | dense classes }';
  test('are set from outside, and defaults follow', () => {
    expect(shapes(text).slice(1)).toEqual(['6x6x20', '720', '10']);
    expect(shapes(text, { classes: 3 }).slice(1)).toEqual(['6x6x6', '216', '3']);
    expect(shapes(text, { width: 1 }).slice(1)).toEqual(['6x6x1', '36', '10']);
  });
  test('that do not exist, or have no value, are errors', () => {
    expect(lowerText(text, { set: { clases: 3 } }).diagnostics.map((d) => d.help?.[0])).toEqual([
      'did you mean `classes`?',
    ]);
    expect(codes('model m(n) { input 4 | dense n }')).toEqual(['E0129']);
    expect(shapes('model m(n, c) { input (n)x(n)x(c) | conv c 1x1 => (n)x(n)x(c) }', { n: 4, c: 2 })).toEqual([
      '4x4x2',
      '4x4x2',
    ]);
  });
  test('set to other values, they take assertions in plain numbers with them, and keep those with names', () => {
    const sizes = 'model m(n = 4, c = 2) { input (n)x(n)x1 | conv c 1x1 => 4x4x2 }';
    expect(codes(sizes)).toEqual([]);
    expect(lowerText(sizes, { set: { n: 4, c: 2 } }).diagnostics).toEqual([]);
    expect(lowerText(sizes, { set: { n: 5 } }).diagnostics).toEqual([]);
    const wrong = sizes.replace('4x4x2', '4x4x3');
    expect(codes(wrong)).toEqual(['E0201']);
    expect(lowerText(wrong, { set: { n: 4 } }).diagnostics.map((d) => d.code)).toEqual(['E0201']);
    const formula = sizes.replace('4x4x2', '(n)x4x(c)');
    expect(lowerText(formula, { set: { n: 5 } }).diagnostics.map((d) => d.message)).toEqual([
      'the shape here is 5x5x2, not 5x4x2',
    ]);
    const inBlock = `block b(c) { conv c 1x1 => 4x4x2 }\n${sizes.replace('conv c 1x1 => 4x4x2', 'b c')}`;
    expect(lowerText(inBlock, { set: { c: 3 } }).diagnostics).toEqual([]);
  });
});

describe('values that meet', () => {
  const close = (a: Tensor, of: (i: number) => number): void =>
    a.data.forEach((v, i) => {
      expect(v).toBeCloseTo(of(i), 12);
    });

  test('add is the sum of its branches', () => {
    const { graph, output } = lowerGood(
      'model m { input 3x3x2 | add { branch { conv 2 1x1 } branch { } branch { relu } } }',
    );
    const value = runForward(graph);
    const [x, conv, relu] = ['x', 'conv1', 'relu1'].map(value) as [Tensor, Tensor, Tensor];
    close(value(output.id), (i) => conv.data[i]! + x.data[i]! + relu.data[i]!);
  });

  test('concat of branches and of names, along channels and along height', () => {
    const { graph, output } = lowerGood(
      'model m { input 3x3x2 | relu as a | conv 3 1x1 as b | concat a => 3x3x5 | concat a b => 3x3x10\n add { branch { concat axis height { branch { } branch { tanh } } } branch { conv 4 1x1 | concat axis height { branch { conv 10 1x1 } branch { conv 10 1x1 } } } } => 6x3x10 }',
    );
    expect(shapeOf(output)).toBe('6x3x10');
    const value = runForward(graph);
    const [relu, conv, both] = ['relu1', 'conv1', 'concat1'].map(value) as [Tensor, Tensor, Tensor];
    close(both, (i) =>
      i % 5 < 3 ? conv.data[Math.floor(i / 5) * 3 + (i % 5)]! : relu.data[Math.floor(i / 5) * 2 + (i % 5) - 3]!,
    );
  });

  test('multiply gates channels with a vector, and places with one channel', () => {
    const { graph } = lowerGood(
      'model m { input 2x2x3 | multiply { branch { } branch { avgpool 2x2 | flatten | dense 3 sigmoid } } as gated | conv 1 1x1 sigmoid | multiply gated }',
    );
    const value = runForward(graph);
    const [x, gate, gated, place, both] = ['x', 'dense1', 'multiply1', 'conv1', 'multiply2'].map(value) as Tensor[];
    close(gated!, (i) => x!.data[i]! * gate!.data[Math.floor(i / 12) * 3 + (i % 3)]!);
    close(both!, (i) => gated!.data[i]! * place!.data[Math.floor(i / 3)]!);
  });

  test('an activation and a name stand behind the names of the values', () => {
    const { layers, output } = lowerGood('model m { input 3x3x2 | conv 2 1x1 as a | tanh | add a relu name sum }');
    expect([output.id, output.op]).toEqual(['sum', 'relu']);
    expect(layers.at(-1)?.inputs.map((n) => n.id)).toEqual(['tanh1', 'conv1']);
  });

  test('in repeat, a name is that of the latest value; branches may be repeated and chosen', () => {
    expect(rows(lowerGood('model m { input 2x2x1\n repeat 2 { conv 1 1x1 as a | relu | add a } }')).slice(1)).toEqual([
      'conv1 conv 2x2x1 <- x',
      'relu1 relu 2x2x1 <- conv1',
      'add1 add 2x2x1 <- relu1, conv1',
      'conv2 conv 2x2x1 <- add1',
      'relu2 relu 2x2x1 <- conv2',
      'add2 add 2x2x1 <- relu2, conv2',
    ]);
    expect(
      shapes(
        'model m(wide = 1) { input 2x2x1\n concat { repeat 3 { branch { conv 2 1x1 } }\n if wide == 1 { branch { conv 5 1x1 } } } }',
      ).at(-1),
    ).toBe('2x2x11');
  });

  test('branches that differ are shown, each at its place', () => {
    const { diagnostics } = lowerText('model m { input 8x8x4\n add { branch { conv 8 3x3 } branch { } } }');
    expect(diagnostics.map((d) => [d.code, ...(d.labels ?? []).map((l) => l.text)])).toEqual([
      ['E0214', 'this branch is 6x6x8', 'this branch is 8x8x4'],
    ]);
  });
});

describe('imports', () => {
  const main = 'import "blocks.cnn"\nmodel m { input 8x8x4 | wide 8 }';
  test('bring the blocks of a file, which may use its own and what it imports', () => {
    const files = {
      'blocks.cnn': 'import "deep.cnn"\nblock wide(c) { narrow c | deep c }\nblock narrow(c) { conv c 1x1 }',
      'deep.cnn': 'import "blocks.cnn"\nblock deep(c) { conv (2 * c) 3x3 }',
    };
    expect(codes(main, files)).toEqual(['E0127']);
    const fine = { ...files, 'deep.cnn': 'block deep(c) { conv (2 * c) 3x3 }' };
    expect(rows(lowerGood(main, { files: fine })).slice(1)).toEqual([
      'wide1.narrow1.conv1 conv 8x8x8 <- x',
      'wide1.deep1.conv1 conv 6x6x16 <- wide1.narrow1.conv1',
    ]);
    expect(codes(`${main.slice(0, -2)} | deep 3 }`, fine)).toContain('E0101');
  });
  test('errors stand in the file that they are in', () => {
    const { diagnostics } = lowerText(main, {
      files: { 'blocks.cnn': 'block wide(c) {\n  conv c 3x3;\n  cnov c 3x3\n}' },
    });
    expect(diagnostics.map((d) => [d.code, d.primary?.span.source.file])).toEqual([
      ['E0001', 'blocks.cnn'],
      ['E0101', 'blocks.cnn'],
      ['E0101', 'blocks.cnn'],
    ]);
  });
});

describe('weights', () => {
  test('stand at the top of a model', () => {
    const { startsFrom } = lowerGood('model m { weights "base.safetensors"\n input 4 | dense 2 }');
    expect(startsFrom?.path).toBe('base.safetensors');
  });
});

describe('errors', () => {
  test('in a block are told once, with the first call', () => {
    const { diagnostics } = lowerText(
      'block b(k) { conv 2 (k)x(k) }\nmodel m { input 8x8x1\n repeat 3 { b 3 => 8x8x1 }\n b 9 => 4x4x1\n b 10 }',
    );
    expect(diagnostics.map((d) => [d.code, d.labels?.at(-1)?.text])).toEqual([
      ['E0201', undefined],
      ['E0203', 'called here with k = 9'],
    ]);
  });

  test('a line that could not be read makes the shape unknown until the next assertion', () => {
    expect(codes('model m {\n input 8x8x1\n conv 2 3x3 = 4\n conv 2 99x99\n flatten => 20\n dense 2 => 3\n}')).toEqual([
      'E0001',
      'E0201',
    ]);
  });
});
