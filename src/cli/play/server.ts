// A server for the playground's own files, for this machine alone: GET and HEAD, known paths, a strict policy, nothing else.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { portRefused, portTaken } from '../../diagnostics/catalog/play.ts';
import { refuse } from '../../diagnostics/index.ts';
import type { SiteFile } from './site.ts';

/** Everything comes from here, nothing is inline, and no page may frame this one. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const headers = {
  'Content-Security-Policy': POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

const HOST = '127.0.0.1';
/** Where a free port is looked for when none is asked for. */
export const FIRST_PORT = 4180;
const TRIED = 20;

function answer(site: ReadonlyMap<string, SiteFile>, request: IncomingMessage, response: ServerResponse): void {
  const fail = (status: number, text: string, more: Record<string, string> = {}): void => {
    response.writeHead(status, { ...headers, ...more, 'Content-Type': 'text/plain; charset=utf-8' });
    response.end(request.method === 'HEAD' ? undefined : `${text}\n`);
  };
  if (request.method !== 'GET' && request.method !== 'HEAD') return fail(405, 'only GET', { Allow: 'GET, HEAD' });
  // Names that other machines' pages could point here (DNS rebinding) are not this server's.
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  if (host !== 'localhost' && host !== HOST) return fail(421, 'this server is for localhost');
  const path = (request.url ?? '/').split(/[?#]/)[0] as string;
  const file = site.get(path);
  if (!file) return fail(404, 'not found');
  response.writeHead(200, {
    ...headers,
    'Content-Type': file.type,
    'Content-Length': file.content.length,
    'Cache-Control': file.hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  response.end(request.method === 'HEAD' ? undefined : file.content);
}

/** Listens on a port; resolves with the code of the trouble when it cannot. */
const listen = (server: Server, port: number): Promise<NodeJS.ErrnoException | undefined> =>
  new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => resolve(error);
    server.once('error', failed);
    server.listen(port, HOST, () => {
      server.off('error', failed);
      resolve(undefined);
    });
  });

export interface Playing {
  readonly address: string;
  close(): Promise<void>;
}

/** Serves the site on `port`, or where it is undefined on the first free one from 4180 on. Refuses a port that is taken. */
export async function serve(site: ReadonlyMap<string, SiteFile>, port: number | undefined): Promise<Playing> {
  const ports = port === undefined ? Array.from({ length: TRIED }, (_, i) => FIRST_PORT + i) : [port];
  for (const tried of ports) {
    const server = createServer((request, response) => answer(site, request, response));
    const trouble = await listen(server, tried);
    if (!trouble) {
      const at = server.address();
      const bound = typeof at === 'object' && at !== null ? at.port : tried;
      return {
        address: `http://localhost:${bound}/`,
        close: () =>
          new Promise((resolve) => {
            server.close(() => resolve());
            server.closeAllConnections();
          }),
      };
    }
    if (trouble.code !== 'EADDRINUSE') refuse(portRefused(tried, trouble.message));
  }
  return refuse(portTaken(port ?? FIRST_PORT, port === undefined ? undefined : await freePort(port)));
}

/** A port near the one that is taken. */
async function freePort(taken: number): Promise<number | undefined> {
  for (let port = taken + 1; port <= Math.min(65_535, taken + TRIED); port++) {
    const server = createServer();
    const trouble = await listen(server, port);
    if (trouble) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
  return undefined;
}
