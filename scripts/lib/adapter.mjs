// The WebGPU adapter of this machine: looks for one, and installs the software one where that is possible.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { performAll, rootPrefix } from './perform.mjs';
import { run, say } from './run.mjs';
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
    await performAll(steps, prefix);
    const now = await findAdapter();
    if (!now.error) return now;
    say(`There is still no adapter: ${now.error}`);
  } else say(`No WebGPU adapter: ${found.error}`);
  say('To get one:');
  for (const line of explain) say(`  ${line}`);
  return undefined;
}
