// Where the built cnnc is: dist/ of this repository, or the folder that CNNC_DIST names.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const folder = process.env.CNNC_DIST
  ? resolve(process.env.CNNC_DIST)
  : fileURLToPath(new URL('../../dist', import.meta.url));
if (!existsSync(`${folder}/index.js`)) {
  console.error(`bench: ${folder} has no built cnnc; run \`npm ci && npm run build\` in the repository first`);
  process.exit(1);
}

/** As a URL to import from. */
export const dist = pathToFileURL(folder).href;
export const distFolder = folder;
