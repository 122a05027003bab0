// `cnnc check`: all messages about model files, without writing anything.
import { compile } from '../../compile.ts';
import { type Diagnostic, Failure } from '../../diagnostics/index.ts';
import { toJson } from '../../diagnostics/render.ts';
import { command } from '../args.ts';
import { grouped } from '../format.ts';
import { printJson, report } from '../io.ts';
import { readSource } from '../model.ts';

export const check = command({
  name: 'check',
  summary: 'say all that is wrong in model files',
  usage: 'cnnc check models/mnist.cnn\ncnnc check models/*.cnn --json',
  positionals: { name: 'FILE...', doc: 'model files', min: 1, max: Number.POSITIVE_INFINITY },
  options: { json: { type: 'boolean', doc: 'print {ok, diagnostics} on the last line' } },
  async run({ io, values, positionals }) {
    const all: Diagnostic[] = [];
    const isError = (d: Diagnostic): boolean => d.severity === 'error';
    for (const file of positionals) {
      try {
        const { diagnostics, plan } = compile(await readSource(io, file));
        all.push(...diagnostics);
        const parameters = plan?.parameters.reduce((n, p) => n + p.shape.reduce((a, b) => a * b, 1), 0) ?? 0;
        if (plan && !values.json) io.stdout(`${file}: ok, ${grouped(parameters)} parameters\n`);
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
