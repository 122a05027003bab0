// The language's text: the examples of the grammar, printing and reading back, and errors that do not hide others.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import grammar from '../../grammar/cnn.ohm-bundle.js';
import { compile } from '../../src/compile.ts';
import type { File } from '../../src/parser/index.ts';
import { parse, print } from '../../src/parser/index.ts';
import { root } from '../support/need.ts';

const read = (text: string): ReturnType<typeof parse> => parse({ file: 'test.cnn', text });

describe('the examples of the grammar', () => {
  const lines = readFileSync(join(root, 'grammar/cnn.ohm'), 'utf8').split('\n');
  const examples = lines.flatMap((line, i) => {
    const example = /^\s*\/\/ > (.*)$/.exec(line)?.[1];
    if (example === undefined) return [];
    const rule = lines.slice(i + 1).find((l) => !/^\s*\/\//.test(l));
    return [[/^\s*(\w+)/.exec(rule ?? '')?.[1] ?? 'no rule', example] as const];
  });

  test('are there', () => expect(examples.length).toBeGreaterThan(10));
  test.each(examples)('%s: %s', (rule, example) => {
    const match = grammar.match(example, rule);
    expect(match.failed() ? match.message : '').toBe('');
  });
});

/** What a text says, without where it stands. */
function meaning(file: File): unknown {
  const plain = JSON.stringify(file.sections, (key, value: unknown) => (key === 'span' ? undefined : value));
  return { sections: JSON.parse(plain) as unknown, comments: file.comments.map((c) => c.text) };
}

function roundTrip(text: string): void {
  const first = read(text);
  expect(first.diagnostics.map((d) => d.message)).toEqual([]);
  const printed = print(first.file);
  const second = read(printed);
  expect(second.diagnostics.map((d) => d.message)).toEqual([]);
  expect(meaning(second.file)).toEqual(meaning(first.file));
  expect(print(second.file)).toBe(printed);
}

describe('printing what was read changes no meaning, and printing again nothing at all', () => {
  const folder = join(root, 'models');
  const models = readdirSync(folder).filter((name) => name.endsWith('.cnn'));
  test.each(models)('models/%s', (name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    roundTrip(text);
    expect(print(read(text).file)).toBe(text);
  });

  test('comments everywhere', () => {
    roundTrip(
      '// top\n\n// second\nmodel m { // behind the brace\n  // inside\n  input 4x4x1 // behind a layer\n\n  relu | repeat 2 { relu } // behind a chain\n  // last inside\n}\n// between\ntrain { // t\n  batch 1 // b\n}\n// end',
    );
    roundTrip('model m { repeat 2 { // a\n relu // b\n // c\n } // d\n}');
  });

  test('blocks, branches, conditions, names of values and imports', () => {
    const text = `import "blocks/residual.cnn" // shared

// with a default that uses a parameter
block squeeze(c, r = 16, inner = max(c / r, 1)) { // gate
  multiply {
    branch { } // the value itself
    branch { global_avgpool | dense inner relu | dense (c) sigmoid }
  } as gated => (h)x(w)x(c)
  if c > 1 and not (c == 8 or r % 2 != 0) { relu
  } // c
  else if r >= 1/2 { tanh } else {
    // nothing
  }
}
block empty() { }
model m(size = 32, width = -1) {
  input (size)x(size)x3 | conv (2 * width) 3x(size-2) stride size as skip1 => 28x28x(width)
  repeat (n - 1) { conv 8 [1/3, 1 / 3, -(2)] l2 1/1000 } as deep => (4)
  add { branch { relu | add { branch { } branch { tanh } } } branch { } } as x
  relu | concat {
    branch { conv 3 }
  } as y => 3x3x3 | freeze {
    relu // r
  }
  concat skip1 axis height relu
}`;
    roundTrip(text);
    expect(print(read(text).file)).toMatchInlineSnapshot(`
      "import "blocks/residual.cnn"  // shared

      // with a default that uses a parameter
      block squeeze(c, r = 16, inner = max(c / r, 1)) {  // gate
        multiply {
          branch { }  // the value itself
          branch { global_avgpool | dense inner relu | dense (c) sigmoid }
        } as gated => (h)x(w)x(c)
        if c > 1 and not (c == 8 or r % 2 != 0) {
          relu
          // c
        } else if r >= 1/2 {
          tanh
        } else {
          // nothing
        }
      }

      block empty {
      }

      model m(size = 32, width = -1) {
        input (size)x(size)x3 | conv (2 * width) 3x(size - 2) stride size as skip1  => 28x28x(width)
        repeat (n - 1) { conv 8 [1/3, 1/3, -(2)] l2 1/1000 } as deep => (4)
        add { branch { relu | add { branch { } branch { tanh } } } branch { } } as x
        relu | concat {
          branch { conv 3 }
        } as y => 3x3x3 | freeze {
          relu  // r
        }
        concat skip1 axis height relu
      }
      "
    `);
  });

  test('generated files', () => {
    const word = fc
      .stringMatching(/^[a-z][a-z0-9_]{0,6}(-[a-z0-9]{1,2})?$/)
      .filter((w) => !['repeat', 'model', 'train', 'data', 'if', 'else', 'as'].includes(w));
    const number = fc.oneof(fc.nat(9999).map(String), fc.constantFrom('-1', '0.5', '1e-4', '-2.5E+3', '007', '1.0'));
    const dims = fc.array(fc.nat(300), { minLength: 2, maxLength: 4 }).map((n) => n.join('x'));
    const quoted = fc.stringMatching(/^[a-zA-Z0-9 :./_{}|#-]{0,12}$/).map((s) => `"${s}"`);
    const gap = fc.constantFrom(' ', '  ', '\t', ' \t ');
    const atom = fc.constantFrom('1', '2.5', 'c', 'width', '1e-4', 'min(a, 2)', '-c', '(a + 1)');
    const formula = fc
      .array(fc.tuple(fc.constantFrom(' + ', '-', ' * ', '/ ', '%'), atom), { maxLength: 3 })
      .chain((rest) => atom.map((first) => first + rest.map(([op, a]) => op + a).join('')));
    const condition = fc
      .tuple(
        formula,
        fc.constantFrom('==', '!=', '<', '>= '),
        formula,
        fc.constantFrom('', ' and not a', ' or (b > 1)'),
      )
      .map((parts) => parts.join(''));
    const open = fc.tuple(formula, fc.nat(9), formula).map(([a, n, b]) => `(${a})x${n}x( ${b} )`);
    const paren = formula.map((f) => `(${f})`);
    const plain = fc.oneof(number, dims, word, quoted, paren, open, fc.constantFrom('1/3', '1 / 2'));
    const list = fc
      .tuple(fc.array(plain, { maxLength: 4 }), fc.constantFrom(',', ', ', ' ,\n  '))
      .map(([items, comma]) => `[${items.join(comma)}]`);
    const formulas = fc.array(formula, { minLength: 1, maxLength: 3 }).map((items) => `[${items.join(', ')}]`);
    const nested = fc.tuple(list, list).map(([a, b]) => `[${a}, ${b}]`);
    const value = fc.oneof(
      { weight: 6, arbitrary: plain },
      { weight: 1, arbitrary: list },
      { weight: 1, arbitrary: formulas },
      { weight: 1, arbitrary: nested },
    );
    const assertion = fc.oneof(
      fc.constant(''),
      dims.map((d) => ` => ${d}`),
      fc.nat(999).map((n) => `=> ${n}`),
      open.map((o) => `=> ${o}`),
      fc.constantFrom(' as x', ' as skip => 3x3', ' => c'),
    );
    const layer = fc
      .tuple(word, fc.array(fc.tuple(gap, value), { maxLength: 5 }), assertion)
      .map(([name, words, shape]) => name + words.map(([g, w]) => g + w).join('') + shape);
    const comment = fc.stringMatching(/^[a-z "{}|]{0,10}$/).map((c) => ` // ${c}`);
    const end = fc.oneof(
      { weight: 4, arbitrary: fc.constant('\n') },
      { weight: 1, arbitrary: fc.constant('\n\n\n') },
      { weight: 1, arbitrary: comment.map((c) => `${c}\n`) },
    );
    const inner = fc.array(fc.tuple(layer, end), { maxLength: 3 }).map((l) => l.map(([a, e]) => a + e).join(''));
    const repeat = fc.tuple(fc.integer({ min: 1, max: 9 }), inner).map(([n, body]) => `repeat ${n} {\n${body}}`);
    const short = fc.tuple(fc.integer({ min: 1, max: 9 }), layer).map(([n, l]) => `repeat ${n} { ${l} }`);
    const branches = fc
      .tuple(fc.constantFrom('add', 'concat'), fc.array(fc.tuple(inner, fc.boolean()), { maxLength: 3 }), assertion)
      .map(
        ([merge, bodies, behind]) =>
          `${merge} {${bodies.map(([b, own]) => `${own ? '\n' : ' '}branch {${b === '' ? '' : `\n${b}`}}`).join('')} }${behind}`,
      );
    const choice = fc
      .tuple(condition, inner, condition, inner, fc.boolean())
      .map(([c, a, d, b, els]) => `if ${c} {\n${a}}${els ? ` else if ${d} { relu }\n else {\n${b}}` : ''}`);
    const chain = fc
      .tuple(
        fc.array(fc.oneof(layer, short, branches, choice), { minLength: 2, maxLength: 4 }),
        fc.constantFrom(' | ', '|', ' |\n    '),
      )
      .map(([l, bar]) => l.join(bar));
    const line = fc.oneof(
      { weight: 5, arbitrary: layer },
      { weight: 2, arbitrary: chain },
      { weight: 2, arbitrary: repeat },
      { weight: 1, arbitrary: branches },
      { weight: 1, arbitrary: choice },
      { weight: 1, arbitrary: comment },
    );
    const body = fc
      .array(fc.tuple(gap, line, end), { maxLength: 6 })
      .map((l) => l.map(([g, a, e]) => g + a + e).join(''));
    const section = fc
      .tuple(
        fc.oneof(
          word.map((w) => `model ${w}`),
          formula.map((f) => `model m(a, b = ${f})`),
          formula.map((f) => `block b_1 (c = ${f} ,\n d)`),
          fc.constantFrom('train', 'data'),
        ),
        body,
      )
      .map(([head, b]) => `${head} {\n${b}}\n`);
    const file = fc
      .array(
        fc.oneof(
          { weight: 4, arbitrary: section },
          { weight: 1, arbitrary: quoted.map((q) => `import ${q}\n`) },
          { weight: 1, arbitrary: comment.map((c) => `${c}\n`) },
        ),
        {
          maxLength: 3,
        },
      )
      .map((s) => s.join(''));
    fc.assert(fc.property(file, roundTrip), { numRuns: 300, seed: Number(process.env.CNNC_FUZZ_SEED ?? 1) });
  });

  test('any text at all is read without an exception, with spans inside it', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 80 }),
      fc
        .array(
          fc.constantFrom(
            'model',
            'm',
            '{',
            '}',
            '\n',
            ' ',
            '|',
            '=>',
            '5x5',
            '[',
            ']',
            ',',
            '"',
            '//',
            'train',
            'data',
            'repeat',
            'block',
            'add',
            'branch',
            'if',
            'else',
            'as',
            '(',
            ')',
            '>',
            '2',
            'conv',
            ';',
          ),
          { maxLength: 30 },
        )
        .map((w) => w.join(' ')),
    );
    fc.assert(
      fc.property(text, (t) => {
        for (const { primary } of read(t).diagnostics) {
          expect(primary!.span.start).toBeGreaterThanOrEqual(0);
          expect(primary!.span.start).toBeLessThanOrEqual(Math.max(1, t.length));
          expect(primary!.span.end).toBeGreaterThan(primary!.span.start);
        }
        compile({ file: 'test.cnn', text: t });
      }),
      { numRuns: 500, seed: Number(process.env.CNNC_FUZZ_SEED ?? 1) },
    );
  });
});

describe('errors', () => {
  const said = (text: string): string[] =>
    compile({ file: 'test.cnn', text }).diagnostics.map((d) => {
      const line = text.slice(0, d.primary?.span.start ?? 0).split('\n').length;
      return `${d.code} line ${line}`;
    });

  test('of all kinds are told in one run', () => {
    expect(
      said(`model m {
  input 8x8x1
  conv 4 3x3; relu
  convv 4 3x3
  conv 4 3x3 strid 2
  maxpool (2
  conv 4 9x9
  flatten => 17
  dense 10 softmax
}
oops { }
train {
  loss crossentropy
  optimizer adam lr -1
  bach 3
  batch 2 2
}
}`),
    ).toMatchInlineSnapshot(`
      [
        "E0001 line 3",
        "E0101 line 4",
        "E0102 line 5",
        "E0001 line 6",
        "E0004 line 11",
        "E0302 line 13",
        "E0109 line 14",
        "E0301 line 15",
        "E0106 line 16",
        "E0003 line 18",
      ]
    `);
  });

  test('a body that is not closed does not swallow the next section', () => {
    expect(
      said(
        'model m {\n  input 8x8x1\n  flatten\n  dense 2 softmax\ntrain {\n  loss cross_entropy\n  optimizer what\n}',
      ),
    ).toMatchInlineSnapshot(`
      [
        "E0002 line 1",
        "E0302 line 7",
      ]
    `);
  });

  test('a bad line inside repeat, a stray bracket, a text that is not closed', () => {
    expect(
      said('model m {\n  input 4\n  repeat 2 {\n    dense 3 = 4\n    dense\n  }\n  dense "abc\n  dense 2 => [3]\n}\n)'),
    ).toMatchInlineSnapshot(`
      [
        "E0001 line 4",
        "E0103 line 5",
        "E0001 line 7",
        "E0001 line 8",
        "E0004 line 10",
      ]
    `);
  });
});
