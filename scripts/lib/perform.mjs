// Steps of an installation: a file to write or a command to run, as root where that is possible without a password.
import { writeFileSync } from 'node:fs';
import { run, StepFailed, say, tail } from './run.mjs';

/** How commands run as root here: directly, by `sudo -n`, or not at all. */
export async function rootPrefix() {
  if (process.getuid?.() === 0) return [];
  return (await run(['sudo', '-n', 'true'])).code === 0 ? ['sudo', '-n'] : undefined;
}

async function perform(step, prefix) {
  if (step.write !== undefined) {
    if (prefix.length === 0) writeFileSync(step.write, step.text);
    else {
      const { code, output } = await run([...prefix, 'sh', '-c', 'printf %s "$1" > "$2"', 'sh', step.text, step.write]);
      if (code !== 0) throw new StepFailed(`cannot write ${step.write}: ${output.trim()}`);
    }
    say(`  wrote ${step.write}`);
    return;
  }
  say(`  ${[...prefix, ...step.command].join(' ')}`);
  const words = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', ...step.command];
  const { code, output } = await run(words);
  if (code === 0) return;
  process.stderr.write(tail(output));
  if (!step.mayFail) throw new StepFailed(`exit code ${code}: ${step.command.join(' ')}`);
  say('  (went on: the packages may be known already)');
}

/** Performs the steps in order, saying each; a step that fails ends them with a line. */
export async function performAll(steps, prefix) {
  try {
    for (const step of steps) await perform(step, prefix);
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error;
    say(`The installation did not succeed: ${error.message}`);
  }
}
