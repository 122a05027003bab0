// Pictures of networks: nothing overlaps, every edge is drawn, and the texts for other tools are valid.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { picture } from '../../src/cli/commands/graph.ts';
import { compileSource } from '../../src/cli/model.ts';
import { type Diagram, diagramOf, dot, isChain, mermaid, svg } from '../../src/graphics/index.ts';
import { textWidth } from '../../src/graphics/svg.ts';
import { workFolder } from '../commands/support.ts';
import { runCnnc } from '../support/io.ts';
import { modelNames, modelSource } from '../support/models.ts';
import { root } from '../support/need.ts';
import { branching } from './networks.ts';

const made = branching();
const diagram = diagramOf('branching', '12,345 parameters', made.layers, made.forward);

interface Area {
  readonly words: string;
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
}

/** Where the texts of a picture stand, by the width that Helvetica gives them at most. */
function textsOf(picture: string): Area[] {
  const form = /<text x="([\d.-]+)" y="([\d.-]+)" font-size="(\d+)"( font-weight="600")?[^>]*anchor="(\w+)">([^<]*)</g;
  return [...picture.matchAll(form)].map(([, x, y, size, bold, anchor, words = '']) => {
    const width = textWidth(words, Number(size), bold !== undefined) * 0.95;
    const x0 = Number(x) - (anchor === 'middle' ? width / 2 : 0);
    return { words, x0, x1: x0 + width, y0: Number(y) - Number(size) * 0.75, y1: Number(y) };
  });
}

const overlapping = (areas: readonly Area[]): string[] =>
  areas.flatMap((a, i) =>
    areas
      .slice(i + 1)
      .filter((b) => a.x0 < b.x1 && b.x0 < a.x1 && a.y0 < b.y1 && b.y0 < a.y1)
      .map((b) => `${a.words} over ${b.words}`),
  );

