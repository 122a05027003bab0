// E0112 to E0119 and E0135: arithmetic and conditions, written out where a number is the trouble.
import { entry } from '../entry.ts';
import { listOf } from '../suggest.ts';
import type { Span } from '../types.ts';

export const unknownName = entry(
  'E0112',
  (span: Span, name: string, near: string | undefined, all: readonly string[]) => ({
    message: `there is no parameter \`${name}\` here`,
    primary: { span, text: '' },
    help: [near === undefined ? `the names here are ${listOf(all, 'and')}` : `did you mean \`${near}\`?`],
  }),
);

export const unknownFunction = entry(
  'E0113',
  (span: Span, name: string, near: string | undefined, all: readonly string[]) => ({
    message: `there is no function \`${name}\``,
    primary: { span, text: '' },
    help: [near === undefined ? `the functions are ${listOf(all, 'and')}` : `did you mean \`${near}\`?`],
  }),
);

export const wrongCount = entry('E0114', (span: Span, name: string, needed: string, given: number) => ({
  message: `${name} takes ${needed}, and ${given === 0 ? 'nothing is' : given === 1 ? 'one number is' : `${given} numbers are`} given`,
  primary: { span, text: '' },
}));

/** `arithmetic` is the formula with its numbers: `c / s = 8 / 0`. */
export const divisionByZero = entry('E0115', (span: Span, arithmetic: string) => ({
  message: 'a division by zero',
  primary: { span, text: arithmetic },
}));

export const tooLarge = entry('E0116', (span: Span) => ({
  message: 'this number is too large to compute with',
  primary: { span, text: '' },
}));

export const notACondition = entry('E0117', (span: Span, arithmetic: string) => ({
  message: 'a number stands here, and a condition is needed',
  primary: { span, text: arithmetic },
  help: ['compare it: `s > 1`, `s == 1`, `s != 0`; join comparisons with `and`, `or` and `not`'],
}));

export const notANumber = entry('E0118', (span: Span) => ({
  message: 'a condition stands here, and a number is needed',
  primary: { span, text: 'true or false' },
  help: ['a condition stands behind `if`: `if s > 1 { ... } else { ... }`'],
}));

/** `arithmetic` is the formula with its numbers: `(k / 2) = 5 / 2 = 2.5`. */
export const notWhole = entry('E0119', (span: Span, arithmetic: string) => ({
  message: 'a size is made of whole numbers from 1 on',
  primary: { span, text: arithmetic },
  help: ['`floor`, `ceil` and `round` make whole numbers: `(floor(k / 2))x1`'],
}));

export const bareFormula = entry('E0135', (span: Span, text: string) => ({
  message: 'arithmetic stands in parentheses',
  primary: { span, text: 'this is read as one name' },
  help: [`write \`(${text})\``],
}));
