// The WebGPU adapter of this machine: looks for one, and installs the software one where that is possible.
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run, StepFailed, say, tail } from './run.mjs';
import { adapterRemedy } from './system.mjs';
import { thisSystem } from './this-system.mjs';

const probe = join(dirname(fileURLToPath(import.meta.url)), 'probe-adapter.mjs');

/** { name, software } of the best adapter, or { error }. */
export async function findAdapter() {
  const { stdout, code } = await run([process.execPath, probe]);
  const line = stdout.trim().split('\n').at(-1) ?? '';
  try {
    return JSON.parse(line);
  } catch {
    return { error: `the probe ended with code ${code} and no answer` };
  }
}

/** How commands run as root here: directly, by `sudo -n`, or not at all. */
async function rootPrefix() {
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

/**
 * Finds an adapter, installing the software one when there is none. Resolves with { name, software }, or undefined when
 * there is none to be had: then the reason and the way out have been printed.
 */
export async function needAdapter({ install = true } = {}) {
  const found = await findAdapter();
  if (!found.error) return found;
  const { steps, explain } = adapterRemedy(thisSystem());
  const prefix = steps.length > 0 && install ? await rootPrefix() : undefined;
  if (prefix) {
    say('No WebGPU adapter: installing the software one (Mesa lavapipe)');
    try {
      for (const step of steps) await perform(step, prefix);
    } catch (error) {
      if (!(error instanceof StepFailed)) throw error;
      say(`The installation did not succeed: ${error.message}`);
    }
    const now = await findAdapter();
    if (!now.error) return now;
    say(`There is still no adapter: ${now.error}`);
  } else say(`No WebGPU adapter: ${found.error}`);
  say('To get one:');
  for (const line of explain) say(`  ${line}`);
  return undefined;
}
