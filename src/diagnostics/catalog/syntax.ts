// E00xx: the text is not a .cnn text.
import { entry } from '../entry.ts';
import type { Span } from '../types.ts';

export const badSyntax = entry('E0001', (span: Span, found: string, expected: string, hint?: string) => ({
  message: `${found} does not belong here`,
  primary: { span, text: expected === '' ? '' : `expected ${expected}` },
  ...(hint === undefined ? {} : { help: [hint] }),
}));

export const unclosedBody = entry('E0002', (open: Span, what: string) => ({
  message: `this \`{\` is never closed`,
  primary: { span: open, text: `${what} starts here` },
  help: ['add a `}` on a line of its own after the last layer or setting'],
}));

export const strayBrace = entry('E0003', (span: Span) => ({
  message: 'a `}` without a `{`',
  primary: { span, text: '' },
  help: ['remove it, or look for a section that was closed too early'],
}));

export const badSection = entry('E0004', (span: Span, word: string, near?: string) => ({
  message: `a file holds the sections \`model\`, \`data\`, \`train\` and \`block\`, and \`import\` lines; this is none of them`,
  primary: { span, text: '' },
  help: [
    near === undefined
      ? 'write the layers inside `model NAME { ... }` and the settings inside `train { ... }`'
      : `did you mean \`${near}\` instead of \`${word}\`?`,
  ],
}));

export const noModel = entry('E0005', (span: Span) => ({
  message: 'this file has no model',
  primary: { span, text: '' },
  help: ['a model is: model NAME {\n  input 28x28x1\n  ...\n}'],
}));

export const secondSection = entry('E0006', (span: Span, kind: string, first: Span) => ({
  message: `a second \`${kind}\` section`,
  primary: { span, text: 'this one' },
  labels: [{ span: first, text: 'the first one' }],
  help: [kind === 'model' ? 'one file holds one model: move the other to a file of its own' : 'join the two'],
}));

/** `form` is how such a section is written. */
export const badHead = entry('E0007', (span: Span, word: string, form: string) => ({
  message: `this is not how \`${word}\` goes on`,
  primary: { span, text: '' },
  help: [`it is written: ${form}`],
}));

/** Of bytes that no text has. `at` counts from 0. */
export const notText = entry('E0008', (file: string, at: number) => ({
  message: `this is not a text: byte ${at} of the file is 0`,
  file,
  help: [
    'a model file is a text in UTF-8: an editor that saved it as UTF-16 ("Unicode") can save it as UTF-8',
    'ONNX and Keras models become one with `cnnc import`',
  ],
}));
