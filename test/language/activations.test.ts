// Activations in the language: words at the end of a line with their number, layers of their own, axes of softmax.
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/compile.ts';
import { isOp, type Node } from '../../src/ir/index.ts';
import { activationNames, activationNumbers } from '../../src/layers/activations.ts';

const model = (lines: string): string => `model m {\n  input 6x5x4\n  ${lines}\n}\n`;
const compiled = (lines: string) => compile({ file: 'm.cnn', text: model(lines) });
const nodesOf = (lines: string): readonly Node[] => {
  const { forward, diagnostics } = compiled(lines);
  expect(diagnostics.map((d) => d.message)).toEqual([]);
  return forward!.nodes;
};
const codesOf = (lines: string): string[] => compiled(lines).diagnostics.map((d) => d.code);
const attrsOf = (lines: string, op: string): unknown[] =>
  nodesOf(lines)
    .filter((n) => n.op === op)
    .map((n) => n.attrs);

describe('an activation', () => {
  test.each(activationNames)('%s ends a line, and is a layer', (name) => {
    const [word, layer] = [nodesOf(`conv 3 2x2 ${name}`), nodesOf(`conv 3 2x2 | ${name}`)];
    expect(word.at(-1)!.op).toBe(layer.at(-1)!.op);
    expect(word.at(-1)!.id).toBe('conv1');
    expect(layer.at(-1)!.id).toBe(`${name}1`);
  });

  test.each(Object.keys(activationNumbers))('%s takes its number in both places', (name) => {
    expect(attrsOf(`conv 3 2x2 ${name} 0.25 | ${name} 0.25`, name)).toEqual([{ alpha: 0.25 }, { alpha: 0.25 }]);
    expect(attrsOf(`conv 3 2x2 ${name} 0.25 nobias`, name)).toEqual([{ alpha: 0.25 }]);
  });

  test('uses the numbers of Keras where none is given', () => {
    expect(attrsOf('conv 3 2x2 leaky_relu', 'leaky_relu')).toEqual([{ alpha: 0.2 }]);
    expect(attrsOf('elu', 'elu')).toEqual([{ alpha: 1 }]);
  });

  test('leaves a number to the layer that waits for one', () => {
    expect(attrsOf('flatten | dense leaky_relu 10', 'leaky_relu')).toEqual([{ alpha: 0.2 }]);
    expect(codesOf('conv 3 2x2 relu 0.1')).toEqual(['E0106']);
  });

  test('has a number in its range', () => {
    expect(codesOf('conv 3 2x2 leaky_relu -1')).toEqual(['E0109']);
    expect(codesOf('leaky_relu -1')).toEqual(['E0109']);
  });

  test('prelu trains one alpha a channel', () => {
    const alphas = nodesOf('conv 3 2x2 prelu | prelu | flatten | prelu').filter((n) => isOp(n, 'parameter'));
    expect(alphas.map((n) => [n.id, ...n.type.shape])).toEqual([
      ['conv1.weight', 2, 2, 4, 3],
      ['conv1.bias', 3],
      ['conv1.alpha', 3],
      ['prelu1.alpha', 3],
      ['prelu2.alpha', 60],
    ]);
  });
});

describe('softmax along an axis', () => {
  test('the last one needs no other order', () => {
    expect(nodesOf('softmax axis channels').map((n) => n.op)).toEqual(nodesOf('softmax').map((n) => n.op));
  });

  test.each([
    ['softmax', 'rows', [0, 3, 2, 1]],
    ['softmax', 'columns', [0, 1, 3, 2]],
    ['log_softmax', 'columns', [0, 1, 3, 2]],
  ])('%s axis %s', (name, axis, perm) => {
    const nodes = nodesOf(`${name} axis ${axis}`);
    expect(nodes.map((n) => n.op)).toEqual(['input', 'transpose', name, 'transpose']);
    expect(nodes.at(-1)!.attrs).toEqual({ perm });
    expect(nodes.at(-1)!.type.shape.slice(1)).toEqual([6, 5, 4]);
  });

  test('an axis that the value does not have', () => {
    expect(codesOf('flatten | softmax axis rows')).toEqual(['E0255']);
    expect(codesOf('softmax axis depth')).toEqual(['E0104']);
  });
});
