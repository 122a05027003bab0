// The playground in a browser: it compiles, shows, trains, predicts what is drawn, and speaks to nobody but its own server.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import axe from 'axe-core';
import { zipSync } from 'fflate';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import type { Plan } from '../runtime/index.ts';
import { serve } from '../src/cli/play/server.ts';
import { readSite, siteFolder } from '../src/cli/play/site.ts';
import { webModule } from '../src/cli/web/module.ts';
import { compile } from '../src/compile.ts';
import { drawDigit } from '../src/data/drawn.ts';
import * as say from '../src/diagnostics/catalog/play.ts';
import { renderAll } from '../src/diagnostics/index.ts';
import { readSafetensors } from '../src/interop/safetensors.ts';
import { withBrowser } from './support/browser.ts';
import { expectGolden } from './support/golden.ts';
import { runCnnc } from './support/io.ts';
import { root } from './support/need.ts';

const browser = await withBrowser();
const playing = await serve(readSite(siteFolder()), 0);
afterAll(() => playing.close());

/** One convolution: a software adapter trains it in seconds. */
const small = `model small {
  input 28x28x1

  conv 8 6x6 stride 2 relu
  maxpool 2x2
  flatten
  dense 10 softmax
}

train {
  data      drawn
  loss      cross_entropy
  optimizer adam lr 0.004
  batch     32
  epochs    3
}
`;

interface Opened {
  readonly page: Page;
  readonly errors: string[];
  readonly elsewhere: string[];
}

/** The page with a text, compiled. `before` runs in the page before its scripts. */
async function open(
  text: string | undefined,
  options: BrowserContextOptions = {},
  { path = '', before = '' }: { path?: string; before?: string } = {},
): Promise<Opened> {
  const context = await browser?.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  if (!context) throw new Error('no browser');
  const page = await context.newPage();
  // A busy machine starts a page slowly; the time of the test is what bounds it.
  page.setDefaultTimeout(100_000);
  const errors: string[] = [];
  const elsewhere: string[] = [];
  page.on('console', (m) => {
    if (m.type() === 'error' || m.type() === 'warning') errors.push(m.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith(playing.address) && !request.url().startsWith('blob:')) elsewhere.push(request.url());
  });
  const kept = text === undefined ? '' : `localStorage.setItem('cnnc-text', ${JSON.stringify(text)});`;
  await page.addInitScript({ content: `${kept}${before}` });
  await page.goto(`${playing.address}${path}`);
  await page.waitForSelector('html[data-ready]');
  return { page, errors, elsewhere };
}

/** The page did what it did without an error, and asked nobody else. */
async function close({ page, errors, elsewhere }: Opened): Promise<void> {
  await page.context().close();
  expect([errors, elsewhere]).toEqual([[], []]);
}

/** Puts the cursor at the end of a line of the editor, from 1. */
async function goToLine(page: Page, line: number): Promise<void> {
  await page.locator('#editor .cm-content').click();
  await page.keyboard.press('Control+Home');
  for (let i = 1; i < line; i++) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('End');
}

/** Draws a seven on the pad. */
async function drawSeven(page: Page): Promise<void> {
  const pad = page.locator('.pad');
  await pad.scrollIntoViewIfNeeded();
  const box = await pad.boundingBox();
  if (!box) throw new Error('no pad');
  const at = (x: number, y: number): [number, number] => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(0.25, 0.2));
  await page.mouse.down();
  for (const [x, y] of [
    [0.72, 0.2],
    [0.6, 0.5],
    [0.42, 0.86],
  ] as const)
    await page.mouse.move(...at(x, y), { steps: 5 });
  await page.mouse.up();
}

