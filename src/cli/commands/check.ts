// `cnnc check`: all messages about model files, without writing anything.
import { type Compiled, compile } from '../../compile.ts';
import { type Diagnostic, Failure } from '../../diagnostics/index.ts';
import { toJson } from '../../diagnostics/render.ts';
import { command, setOption, settings } from '../args.ts';
import { grouped } from '../format.ts';
import { importReader } from '../imports.ts';
import { printJson, report } from '../io.ts';
import { parameterCount, readSource } from '../model.ts';

/** A file of blocks for others to import. */
const isLibrary = ({ file: { sections } }: Compiled): boolean =>
  sections.length > 0 && sections.every(({ kind }) => kind === 'block' || kind === 'import');

export const check = command({
  name: 'check',
  summary: 'say all that is wrong in model files',
  usage: 'cnnc check models/mnist.cnn\ncnnc check models/*.cnn --json',
  positionals: { name: 'FILE...', doc: 'model files', min: 1, max: Number.POSITIVE_INFINITY },
  options: { set: setOption, json: { type: 'boolean', doc: 'print {ok, diagnostics} on the last line' } },
  async run({ io, values, positionals }) {
    const options = { set: settings('check', values.set), read: importReader(io.cwd) };
    const all: Diagnostic[] = [];
    const isError = (d: Diagnostic): boolean => d.severity === 'error';
    for (const file of positionals) {
      try {
        const compiled = compile(await readSource(io, file), options);
        const library = isLibrary(compiled);
        const said = compiled.diagnostics.filter((d) => !library || d.code !== 'E0005');
        all.push(...said);
        if (values.json || said.some(isError)) continue;
        const parameters = compiled.plan ? parameterCount(compiled.plan) : 0;
        const blocks = compiled.file.sections.filter(({ kind }) => kind === 'block').length;
        const what = library ? `${blocks} ${blocks === 1 ? 'block' : 'blocks'}` : `${grouped(parameters)} parameters`;
        io.stdout(`${file}: ok, ${what}\n`);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        all.push(...error.diagnostics);
      }
    }
    report(io, all);
    const ok = !all.some(isError);
    if (values.json) printJson(io, { ok, diagnostics: all.map(toJson) });
    return ok ? 0 : 1;
  },
});
