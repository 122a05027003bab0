// The texts of --help, made from what the commands declare.
import type { AnyCommand, OptionSpec } from './args.ts';

const left = (name: string, { short, type, value }: OptionSpec): string =>
  `${short ? `-${short}, ` : '    '}--${name}${type === 'string' ? ` ${value ?? 'VALUE'}` : ''}`;

/** Words after a column, wrapped at `columns`. */
function row(head: string, width: number, text: string, columns: number): string {
  const room = Math.max(24, Math.min(columns, 100) - width - 4);
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1] as string;
    if (line !== '' && line.length + 1 + word.length > room) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.map((line, i) => `  ${(i === 0 ? head : '').padEnd(width)}  ${line}`.trimEnd()).join('\n');
}

/** The help of one command; ends with a line feed. */
export function commandHelp(command: AnyCommand, columns: number): string {
  const { name, summary, usage, positionals } = command;
  const options = Object.entries(command.options);
  const heads = options.map(([option, spec]) => left(option, spec));
  const width = Math.max(positionals.name.length, ...heads.map((head) => head.length));
  const argument = positionals.max === 0 ? '' : ` ${positionals.name}`;
  const out = [`cnnc ${name}: ${summary}`, '', `usage: cnnc ${name}${argument} [options]`];
  if (positionals.max > 0) out.push('', row(positionals.name, width, positionals.doc, columns));
  if (options.length > 0) {
    out.push('', 'options:', ...options.map(([, { doc }], i) => row(heads[i] as string, width, doc, columns)));
  }
  const examples = usage.trim().split('\n');
  out.push('', 'examples:', ...examples.map((line) => `  ${line.trim()}`));
  return `${out.join('\n')}\n`;
}

/** The help of the program; ends with a line feed. */
export function programHelp(version: string, commands: readonly { name: string; summary: string }[]): string {
  const width = Math.max(...commands.map(({ name }) => name.length));
  return `cnnc ${version}: compiles a text that describes a convolutional network to WebGPU shaders, trains it and runs it

usage: cnnc COMMAND [arguments] [options]

commands:
${commands.map(({ name, summary }) => `  ${name.padEnd(width)}  ${summary}`).join('\n')}

  cnnc COMMAND --help   what a command takes
  cnnc --version        ${version}

exit codes: 0 done, 1 a message says what is wrong, 2 the command line is wrong
environment: CNNC_DATA folder of data sets (the cache of \`cnnc data get\` unless set), CNNC_DEBUG=1 stack of an internal error, NO_COLOR no colours
`;
}
