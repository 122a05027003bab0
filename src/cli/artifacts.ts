// What `cnnc compile` writes: the plan, its shaders, and a module that holds both.

import { writeFileSync } from 'node:fs';
import { mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Plan } from '../../runtime/index.ts';
import { Failure, refuse } from '../diagnostics/index.ts';
import { writeSafetensors } from '../interop/safetensors.ts';
import { makeFolders, needFolder, writeTrouble } from './files.ts';
import type { Io } from './io.ts';
import { version } from './version.ts';

const shape = (s: readonly number[]): string => s.join('x');

function moduleText(plan: Plan, file: string): string {
  return `// The model ${plan.model}, compiled by cnnc ${version} from ${file}. Do not edit: compile again.
//   import { createSession, predict } from 'cnnc/runtime';
//   import { plan } from './${plan.model}.js';
//   const session = await createSession(device, plan, ['infer']);
export const plan = ${JSON.stringify(plan, null, 1)};
export default plan;
`;
}

function typesText(plan: Plan, file: string): string {
  const names = plan.parameters.map(({ name }) => JSON.stringify(name));
  return `// Types of ${plan.model}.js, compiled by cnnc ${version} from ${file}.
import type { Plan } from 'cnnc/runtime';

/** Names of the parameters, as in its weights file. */
export type ParameterName = ${names.length === 0 ? 'never' : names.join(' | ')};

/** Input ${shape(plan.input.shape)}, output ${shape(plan.output.shape)} (${plan.outputIs}); the first dimension is the batch. */
export declare const plan: Plan & {
  readonly model: ${JSON.stringify(plan.model)};
  readonly batch: ${plan.batch};
};
export default plan;
`;
}

/**
 * All files by their path in the folder. The plan names the shaders' files; the module holds their texts; `weights` are
 * values of the plan's parameters, where they are known.
 */
export function artifacts(
  plan: Plan,
  file: string,
  weights?: ReadonlyMap<string, Float32Array<ArrayBuffer>>,
): Map<string, string | Uint8Array> {
  const from = basename(file);
  const path = (name: string): string => `kernels/${name}.wgsl`;
  const named = { ...plan, kernels: plan.kernels.map((k) => ({ ...k, wgsl: path(k.name) })) };
  const tensors = plan.parameters.flatMap(({ name, shape: dims }) => {
    const values = weights?.get(name);
    return values ? [{ name, shape: dims, values }] : [];
  });
  return new Map<string, string | Uint8Array>([
    ...(weights ? [[`${plan.model}.safetensors`, writeSafetensors(tensors, { model: plan.model })] as const] : []),
    ['plan.json', `${JSON.stringify(named, null, 2)}\n`],
    [`${plan.model}.js`, moduleText(plan, from)],
    [`${plan.model}.d.ts`, typesText(plan, from)],
    ...plan.kernels.map(({ name, wgsl }): [string, string] => [path(name), `${wgsl.trimEnd()}\n`]),
  ]);
}

/**
 * Writes all files or none: into a folder inside `folder` first, then each entry at its place. The folder `kernels` is
 * replaced as a whole, so that no shader of an earlier compilation stays.
 */
export async function writeArtifacts(
  io: Io,
  folder: string,
  files: ReadonlyMap<string, string | Uint8Array>,
): Promise<void> {
  const target = resolve(io.cwd, folder);
  const beside = join(target, `.cnnc-${process.pid}.tmp`);
  const bytes = [...files.values()].reduce((n, text) => n + text.length, 0);
  let made: string | undefined;
  const replaced: string[] = [];
  try {
    try {
      made = await makeFolders(target);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    await needFolder(target, folder);
    for (const inner of new Set([...files.keys()].map(dirname)))
      await mkdir(join(beside, 'new', inner), { recursive: true });
    // Hundreds of small files: waiting for each of them would take longer than writing them all.
    for (const [name, text] of files) writeFileSync(join(beside, 'new', name), text);
    await mkdir(join(beside, 'old'));
    for (const entry of new Set([...files.keys()].map((name) => name.split('/')[0] as string))) {
      await rename(join(target, entry), join(beside, 'old', entry)).catch(() => undefined);
      replaced.push(entry);
      await rename(join(beside, 'new', entry), join(target, entry));
    }
    await rm(beside, { recursive: true });
  } catch (error) {
    for (const entry of replaced) {
      await rm(join(target, entry), { recursive: true, force: true }).catch(() => undefined);
      await rename(join(beside, 'old', entry), join(target, entry)).catch(() => undefined);
    }
    await rm(beside, { recursive: true, force: true }).catch(() => undefined);
    if (made !== undefined) await rmdir(target).catch(() => undefined);
    if (error instanceof Failure) throw error;
    refuse(writeTrouble(error, folder, bytes));
  }
}
