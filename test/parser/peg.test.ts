// The matcher against Ohm itself, which reads the same grammar: the same trees, and the same place where a text goes wrong.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import grammar from '../../grammar/cnn.ohm-bundle.js';
import rules from '../../grammar/cnn.rules.js';
import { matchRule, type Tree } from '../../src/parser/peg/match.ts';
import { grammarOf } from '../../src/parser/peg/rules.ts';
import { root } from '../support/need.ts';

const ruleOf = grammarOf(rules);

/** A tree as text. Rules of one character have no children here. */
const ours = ({ name, start, end, children }: Tree): string =>
  `${name} ${start}-${end}(${children.map(ours).join(' ')})`;

const semantics = grammar.createSemantics();
semantics.addOperation<string>('shown', {
  _terminal() {
    return `_terminal ${this.source.startIdx}-${this.source.endIdx}()`;
  },
  _iter(...children) {
    return `_iter ${this.source.startIdx}-${this.source.endIdx}(${children.map((c) => c.shown() as string).join(' ')})`;
  },
  _nonterminal(...children) {
    const inner = ofOne(this.ctorName) ? '' : children.map((c) => c.shown() as string).join(' ');
    return `${this.ctorName} ${this.source.startIdx}-${this.source.endIdx}(${inner})`;
  },
});
/** Whether one character decides: such trees of ours have no children. */
const ofOne = (name: string): boolean => (rules[name]?.[1] ?? 0) === 0 && ruleOf(name).characters !== undefined;

/** Around the first difference: a tree is long. */
function same(found: string, expected: string, text: string): void {
  let at = 0;
  while (at < found.length && found[at] === expected[at]) at++;
  const around = (tree: string): string => tree.slice(Math.max(0, at - 60), at + 60);
  expect(around(found), JSON.stringify(text)).toBe(around(expected));
}

function compare(text: string, rule: string): void {
  const theirs = grammar.match(text, rule);
  const found = matchRule(text, ruleOf('spaces'), ruleOf(rule));
  if (theirs.failed()) {
    const at = found.ok ? 'none' : found.at;
    expect(at, JSON.stringify(text)).toBe(theirs.getRightmostFailurePosition());
  } else {
    // Ohm lets the whole tree end with the text, behind its last spaces.
    const tree = found.ok ? ours({ ...found.tree, end: text.length }) : `fails at ${found.at}`;
    same(tree, semantics(theirs).shown() as string, text);
  }
}

const lines = readFileSync(join(root, 'grammar/cnn.ohm'), 'utf8').split('\n');
const examples = lines.flatMap((line, i) => {
  const example = /^\s*\/\/ > (.*)$/.exec(line)?.[1];
  if (example === undefined) return [];
  const rule = lines.slice(i + 1).find((l) => !/^\s*\/\//.test(l));
  return [[/^\s*(\w+)/.exec(rule ?? '')?.[1] ?? 'no rule', example] as const];
});
const models = readdirSync(join(root, 'models')).filter((name) => name.endsWith('.cnn'));
const modelText = (name: string): string => readFileSync(join(root, 'models', name), 'utf8');

describe('what Ohm says', () => {
  test.each(models)('of models/%s', (name) => compare(modelText(name), 'File'));
  test.each(examples)('of the example for %s: %s', (rule, example) => compare(example, rule));

  test('of random words of the language', () => {
    const words = [
      ...[
        'model m {',
        'train {',
        'data {',
        'block b(c, s = 1) {',
        '{',
        '}',
        '\n',
        '\n',
        ' ',
        ' ',
        '  ',
        '\t',
        '\r\n',
        '|',
        ',',
      ],
      ...[
        'conv',
        '32',
        '5x5',
        '=>',
        '24x24x32',
        '(c / 2)',
        '(',
        ')',
        '[',
        ']',
        '1/3',
        '-1',
        '0.5',
        '1e-4',
        'as',
        'skip1',
      ],
      ...['if', 'else', 'else if', 's > 1', '==', 'and', 'or', 'not', '2 * c', 'min(a, b)', '% 2', 'branch {', 'add'],
      ...[
        'repeat 3 {',
        '"a b"',
        '"',
        '// c',
        '//',
        '/',
        'x',
        'é',
        'Ω',
        'ǅ',
        '😀',
        '.',
        '-',
        '_',
        'import "a"',
        ';',
        '=',
      ],
    ];
    const text = fc.array(fc.constantFrom(...words), { maxLength: 25 }).map((parts) => parts.join(''));
    const rule = fc.constantFrom(
      'File',
      'File',
      'Chain',
      'Expr',
      'Value',
      'Layer',
      'Body',
      'Block',
      'Parameters',
      'dims',
    );
    fc.assert(fc.property(text, rule, compare), { numRuns: 3000, seed: 4 });
  });

  test('of models with a part taken out or put somewhere else', () => {
    const texts = models.map(modelText).filter((text) => text.length < 1500);
    const cut = fc.tuple(
      fc.constantFrom(...texts),
      fc.nat(),
      fc.nat(30),
      fc.nat(),
      fc.constantFrom('', '}', '{', '(', ' as ', '// '),
    );
    fc.assert(
      fc.property(cut, ([text, at, length, to, extra]) => {
        const from = at % text.length;
        const rest = text.slice(0, from) + text.slice(from + length);
        const place = to % (rest.length + 1);
        compare(rest.slice(0, place) + extra + text.slice(from, from + length) + rest.slice(place), 'File');
      }),
      { numRuns: 150, seed: 4 },
    );
  });
});
