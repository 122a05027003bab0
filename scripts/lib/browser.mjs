// The browser of this machine for the tests of web pages: looks for Chromium or Chrome, and installs Chromium where that is possible.
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { performAll, rootPrefix } from './perform.mjs';
import { run, say } from './run.mjs';
import { browserRemedy } from './system.mjs';
import { thisSystem } from './this-system.mjs';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** Where Chromium may be besides the folders of PATH. */
const places = {
  darwin: ['Google Chrome', 'Chromium'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`),
  win32: ['ProgramFiles', 'ProgramFiles(x86)', 'LocalAppData'].flatMap((name) =>
    process.env[name] ? [join(process.env[name], 'Google', 'Chrome', 'Application', 'chrome.exe')] : [],
  ),
};

const isProgram = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** The version that a browser tells of itself. On Windows the program opens a window instead, so it is not asked. */
async function tried(path) {
  if (process.platform === 'win32')
    return isProgram(path) ? { path, name: 'Chrome' } : { error: `${path} is no program` };
  const { code, stdout, output } = await run([path, '--version']);
  const name = stdout.trim().split('\n')[0];
  return code === 0 && name ? { path, name } : { error: `${path} does not run: ${output.trim().split('\n')[0]}` };
}

/** { path, name } of the browser at CHROMIUM_PATH or else of the first that is found, or { error }. */
export async function findBrowser() {
  if (process.env.CHROMIUM_PATH) return tried(process.env.CHROMIUM_PATH);
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const paths = [
    ...names.flatMap((name) => folders.map((folder) => join(folder, name))),
    ...(places[process.platform] ?? []),
  ];
  let error = `neither Chromium nor Chrome is on PATH`;
  for (const path of paths.filter(isProgram)) {
    const found = await tried(path);
    if (!found.error) return found;
    error = found.error;
  }
  return { error };
}

/**
 * Finds a browser, installing Chromium when there is none. Resolves with { path, name }, or { error } when there is none
 * to be had: then the way out has been printed.
 */
export async function needBrowser({ install = true } = {}) {
  const found = await findBrowser();
  if (!found.error) return found;
  const { steps, explain } = browserRemedy(thisSystem());
  // Who names a browser wants that one.
  const wanted = install && steps.length > 0 && !process.env.CHROMIUM_PATH;
  const prefix = wanted ? await rootPrefix() : undefined;
  let { error } = found;
  if (prefix) {
    say('No browser for the tests of web pages: installing Chromium');
    await performAll(steps, prefix);
    const now = await findBrowser();
    if (!now.error) return now;
    error = now.error;
  }
  say(`No browser for the tests of web pages, which are NOT RUN: ${error}`);
  say('To get one:');
  for (const line of explain) say(`  ${line}`);
  return { error };
}
