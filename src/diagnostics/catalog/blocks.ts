// E0120 to E0139 and W0110 to W0113: blocks, their parameters, imports, names of values, and what stands in a body.
import { entry } from '../entry.ts';
import { listOf } from '../suggest.ts';
import type { Label, Span } from '../types.ts';

export const blockTwice = entry('E0120', (span: Span, name: string, first: Span) => ({
  message: `two blocks are named \`${name}\``,
  primary: { span, text: 'this one' },
  labels: [{ span: first, text: 'the first one' }],
  help: ['give one of them another name'],
}));

/** `chain` is `a calls b calls a`. */
export const recursion = entry('E0121', (span: Span, chain: string, labels: readonly Label[]) => ({
  message: `a block cannot stand inside itself: ${chain}`,
  primary: { span, text: 'this call goes round' },
  labels,
  help: ['`repeat n { ... }` writes a body several times'],
}));

/** `what` the name belongs to already: `a layer`, `an activation`, `an option of every layer`. */
export const shadowed = entry('E0122', (span: Span, kind: string, name: string, what: string) => ({
  message: `${kind} cannot be named \`${name}\`: that is ${what}`,
  primary: { span, text: '' },
  help: ['choose another name'],
}));

export const parameterTwice = entry('E0123', (span: Span, name: string, first: Span) => ({
  message: `two parameters are named \`${name}\``,
  primary: { span, text: 'again here' },
  labels: [{ span: first, text: 'first here' }],
}));

export const noSuchValue = entry(
  'E0124',
  (span: Span, name: string, near: string | undefined, all: readonly string[]) => ({
    message: `no value is named \`${name}\` here`,
    primary: { span, text: '' },
    help: [
      near !== undefined
        ? `did you mean \`${near}\`?`
        : all.length > 0
          ? `the values named so far are ${listOf(all, 'and')}`
          : `a layer before this one names its value with \`as\`: \`conv 64 3x3 relu as ${name}\``,
    ],
  }),
);

export const valueTwice = entry('E0125', (span: Span, name: string, first: Span) => ({
  message: `two values are named \`${name}\``,
  primary: { span, text: 'this one' },
  labels: [{ span: first, text: 'the first one' }],
  help: ['give one of them another name'],
}));

export const importMissing = entry('E0126', (span: Span, path: string, reader: boolean) => ({
  message: reader ? `there is no file "${path}" to import` : `"${path}" cannot be imported: nothing here reads files`,
  primary: { span, text: '' },
  help: [
    reader
      ? 'the path begins at the folder of the file that imports it'
      : 'give `compile` a function that does: compile(source, { read: (path, from) => ... })',
  ],
}));

/** `chain` is `a.cnn imports b.cnn imports a.cnn`. */
export const importCycle = entry('E0127', (span: Span, chain: string) => ({
  message: `a file cannot import itself: ${chain}`,
  primary: { span, text: 'this line closes the circle' },
  help: ['put the blocks that both need into a third file'],
}));

export const noSuchParameter = entry(
  'E0128',
  (span: Span, model: string, name: string, near: string | undefined, all: readonly string[]) => ({
    message: `the model \`${model}\` has no parameter \`${name}\` to set`,
    primary: { span, text: all.length === 0 ? 'it has no parameters' : `its parameters are ${all.join(', ')}` },
    help: [
      near !== undefined
        ? `did you mean \`${near}\`?`
        : all.length === 0
          ? `parameters stand behind its name: model ${model}(${name} = 10) { ... }`
          : `choose one of ${listOf(all, 'and')}`,
    ],
  }),
);

export const parameterUnset = entry('E0129', (span: Span, name: string) => ({
  message: `the parameter \`${name}\` of the model has no value`,
  primary: { span, text: '' },
  help: [`give it one here, \`${name} = 10\`, or on the command line: --set ${name}=10`],
}));

export const noBody = entry('E0130', (span: Span, name: string, example: string) => ({
  message: `\`${name}\` needs a body in braces`,
  primary: { span, text: '' },
  help: [`for example \`${example}\``],
}));

export const needlessBody = entry('E0131', (span: Span, name: string) => ({
  message: `${name} takes no body in braces`,
  primary: { span, text: '' },
  help: ['layers follow each other on lines of their own, or are chained with `|`'],
}));

export const branchAlone = entry('E0132', (span: Span) => ({
  message: 'a branch stands inside `add`, `multiply` or `concat`',
  primary: { span, text: '' },
  help: ['for example `add { branch { conv 64 3x3 pad same } branch { } }`'],
}));

export const notABranch = entry('E0133', (span: Span, merge: string) => ({
  message: `\`${merge} { ... }\` holds branches, and this is none`,
  primary: { span, text: '' },
  help: [`put it into a branch: \`branch { ... }\``],
}));

export const weightsPlace = entry('E0134', (span: Span, again: Span | undefined) => ({
  message: again
    ? 'a model starts from one file of weights'
    : '`weights` stands in the model itself, not in a block, a branch or another body',
  primary: { span, text: '' },
  ...(again ? { labels: [{ span: again, text: 'the first one' }] } : {}),
}));

export const unusedBlock = entry('W0110', (span: Span, name: string) => ({
  message: `the block \`${name}\` is not used`,
  primary: { span, text: '' },
  help: [`a line \`${name} ...\` in the model uses it`],
}));

export const unusedParameter = entry('W0111', (span: Span, name: string, owner: string) => ({
  message: `${owner} does not use its parameter \`${name}\``,
  primary: { span, text: '' },
}));

export const unusedValue = entry('W0112', (span: Span, name: string) => ({
  message: `the value \`${name}\` is not used`,
  primary: { span, text: '' },
  help: [`\`concat ${name}\`, \`add ${name}\` or \`multiply ${name}\` joins it with a later value`],
}));

export const unusedImport = entry('W0113', (span: Span) => ({
  message: 'nothing of this file is used',
  primary: { span, text: '' },
}));
