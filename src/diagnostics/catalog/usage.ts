// Messages about the command line: E0701 to E0799. The program ends with code 2 when one of these is the reason.
import { entry } from '../entry.ts';
import { listOf, nearest } from '../suggest.ts';
import type { Span } from '../types.ts';

const meant = (word: string, names: readonly string[], show: (name: string) => string): string[] => {
  const name = nearest(word, names);
  return name === undefined ? [] : [`did you mean ${show(name)}?`];
};
const helpOf = (command: string): string => `all it takes: cnnc ${command} --help`;

export const unknownCommand = entry('E0701', (word: string, names: readonly string[]) => ({
  message: `unknown command "${word}"`,
  help: [...meant(word, names, (name) => `cnnc ${name}`), `the commands: ${listOf(names, 'and')}`],
}));

/** `raw` as the user wrote it, dashes included; `names` without dashes. */
export const noSuchOption = entry('E0702', (raw: string, command: string, names: readonly string[]) => ({
  message: `cnnc ${command} has no option ${raw}`,
  help: [...meant(raw.replace(/^-+/, ''), names, (name) => `--${name}`), helpOf(command)],
}));

export const optionNeedsValue = entry('E0703', (option: string, placeholder: string, command: string) => ({
  message: `--${option} needs a value`,
  help: [`write --${option} ${placeholder}`, helpOf(command)],
}));

export const unexpectedValue = entry('E0704', (option: string, value: string, command: string) => ({
  message: `--${option} takes no value, and "${value}" is given`,
  help: [`write --${option} alone`, helpOf(command)],
}));

export const argumentMissing = entry('E0705', (command: string, argument: string, doc: string) => ({
  message: `cnnc ${command} needs ${argument}: ${doc}`,
  help: [helpOf(command)],
}));

export const tooManyArguments = entry('E0706', (command: string, extra: string, max: number, takes: string) => ({
  message:
    max === 0
      ? `cnnc ${command} takes no arguments, and "${extra}" is given`
      : `cnnc ${command} takes ${takes} and nothing more, and "${extra}" is given`,
  help: ['a value with spaces in it needs quotes around it', helpOf(command)],
}));

/** `needed` completes "takes ...": `a whole number from 1 to 1000`. */
export const badValue = entry('E0707', (option: string, value: string, needed: string, command: string) => ({
  message: `--${option} takes ${needed}, and "${value}" is given`,
  help: [helpOf(command)],
}));

export const badChoice = entry(
  'E0708',
  (option: string, value: string, choices: readonly string[], command: string) => ({
    message: `--${option} takes ${listOf(choices)}, and "${value}" is given`,
    help: [...meant(value, choices, (name) => `--${option} ${name}`), helpOf(command)],
  }),
);

/** `why` says what the option is for, `ways` what could be given. */
export const optionMissing = entry(
  'E0709',
  (option: string, placeholder: string, command: string, why: string, ways: readonly string[] = []) => ({
    message: `cnnc ${command} needs --${option} ${placeholder}: ${why}`,
    help: [...ways, helpOf(command)],
  }),
);

/** What is read would be gone. */
export const outputIsInput = entry('E0710', (option: string, file: string) => ({
  message: `--${option} names a file that the command reads, and would replace it`,
  file,
  help: ['give the output a name of its own'],
}));

export const unknownPicture = entry('E0720', (file: string) => ({
  message: `the ending of "${file}" does not say what to draw`,
  help: ['end the name in .svg, .mmd (Mermaid) or .dot (Graphviz)', 'or say it: --format svg'],
}));

export const noSuchLayer = entry('E0721', (layer: string, file: string, names: readonly string[]) => ({
  message: `${file} has no layer "${layer}"`,
  help: [...meant(layer, names, (name) => `\`${name}\``), `its layers: ${listOf(names, 'and')}`],
}));

export const noMatrix = entry('E0722', (span: Span, layer: string, op: string) => ({
  message: `${layer} is no matrix: nothing in \`${op}\` is linear in its input`,
  primary: { span, text: 'its output is not a weighted sum of its input' },
  help: ['convolutions, dense layers and average pooling are linear'],
}));

export const matrixTooLarge = entry(
  'E0723',
  (span: Span, layer: string, input: string, columns: number, output: string, rows: number, widest: number) => ({
    message: `the matrix of ${layer} is too large to be read: ${rows} x ${columns}`,
    primary: { span, text: `${input} are ${columns} columns, ${output} are ${rows} rows` },
    help: [`at most ${widest} columns are printed: try the same layer on a smaller input, such as \`input 3x3x1\``],
  }),
);

export const weightsToTrain = entry('E0724', () => ({
  message: 'cnnc compile takes weights for inference only',
  help: ['add --infer-only: weights that will be trained are given to `cnnc train --weights`', helpOf('compile')],
}));
