// What the playground costs: bytes as a server that compresses sends them, and how soon the page shows and compiles something.
//   node bench/playground.mjs            prints the table
//   node bench/playground.mjs --write    and writes bench/results/playground.md
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { findBrowser } from '../scripts/lib/browser.mjs';
import { buildAll } from '../scripts/lib/build.mjs';
import { root, say, script } from '../scripts/lib/run.mjs';

const RUNS = 5;
const grouped = (n) => String(Math.round(n)).replace(/\B(?=(\d{3})+$)/g, ',');
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Every file of the page: its name without the hash, bytes, and bytes gzipped. */
function files(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      const content = readFileSync(path);
      const name = relative(folder, path).replace(/-[\w-]{8}(\.\w+)$/, '$1');
      return { name, bytes: content.length, gzip: gzipSync(content, { level: 9 }).length };
    })
    .sort((a, b) => b.gzip - a.gzip);
}

/** `cnnc play`, and the address it says. */
function playing() {
  const child = spawn(process.execPath, [join(root, 'dist/cnnc.js'), 'play', '--no-open'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text) => {
      const address = /http:\S+/.exec(text)?.[0];
      if (address) resolve({ child, address });
    });
  });
}

/** Milliseconds from the start of the navigation, an empty cache each time. */
async function times(browser, address) {
  const page = await (await browser.newContext()).newPage();
  await page.goto(address);
  await page.waitForSelector('html[data-ready]');
  const seen = await page.evaluate(() => ({
    paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
    ready: performance.now(),
  }));
  await page.context().close();
  return seen;
}

await script(async (args) => {
  await buildAll();
  const listed = files(join(root, 'dist/playground'));
  const { path, name, error } = await findBrowser();
  const lines = [
    '# The playground: bytes and first paint',
    '',
    'Written by `node bench/playground.mjs --write`.',
    '',
    '| file | bytes | gzip |',
    '|---|---:|---:|',
    ...listed.map((f) => `| ${f.name} | ${grouped(f.bytes)} | ${grouped(f.gzip)} |`),
    `| **all** | **${grouped(listed.reduce((n, f) => n + f.bytes, 0))}** | **${grouped(listed.reduce((n, f) => n + f.gzip, 0))}** |`,
    '',
    'The page needs index.html, one style sheet and index.js to show itself; worker.js, the compiler, comes beside it.',
    '`runtime/infer.js` is fetched when a web module is downloaded, and not before.',
    '',
  ];
  if (error) say(`times NOT MEASURED: ${error}`);
  else {
    const { child, address } = await playing();
    const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox'] });
    const runs = [];
    for (let i = 0; i < RUNS; i++) runs.push(await times(browser, address));
    await browser.close();
    child.kill('SIGINT');
    lines.push(
      `Median of ${RUNS} loads with an empty cache from the same machine, ${name}, ${cpus().length} cores (${cpus()[0]?.model.trim()}):`,
      '',
      '| until | ms |',
      '|---|---:|',
      `| first contentful paint | ${grouped(median(runs.map((r) => r.paint)))} |`,
      `| the example is compiled, drawn and listed | ${grouped(median(runs.map((r) => r.ready)))} |`,
      '',
    );
  }
  const text = lines.join('\n');
  say(text);
  if (args.includes('--write')) writeFileSync(join(root, 'bench/results/playground.md'), text);
});
