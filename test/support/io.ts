// A command line in this process: what it would have written, and its exit code.
import type { Io } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An Io that says nothing. */
export const quietIo = (cwd: string): Io => ({
  stdout: () => undefined,
  stderr: () => undefined,
  isTTY: false,
  columns: 100,
  cwd,
  env: {},
});

/** Runs `main` with these words in `cwd`, without a terminal. */
export async function runCnnc(words: readonly string[], cwd: string, more: Partial<Io> = {}): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  const io: Io = {
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    isTTY: false,
    columns: 100,
    cwd,
    env: {},
    ...more,
  };
  const code = await main(words, io);
  return { code, stdout, stderr };
}

/** Splits a line into words, with '...' and "..." around words that have spaces. */
export function shellWords(line: string): string[] {
  return [...line.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) =>
    word.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'),
  );
}
