// `from NAME`: a second way that begins where an earlier one did.
import { expect, test } from 'vitest';
import { compile } from '../../src/compile.ts';

const messages = (text: string): string[] =>
  compile({ file: 'a.cnn', text }).diagnostics.map((d) => `${d.code} ${d.message}`);

test('the named value goes on', () => {
  const { plan, layers, diagnostics } = compile(
    {
      file: 'a.cnn',
      text: 'model a {\n  input 8x8x3\n  conv 4 3x3 as p\n  conv 5 3x3 pad same as q\n  from p\n  conv 6 3x3 pad same\n  concat q => 6x6x11\n}\n',
    },
    { inferOnly: true },
  );
  expect(diagnostics).toEqual([]);
  expect(plan?.output.shape).toEqual([32, 6, 6, 11]);
  const [, first, , third] = layers ?? [];
  expect(third?.inputs[0]).toBe(first?.output);
});

test('what is wrong with it', () => {
  const model = (line: string): string => `model a {\n  input 8x8x3\n  conv 4 3x3 as skip1\n  ${line}\n  relu\n}\n`;
  expect(messages(model('from skip2'))).toContain('E0124 no value is named `skip2` here');
  expect(messages(model('from')).join()).toContain('E01');
  expect(messages(model('from skip1 relu')).join()).toContain('E01');
  expect(messages(model('from 3')).join()).toContain('E01');
  expect(messages(model('from skip1'))).toEqual([]);
});
