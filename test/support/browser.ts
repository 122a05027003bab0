// A browser for the tests of web pages: one a test file, and a small server of files that hands out strict headers.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll } from 'vitest';
import { findBrowser } from '../../scripts/lib/browser.mjs';
import { lacksBrowser } from './need.ts';

/** WebGPU on any machine, by the software adapter inside Chromium; and nothing that talks to the network by itself. */
const flags = [
  '--no-sandbox',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/**
 * The browser of the tests of a file, closed after them. Undefined where there is none, for `describe.skipIf(!browser)`;
 * an error when CNNC_REQUIRE_ADAPTER=1. Call it once, at the top: `const browser = await withBrowser();`
 */
export async function withBrowser(): Promise<Browser | undefined> {
  const found = await findBrowser();
  if (found.error !== undefined) {
    lacksBrowser(found.error);
    return undefined;
  }
  const browser = await chromium.launch({ executablePath: found.path, args: flags });
  afterAll(() => browser.close());
  return browser;
}

/** No eval, no wasm, no text of a page run as code, and nothing from elsewhere. */
export const strictPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; base-uri 'none'; form-action 'none'";

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** A site on this machine. */
export interface Site {
  /** `http://localhost:PORT`, without a slash. */
  readonly origin: string;
  /** Paths that were asked for and are not there. */
  readonly missing: string[];
  close(): void;
}

/**
 * Serves files by their paths (`/` is `/index.html`) under a Content-Security-Policy, as any server of static files does. Closed
 * after the tests of the file.
 */
export async function serve(
  read: (path: string) => string | Uint8Array | undefined,
  { policy = strictPolicy }: { readonly policy?: string } = {},
): Promise<Site> {
  const missing: string[] = [];
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const path = pathname.endsWith('/') ? `${pathname}index.html` : pathname;
    const content = read(path);
    if (content === undefined) missing.push(path);
    response.writeHead(content === undefined ? 404 : 200, {
      'content-type': types[extname(path)] ?? 'application/octet-stream',
      'content-security-policy': policy,
      'cache-control': 'no-store',
    });
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  afterAll(close);
  return { origin: `http://localhost:${(server.address() as AddressInfo).port}`, missing, close };
}

/** A page with what must stay empty: errors of the console and of scripts, and requests to other places. */
export interface OpenedPage {
  readonly site: Site;
  readonly page: Page;
  readonly errors: string[];
  /** Addresses outside the site that the page asked for. */
  readonly elsewhere: string[];
}

/** Opens a page of a site; `size` is that of the window. */
export async function openPage(
  browser: Browser,
  site: Site,
  path = '/',
  { width = 1280, height = 800 }: { readonly width?: number; readonly height?: number } = {},
): Promise<OpenedPage> {
  const { origin } = site;
  const page = await browser.newPage({ viewport: { width, height } });
  const errors: string[] = [];
  const elsewhere: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !/^(data|blob):/.test(url)) elsewhere.push(url);
  });
  await page.goto(`${origin}${path}`);
  return { site, page, errors, elsewhere };
}