/** Every element is closed in its turn; texts hold no bare `<` or `&`. */
function wellFormed(picture: string): void {
  const open: string[] = [];
  for (const [, close, name = '', empty] of picture.matchAll(/<(\/?)(\w+)(?:\s[\w-]+="[^"<]*")*\s*(\/?)>/g)) {
    if (close) expect(open.pop()).toBe(name);
    else if (!empty) open.push(name);
  }
  expect(open).toEqual([]);
  expect(picture.replace(/<\/?\w+(?:\s[\w-]+="[^"<]*")*\s*\/?>/g, '').replace(/&(amp|lt|gt|quot);/g, '')).not.toMatch(
    /[<&]/,
  );
  expect(picture).not.toMatch(/NaN|undefined|Infinity/);
}

describe('as SVG', () => {
  const models: [string, string][] = modelNames.map((name) => [
    name,
    picture(compileSource(modelSource(name), {}), 'svg'),
  ]);
  test.each([...models, ['branching', svg(diagram)] as [string, string]])('%s: texts stand apart', (_, text) => {
    wellFormed(text);
    expect(overlapping(textsOf(text))).toEqual([]);
    for (const { x0, x1, y1 } of textsOf(text)) {
      const [, width = '0', height = '0'] = /viewBox="0 0 ([\d.]+) ([\d.]+)"/.exec(text) ?? [];
      expect([x0 >= 0, x1 <= Number(width), y1 <= Number(height)]).toEqual([true, true, true]);
    }
  });

  test('a chain shows every map and every operation', () => {
    const lenet = picture(compileSource(modelSource('lenet5'), {}), 'svg');
    const words = textsOf(lenet).map((t) => t.words);
    for (const word of ['32x32x1', '28x28x6', '5x5x16', '400', '84', 'conv 5x5', 'avgpool 2x2', 'tanh', 'softmax'])
      expect(words).toContain(word);
    expect(words).toContain('61,706 parameters, 416,520 multiply-adds');
  });

  test('boxes of a network with branches stand apart, and each edge is drawn', () => {
    const text = svg(diagram);
    const rects = [...text.matchAll(/<rect x="([\d.-]+)" y="([\d.-]+)" width="([\d.]+)" height="([\d.]+)" rx="7"/g)];
    const circles = [...text.matchAll(/<circle /g)];
    expect(rects.length + circles.length).toBe(diagram.boxes.length);
    const areas = rects.map(([, x, y, w, h], i): Area => {
      const [x0, y0] = [Number(x), Number(y)];
      return { words: String(i), x0, x1: x0 + Number(w), y0, y1: y0 + Number(h) };
    });
    expect(overlapping(areas)).toEqual([]);
    expect([...text.matchAll(/marker-end/g)].length).toBe(diagram.edges.length);
    for (const name of ['residual1', 'residual2', 'inception1']) expect(text).toContain(`>${name}</text>`);
  });
});

describe('what is drawn', () => {
  test('layers that keep the shape share a box; merges and branches do not', () => {
    const words = (d: Diagram, id: string) => d.boxes.find((b) => b.id === id)?.words;
    expect(words(diagram, 'r1a')).toEqual(['conv 3x3 stride 2', 'relu']);
    expect(words(diagram, 'relu1')).toEqual(['relu']);
    const { layers, forward } = compileSource(modelSource('fashion_cnn'), {}).compiled;
    const fashion = diagramOf('', '', layers, forward);
    expect(words(fashion, 'dense1')).toEqual(['dense 128', 'relu', 'dropout']);
    expect([isChain(fashion), isChain(diagram)]).toEqual([true, false]);
  });

  test('edges follow the graph', () => {
    const into = (id: string) => diagram.edges.filter((e) => e.to === id).map((e) => e.from);
    expect(into('add1')).toEqual(['r0b', 'conv1']);
    expect(into('add2')).toEqual(['r1b', 'r1s']);
    expect(into('concat1')).toEqual(['i1', 'i3', 'i5', 'ipc']);
  });
});

test('blocks and branches of the language', () => {
  const text = `block residual(c, s = 1) {
  add {
    branch { conv c 3x3 stride s pad same relu | conv c 3x3 pad same }
    branch { if s > 1 { conv c 1x1 stride s nobias } }
  }
  relu
}
model res {
  input 8x8x2
  residual 2
  residual 4 2
  flatten
  dense 3
}
`;
  const { layers, forward } = compileSource({ file: 'res.cnn', text }, { batch: 1 }).compiled;
  const res = diagramOf('res', '', layers, forward);
  const into = (id: string) => res.edges.filter((e) => e.to === id).map((e) => e.from);
  expect(into('residual1.add1')).toEqual(['residual1.conv2', 'input']);
  expect(into('residual2.add1')).toEqual(['residual2.conv2', 'residual2.conv3']);
  expect(res.boxes.find((b) => b.id === 'residual2.conv3')).toMatchObject({
    words: ['conv 1x1 stride 2'],
    path: ['residual2'],
  });
  const drawn = svg(res);
  wellFormed(drawn);
  expect(overlapping(textsOf(drawn))).toEqual([]);
  expect(drawn).toContain('>residual2</text>');
});

describe('for other tools', () => {
  const awkward: Diagram = {
    title: 'a "title" & <more>',
    subtitle: 'back\\slash',
    boxes: [
      { id: 'a"b', kind: 'input', words: ['in "put" <x>'], shape: [2], path: [] },
      { id: 'c', kind: 'merge', words: ['add'], shape: [2], path: ['block #1'] },
    ],
    edges: [{ from: 'a"b', to: 'c' }],
  };

  test('Mermaid', () => {
    expect(mermaid(awkward)).toMatch(/n0\["in #34;put#34; #60;x#62;<br\/>2"\]:::input/);
    expect(mermaid(awkward)).toContain('subgraph b1["block #35;1"]');
    expect(mermaid(awkward)).toContain('  n0 --> n1\n');
    const lines = mermaid(diagram).split('\n');
    expect(lines.filter((l) => l.includes('-->'))).toHaveLength(diagram.edges.length);
    expect(lines.filter((l) => l.trim() === 'end')).toHaveLength(3);
  });

  test('Graphviz', () => {
    const text = dot(awkward);
    expect(text).toContain('digraph "a \\"title\\" & <more>" {');
    expect(text).toContain('"a\\"b" -> "c";');
    expect(text).toContain('label="a \\"title\\" & <more>\\nback\\\\slash"');
    expect((text.match(/{/g) ?? []).length).toBe((text.match(/}/g) ?? []).length);
  });

  test('the awkward one as SVG', () => wellFormed(svg(awkward)));
});

test('cnnc graph writes what the ending says, and prints for -', async () => {
  const folder = workFolder();
  const file = join(root, 'models/mnist.cnn');
  const written = await runCnnc(['graph', file, '-o', 'net.svg'], folder);
  expect([written.code, written.stdout, written.stderr]).toEqual([0, '', '']);
  const printed = await runCnnc(['graph', file, '-o', '-'], folder);
  expect(printed.stdout).toBe(readFileSync(join(folder, 'net.svg'), 'utf8'));
  expect((await runCnnc(['graph', file, '--format', 'dot', '--title', 'my net'], folder)).stdout).toMatch(
    /^digraph "my net"/,
  );
  await runCnnc(['graph', file, '-o', 'net.mmd'], folder);
  expect(readFileSync(join(folder, 'net.mmd'), 'utf8')).toContain('flowchart TB');
});
