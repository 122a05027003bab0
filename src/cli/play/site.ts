// The files of the playground, by the paths they are asked for: what is not in this table is not served.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface SiteFile {
  readonly type: string;
  readonly content: Buffer;
  /** Its name has a hash of its content: it may be kept for ever. */
  readonly hashed: boolean;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.txt': 'text/plain; charset=utf-8',
};

/** The folder that the build made: beside the program, or in dist/ when cnnc runs from its sources. */
export function siteFolder(): string {
  const places = ['./playground/', '../playground/', '../../../dist/playground/'].map((folder) =>
    fileURLToPath(new URL(folder, import.meta.url)),
  );
  const found = places.find((place) => existsSync(join(place, 'index.html')));
  if (!found) throw new Error('the playground is not built: npm run build');
  return found;
}

/** All files of the folder; `/` is the page itself. */
export function readSite(folder: string): ReadonlyMap<string, SiteFile> {
  const site = new Map<string, SiteFile>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/');
    const type = types[extname(entry.name)] ?? 'application/octet-stream';
    site.set(`/${path}`, {
      type,
      content: readFileSync(join(entry.parentPath, entry.name)),
      hashed: path.startsWith('assets/'),
    });
  }
  const page = site.get('/index.html');
  if (page) site.set('/', page);
  return site;
}