/** What axe finds that is serious, by rule and place. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate(async () => {
    const { violations } = await (
      globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
      }
    ).axe.run();
    return violations.map(({ id, impact, nodes }) => ({ id, impact, html: nodes.map((n) => n.html.slice(0, 120)) }));
  });
  return found
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, html }) => `${id}: ${html.join(' | ')}`);
}

describe('the server', () => {
  test('gives its own files with their types and a strict policy, and nothing else', async () => {
    const page = await fetch(playing.address);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain('unsafe');
    const html = await page.text();
    expect(html).not.toMatch(/<style|<script(?![^>]*src=)| style=|https?:/);
    const script = /src="\.\/(assets\/[^"]+\.js)"/.exec(html)?.[1];
    const loaded = await fetch(`${playing.address}${script}`);
    expect([loaded.status, loaded.headers.get('content-type')]).toEqual([200, 'text/javascript; charset=utf-8']);
    for (const path of ['nothing.js', '..%2f..%2fpackage.json', 'assets/../../cnnc.js', '%2e%2e/cnnc.js', 'assets'])
      expect((await fetch(`${playing.address}${path}`)).status).toBe(404);
    expect((await fetch(playing.address, { method: 'POST' })).status).toBe(405);
    expect((await (await fetch(playing.address, { method: 'HEAD' })).text()).length).toBe(0);
  });

  test('says which port is taken, and goes on to a free one when none is asked for', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const ran = await runCnnc(['play', '--no-open', '--port', String(port)], root);
    other.close();
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(new RegExp(`error\\[E0840\\]: port ${port} is taken by another program[^]*--port \\d+`));
    const stop = new AbortController();
    let said = '';
    const run = runCnnc(['play', '--no-open'], root, {
      signal: stop.signal,
      stdout: (text) => {
        said += text;
        stop.abort();
      },
    });
    expect((await run).code).toBe(0);
    expect(said).toMatch(/the playground is at http:\/\/localhost:\d+\//);
  });

  test('messages', () => {
    const taken = [say.portTaken(4180, 4181), say.portTaken(65_535, undefined)];
    expectGolden('test/diagnostics/E0840-port-taken/expected.txt', renderAll(taken));
    const refused = [say.portRefused(80, 'listen EACCES: permission denied 127.0.0.1:80')];
    expectGolden('test/diagnostics/E0841-port-refused/expected.txt', renderAll(refused));
  });
});

describe.skipIf(!browser)('the page', () => {
  test('compiles while one types: picture, tables, kernels, squiggles, completion and help', async () => {
    const opened = await open(small);
    const { page } = opened;
    // 1. The picture and the tables.
    expect(await page.locator('#picture svg').count()).toBe(1);
    expect(await page.textContent('#facts')).toContain('3,186 parameters');
    await page.click('#tab-layers');
    expect(await page.locator('.layers tbody tr').count()).toBe(4);
    // 2. The kernel of the line with the cursor, and back: the line that a line of the shader serves.
    await page.click('#tab-kernels');
    await goToLine(page, 4);
    await expect.poll(() => page.inputValue('#kernel-layer')).toBe('conv1');
    expect(await page.locator('.shader .cm-content').textContent()).toContain('fn main');
    await page.waitForSelector('.shader .cm-linked');
    await page.locator('.shader .cm-linked').first().click();
    expect(await page.locator('#editor .cm-linked').textContent()).toContain('conv 8 6x6');
    // 3. A mistake: a squiggle under the word, and the message with its help.
    await goToLine(page, 4);
    await page.keyboard.type(' strid 3');
    const squiggle = page.locator('#editor .cm-lintRange-error');
    await squiggle.waitFor();
    expect(await squiggle.textContent()).toBe('strid');
    expect(await page.textContent('#problems')).toContain('conv has no option "strid"');
    expect(await page.textContent('#status')).toContain('line 4');
    await squiggle.hover();
    expect(await page.locator('.cm-tooltip .cm-card').first().textContent()).toContain('did you mean');
    for (let i = 0; i < ' strid 3'.length; i++) await page.keyboard.press('Backspace');
    await page.waitForSelector('#problems', { state: 'hidden' });
    // 4. Completion from the signatures, and help on a layer.
    await goToLine(page, 5);
    await page.keyboard.type('\nbatchn');
    const offer = page.locator('.cm-tooltip-autocomplete li[aria-selected]');
    await offer.waitFor();
    expect(await offer.textContent()).toContain('batchnorm');
    await page.keyboard.press('Escape');
    for (let i = 0; i < '\nbatchn'.length; i++) await page.keyboard.press('Backspace');
    await page.waitForSelector('#problems', { state: 'hidden' });
    await page.locator('#editor .cm-line', { hasText: 'conv 8' }).locator('span', { hasText: 'conv' }).first().hover();
    await page.locator('.cm-tooltip-hover').waitFor();
    expect(await page.textContent('.cm-tooltip-hover')).toContain('12x12x8');
    await close(opened);
  });

  test('trains to 90 % and more, shows what it does, and says what is drawn', async () => {
    const opened = await open(small);
    const { page } = opened;
    await page.click('#train');
    // The learning rate changes while it runs, and a pause holds it.
    await page.waitForSelector('.curve-line[d*="L"]');
    await page.locator('#lr').press('ArrowRight');
    expect(Number(await page.textContent('.lr-value'))).toBeGreaterThan(0.004);
    await page.click('#train');
    expect(await page.textContent('#train')).toBe('Go on');
    let held: string | null = null;
    await expect
      .poll(
        async () => {
          const before = held;
          held = await page.textContent('.speed');
          return before === held;
        },
        { interval: 500 },
      )
      .toBe(true);
    await page.click('#step');
    await expect.poll(() => page.textContent('.speed')).not.toBe(held);
    const stepOf = (text: string | null): number => Number(/Step ([\d,]+)/.exec(text ?? '')?.[1]?.replace(',', ''));
    expect(stepOf(await page.textContent('.speed'))).toBe(stepOf(held) + 1);
    await page.click('#train');
    await expect.poll(() => page.textContent('#status'), { timeout: 90_000 }).toMatch(/^Epoch 3/);
    const accuracy = Number(/accuracy ([\d.]+)/.exec((await page.textContent('#status')) ?? '')?.[1]);
    expect(accuracy).toBeGreaterThanOrEqual(90);
    // Filters, feature maps, and a confusion matrix of all test pictures.
    expect(await page.locator('.look').count()).toBeGreaterThanOrEqual(4);
    const counts = await page.locator('.confusion td').allTextContents();
    expect(counts.reduce((n, t) => n + (Number(t) || 0), 0)).toBe(1000);
    await drawSeven(page);
    await expect.poll(() => page.locator('[aria-label="Draw"] .bar-best .bar-name').textContent()).toBe('7');
    // The weights are a file that other tools read.
    await page.click('#downloads summary');
    const [download] = await Promise.all([page.waitForEvent('download'), page.click('#get-weights')]);
    const { tensors, metadata } = readSafetensors(new Uint8Array(readFileSync(await download.path())));
    expect([...tensors.keys()]).toEqual(['conv1.weight', 'conv1.bias', 'dense1.weight', 'dense1.bias']);
    expect(metadata).toEqual({ model: 'small', seed: '1' });
    // The module is the one of the command line.
    const [module] = await Promise.all([page.waitForEvent('download'), page.click('#get-module')]);
    const { plan } = compile({ file: 'small.cnn', text: small }, { inferOnly: true, batch: 1 });
    const body = (text: string): string => text.slice(text.indexOf('\n') + 1);
    expect(body(readFileSync(await module.path(), 'utf8'))).toBe(body(webModule(plan as Plan)));
    await close(opened);
  });

  test('restores the text of a shared link', async () => {
    const first = await open(small.replace('model small', 'model shared'));
    await first.page.click('#share');
    await expect.poll(() => first.page.url().length).toBeGreaterThan(60);
    const hash = new URL(first.page.url()).hash;
    await close(first);
    const second = await open(undefined, {}, { path: hash });
    expect(await second.page.textContent('#facts')).toContain('shared: 3,186 parameters');
    // A damaged one is not the end: the page begins with its example.
    await close(second);
    const third = await open(undefined, {}, { path: `${hash.slice(0, 30)}!` });
    expect(await third.page.textContent('#facts')).toContain('drawn:');
    await close(third);
  });

  test('takes files of a data set that are dropped on it', async () => {
    const opened = await open(small);
    const { page } = opened;
    const header = (...words: number[]): Buffer => {
      const bytes = Buffer.alloc(4 * words.length);
      for (const [i, word] of words.entries()) bytes.writeUInt32BE(word, 4 * i);
      return bytes;
    };
    const count = 100;
    const pictures = Buffer.concat(Array.from({ length: count }, (_, i) => drawDigit(9, i, i % 10)));
    const labels = Buffer.from(Array.from({ length: count }, (_, i) => i % 10));
    const file = (name: string, ...parts: Buffer[]) => ({
      name,
      mimeType: 'application/octet-stream',
      buffer: Buffer.concat(parts),
    });
    await page.setInputFiles('#files', [file('train-images-idx3-ubyte', header(2051, count, 28, 28), pictures)]);
    await expect.poll(() => page.textContent('.notice'), { timeout: 15_000 }).toContain('labels');
    await page.setInputFiles('#files', [file('train-labels-idx1-ubyte', header(2049, count), labels)]);
    await expect.poll(() => page.inputValue('#data')).toBe('files');
    // An archive of arrays.
    const npy = (descr: string, shape: string, data: Buffer): Buffer => {
      const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${shape}), }`.padEnd(117);
      return Buffer.concat([Buffer.from('\x93NUMPY\x01\x00\x76\x00', 'latin1'), Buffer.from(`${text}\n`), data]);
    };
    const archive = zipSync({
      'x.npy': npy('|u1', '100, 28, 28', pictures),
      'y.npy': npy('|u1', '100,', labels),
    });
    await page.setInputFiles('#files', [file('digits.npz', Buffer.from(archive))]);
    await expect.poll(() => page.textContent('#status'), { timeout: 15_000 }).not.toBe('');
    await page.click('#step');
    await expect.poll(() => page.textContent('.speed'), { timeout: 30_000 }).toMatch(/^Step 1, epoch 0\.33/);
    await page.setInputFiles('#files', [file('letter.doc', Buffer.from('hello'))]);
    await expect.poll(() => page.textContent('.notice'), { timeout: 15_000 }).toContain('letter.doc');
    await close(opened);
  });

  test('without WebGPU it says what to do, and compiles all the same', async () => {
    const opened = await open(
      small,
      {},
      { before: "Object.defineProperty(Navigator.prototype, 'gpu', { value: undefined });" },
    );
    await opened.page.waitForSelector('.notice.bad');
    expect(await opened.page.textContent('.notice')).toContain('This browser has no WebGPU');
    expect(await opened.page.textContent('#facts')).toContain('parameters');
    await close(opened);
  });

  test('can be used by everybody: nothing serious in light, in dark and on a phone', async () => {
    const found: string[] = [];
    for (const [colorScheme, width, height] of [
      ['light', 1440, 900],
      ['dark', 1440, 900],
      ['light', 390, 844],
    ] as const) {
      const opened = await open(small.replace('relu', 'strid 2'), { colorScheme, viewport: { width, height } });
      const { page } = opened;
      await page.waitForSelector('#problems li');
      found.push(...(await findings(page)));
      for (const view of width > 992 ? ['train', 'layers', 'kernels'] : ['train']) {
        await page.click(`#tab-${view}`);
        found.push(...(await findings(page)));
      }
      const wide = await page.evaluate(`document.documentElement.scrollWidth > innerWidth`);
      expect(wide).toBe(false);
      await close(opened);
    }
    expect([...new Set(found)]).toEqual([]);
  });
});

test('the examples of the page are models of the package', () => {
  const offered = readFileSync(join(root, 'playground/worker/examples.ts'), 'utf8');
  const names = [...offered.matchAll(/^ {2}\['(\w+)', '/gm)].map((m) => m[1]);
  expect(names.length).toBeGreaterThan(5);
  for (const name of names) expect(readFileSync(join(root, `models/${name}.cnn`), 'utf8')).toContain('model ');
});
