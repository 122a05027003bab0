// The command line: finds the command, reads its options, runs it, and turns whatever goes wrong into words.
import { resolve } from 'node:path';
import { outputIsInput, unknownCommand } from '../diagnostics/catalog/usage.ts';
import { type Diagnostic, Failure, refuse } from '../diagnostics/index.ts';
import { toJson } from '../diagnostics/render.ts';
import { type AnyCommand, readArguments } from './args.ts';
import { commands } from './commands/index.ts';
import { commandHelp, programHelp } from './help.ts';
import { type Io, paintFor, printJson, report } from './io.ts';
import { version } from './version.ts';

const names = commands.map(({ name }) => name);

async function find(word: string): Promise<AnyCommand> {
  const found = commands.find(({ name }) => name === word);
  return found ? found.load() : refuse(unknownCommand(word, names));
}

const asksForHelp = (words: readonly string[]): boolean => {
  const end = words.indexOf('--');
  return (end === -1 ? words : words.slice(0, end)).some((word) => word === '--help' || word === '-h');
};

async function dispatch(argv: readonly string[], io: Io): Promise<number> {
  const [first, ...rest] = argv;
  if (first === undefined) {
    io.stderr(programHelp(version, commands));
    return 2;
  }
  if (first === '--version' || first === '-v' || first === 'version') {
    io.stdout(`${version}\n`);
    return 0;
  }
  if (first === '--help' || first === '-h' || (first === 'help' && rest.length === 0)) {
    io.stdout(programHelp(version, commands));
    return 0;
  }
  if (first === 'help' || asksForHelp(rest)) {
    io.stdout(commandHelp(await find(first === 'help' ? (rest[0] as string) : first), io.columns));
    return 0;
  }
  const command = await find(first);
  const given = readArguments(command, rest);
  refuseToReplaceInput(io, given);
  return command.run({ io, ...given });
}

/** A slip of the hand would put a picture or an ONNX file in the place of the model that it is made from. */
function refuseToReplaceInput(
  { cwd }: Io,
  {
    values,
    positionals,
  }: { readonly values: Readonly<Record<string, unknown>>; readonly positionals: readonly string[] },
): void {
  const { out, weights, model, csv, from } = values;
  const read = [...positionals, weights, model, from].filter((path) => typeof path === 'string');
  for (const [option, place] of Object.entries({ out, csv }))
    if (typeof place === 'string' && place !== '-' && read.some((path) => resolve(cwd, path) === resolve(cwd, place)))
      refuse(outputIsInput(option, place));
}

/** The words for what should not happen. */
function bug(error: unknown, io: Io): void {
  const paint = paintFor(io) ?? ((_kind, text) => text);
  const reason = error instanceof Error ? error.message : String(error);
  io.stderr(`${paint('error', 'internal error')}: ${reason.split('\n')[0]}\n`);
  if (io.env.CNNC_DEBUG) io.stderr(`${error instanceof Error ? error.stack : String(error)}\n`);
  else io.stderr('This is a bug in cnnc, not in your files. CNNC_DEBUG=1 shows where: please report it with that.\n');
}

/** E0700 to E0729, and what is said of options of `import`, `show`, `attack` and `dream`; other codes are about files and models. */
const isUsage = (d: Diagnostic): boolean =>
  d.severity === 'error' && /^E0(7[0-2].|73[89]|80[35789]|81[02])$/.test(d.code);

/** Runs one command line (without the program's name) and returns the exit code: 0 done, 1 trouble, 2 wrong usage. */
export async function main(argv: readonly string[], io: Io): Promise<number> {
  const json = argv.includes('--json');
  try {
    return await dispatch(argv, io);
  } catch (error) {
    if (!(error instanceof Failure)) {
      bug(error, io);
      if (json) printJson(io, { ok: false, diagnostics: [], internal: String(error) });
      return 1;
    }
    report(io, error.diagnostics);
    if (json) printJson(io, { ok: false, diagnostics: error.diagnostics.map(toJson) });
    return error.diagnostics.some(isUsage) ? 2 : 1;
  }
}
