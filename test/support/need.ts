// What a test needs and a machine may lack: said loudly when it is not there, and an error where it is required.
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the project. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

function lacking(what: string, required: string): void {
  if (process.env[required] === '1') throw new Error(`${what}, and ${required}=1 asks for it`);
  console.warn(`NOT TESTED: ${what}`);
}

/**
 * The folder of data sets (CNNC_DATA, or ../shared/data beside the project) if it has `part`, such as `mnist`. Otherwise
 * undefined, for `describe.skipIf`, after a warning; an error when CNNC_REQUIRE_DATA=1.
 */
export function needData(part = ''): string | undefined {
  const folder = process.env.CNNC_DATA ? resolve(root, process.env.CNNC_DATA) : join(root, '..', 'shared', 'data');
  if (existsSync(join(folder, part))) return folder;
  lacking(`there is no real data in ${join(folder, part)}`, 'CNNC_REQUIRE_DATA');
  return undefined;
}

/** The folder of cases from other projects (../shared/conformance beside the project); as `needData` when it is absent. */
export function needConformance(): string | undefined {
  const folder = join(root, '..', 'shared', 'conformance');
  if (existsSync(folder)) return folder;
  lacking(`there are no ONNX cases in ${folder}`, 'CNNC_REQUIRE_DATA');
  return undefined;
}

/** Says that a test goes without an adapter; an error when CNNC_REQUIRE_ADAPTER=1. */
export function lacksAdapter(reason: string): void {
  lacking(`there is no WebGPU adapter (${reason}); npm run setup installs a software one`, 'CNNC_REQUIRE_ADAPTER');
}

/** Says that a test goes without a browser; an error when CNNC_REQUIRE_ADAPTER=1. */
export function lacksBrowser(reason: string): void {
  lacking(`there is no browser (${reason}); npm test installs one where it can`, 'CNNC_REQUIRE_ADAPTER');
}
