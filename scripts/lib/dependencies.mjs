// The packages of package-lock.json: whether node_modules has them, and installing them.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { must, npm, root, run, say } from './run.mjs';

const read = (path) => {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
};

/**
 * Whether node_modules is what package-lock.json asks for: each package there with that version. Packages for other
 * platforms may be missing. Takes the two lock files' contents; `installed` undefined means there is no node_modules.
 */
export function upToDate(lock, installed) {
  if (installed === undefined) return false;
  const wanted = Object.entries(lock?.packages ?? {}).filter(([path]) => path !== '');
  return wanted.every(([path, { version, optional, devOptional, peer }]) => {
    const there = installed.packages?.[path];
    return there ? there.version === version : Boolean(optional || devOptional || peer);
  });
}

export async function installDependencies() {
  const lock = read(join(root, 'package-lock.json'));
  const installed = read(join(root, 'node_modules', '.package-lock.json'));
  if (upToDate(lock, installed)) return;
  say(
    installed ? 'Dependencies are out of date: installing those of package-lock.json' : 'Installing the dependencies',
  );
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier'];
  if (lock && existsSync(join(root, 'package-lock.json'))) {
    const clean = await run(npm('ci', ...quiet));
    if (clean.code === 0) return;
    if (!/EUSAGE|in sync/.test(clean.output)) {
      await must('npm ci', npm('ci', ...quiet));
      return;
    }
  }
  await must('npm install', npm('install', ...quiet));
}
