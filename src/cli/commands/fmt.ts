// `cnnc fmt`: writes model files in the one canonical way.
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Failure, refuseErrors } from '../../diagnostics/index.ts';
import { parse, print } from '../../parser/index.ts';
import { command } from '../args.ts';
import { writeAtomic } from '../files.ts';
import { type Io, report } from '../io.ts';
import { readSource } from '../model.ts';

/** The text and how it should be written. Refuses files with syntax errors. */
async function format(io: Io, file: string): Promise<{ before: string; after: string }> {
  const source = await readSource(io, file);
  const parsed = parse(source);
  refuseErrors(parsed.diagnostics);
  const after = print(parsed.file);
  const again = parse({ file, text: after });
  if (again.diagnostics.length > 0 || print(again.file) !== after)
    throw new Error(`${file} would change when formatted twice`);
  return { before: source.text, after };
}

export const fmt = command({
  name: 'fmt',
  summary: 'write model files in the one canonical way',
  usage: 'cnnc fmt models/mnist.cnn\ncnnc fmt --check models/*.cnn',
  positionals: {
    name: 'FILE...',
    doc: 'model files; they are changed in place',
    min: 1,
    max: Number.POSITIVE_INFINITY,
  },
  options: {
    check: {
      type: 'boolean',
      doc: 'change nothing: name the files that would change, and end with 1 if there are any',
    },
  },
  async run({ io, values, positionals }) {
    let code = 0;
    for (const file of positionals) {
      try {
        const { before, after } = await format(io, file);
        if (before === after) continue;
        io.stdout(values.check ? `${file} is not formatted\n` : `formatted ${file}\n`);
        if (values.check) code = 1;
        else await writeAtomic(await realpath(resolve(io.cwd, file)), after, file);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        report(io, error.diagnostics);
        code = 1;
      }
    }
    return code;
  },
});
