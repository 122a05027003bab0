// Runs commands quietly: one line says what happens, and only a failure shows what the command printed.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the project. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** A step that failed: its message is for the reader, without a stack. */
export class StepFailed extends Error {}

export function say(text) {
  process.stdout.write(`${text}\n`);
}

/**
 * Runs a command and resolves with { code, output, stdout }. `show` passes the output through instead of keeping it.
 * A command that cannot be started has code 127.
 */
export function run(words, { show = false, env = {}, cwd = root } = {}) {
  const [command, ...args] = words;
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: show ? 'inherit' : ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let stdout = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      output += text;
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.on('error', (error) => resolve({ code: 127, output: `${command}: ${error.message}\n`, stdout: '' }));
    child.on('close', (code, signal) =>
      resolve({ code: code ?? 128, output: signal ? `${output}(${signal})` : output, stdout }),
    );
  });
}

/** The last lines of a log. */
export function tail(text, lines = 25) {
  const all = text.trimEnd().split('\n');
  return `${all.length > lines ? `... (${all.length - lines} lines before)\n` : ''}${all.slice(-lines).join('\n')}\n`;
}

/** Runs a command; when it fails, shows the end of what it printed and ends the work. */
export async function must(what, words, options = {}) {
  const result = await run(words, options);
  if (result.code === 0) return result;
  if (!options.show) process.stderr.write(tail(result.output));
  throw new StepFailed(`${what} failed (exit code ${result.code}): ${words.join(' ')}`);
}

/** npm, the one that runs us if there is one. */
export function npm(...args) {
  const path = process.env.npm_execpath;
  if (path?.endsWith('.js')) return [process.execPath, path, ...args];
  return process.platform === 'win32' ? ['cmd', '/c', 'npm', ...args] : ['npm', ...args];
}

/** Runs a script's main function: its failures are a line on stderr, its result the exit code. */
export async function script(main) {
  try {
    process.exitCode = (await main(process.argv.slice(2))) ?? 0;
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
