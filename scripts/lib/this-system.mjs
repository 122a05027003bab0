// The facts of the machine this runs on, for the functions of system.mjs.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAptSources, parseOsRelease } from './system.mjs';

const textOf = (path) => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

/** Platform, distribution and apt sources of this machine, under `root` (tests have one of their own). */
export function thisSystem(root = '/', platform = process.platform) {
  const os = parseOsRelease(textOf(join(root, 'etc/os-release')));
  const paths = [join(root, 'etc/apt/sources.list')];
  try {
    const folder = join(root, 'etc/apt/sources.list.d');
    for (const name of readdirSync(folder).sort()) {
      if (name.endsWith('.list') || name.endsWith('.sources')) paths.push(join(folder, name));
    }
  } catch {
    // No apt here.
  }
  return { platform, os, aptEntries: paths.flatMap((path) => parseAptSources(path, textOf(path))) };
}
