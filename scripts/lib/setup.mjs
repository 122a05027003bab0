// The whole set-up: dependencies, adapter, build. Each part does nothing when there is nothing to do.
import { installDependencies } from './dependencies.mjs';
import { StepFailed, say } from './run.mjs';

/** Resolves with the adapter, or undefined when there is none: then commands need `--device reference`. */
export async function setup({ build = true } = {}) {
  if (Number(process.versions.node.split('.')[0]) < 20) {
    throw new StepFailed(`cnnc needs Node 20 or newer; this is ${process.versions.node}`);
  }
  await installDependencies();
  const { needAdapter } = await import('./adapter.mjs');
  const adapter = await needAdapter();
  if (adapter) say(`Adapter: ${adapter.name}${adapter.software ? ' (software)' : ''}`);
  else say('Going on without an adapter: add --device reference to compute slowly, without WebGPU');
  if (build) {
    const { buildAll } = await import('./build.mjs');
    if (await buildAll()) say('Built dist/');
  }
  return adapter;
}
