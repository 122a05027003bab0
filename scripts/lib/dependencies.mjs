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

/** Installs what `folder`'s lock file asks for, if it is not there. `what` is said in front of the reader; `flags` go to npm. */
export async function installDependencies({ folder = root, what = 'the dependencies', flags = [] } = {}) {
  const lock = read(join(folder, 'package-lock.json'));
  const installed = read(join(folder, 'node_modules', '.package-lock.json'));
  if (upToDate(lock, installed)) return;
  say(installed ? `Installing ${what} again: package-lock.json asks for others` : `Installing ${what}`);
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', ...flags];
  const here = { cwd: folder };
  if (lock && existsSync(join(folder, 'package-lock.json'))) {
    const clean = await run(npm('ci', ...quiet), here);
    if (clean.code === 0) return;
    if (!/EUSAGE|in sync/.test(clean.output)) {
      await must('npm ci', npm('ci', ...quiet), here);
      return;
    }
  }
  await must('npm install', npm('install', ...quiet), here);
}
