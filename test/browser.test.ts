// The ring of the browser itself: WebGPU is there, pages run under a strict policy, and what goes wrong is seen.
import { describe, expect, test } from 'vitest';
import { openPage, serve, withBrowser } from './support/browser.ts';

const browser = await withBrowser();

describe.skipIf(!browser)('a page in Chromium', () => {
  test('has WebGPU, no eval, and tells of errors and of requests to other places', async () => {
    if (!browser) return;
    const files: Record<string, string> = {
      '/index.html':
        '<!doctype html><title>x</title><link rel="icon" href="data:,"><script type="module" src="a.js"></script>',
      '/a.js': 'export let answer = 42; try { Function("return 1")(); answer = 0; } catch {}',
      '/bad.html':
        '<!doctype html><title>x</title><link rel="icon" href="data:,"><img src="http://127.0.0.1:1/x.png"><script>var inline = 1</script><script src="nothing.js"></script>',
    };
    const site = await serve((path) => files[path]);
    const good = await openPage(browser, site);
    const seen = await good.page.evaluate(async () => {
      const adapter = await navigator.gpu.requestAdapter();
      const device = await adapter?.requestDevice();
      return { adapter: adapter?.info.architecture, device: device !== undefined };
    });
    expect(seen).toEqual({ adapter: 'swiftshader', device: true });
    // As text, because the tests' own loader rewrites imports in functions.
    expect(await good.page.evaluate(`import('/a.js').then(({ answer }) => answer)`)).toBe(42);
    expect([good.errors, good.elsewhere, site.missing]).toEqual([[], [], []]);
    const bad = await openPage(browser, site, '/bad.html');
    expect(await bad.page.evaluate(() => 'inline' in globalThis)).toBe(false);
    expect(bad.errors.join()).toContain('Content Security Policy');
    const open = await openPage(browser, await serve((path) => files[path], { policy: 'img-src *' }), '/bad.html');
    expect([open.elsewhere, open.site.missing]).toEqual([['http://127.0.0.1:1/x.png'], ['/nothing.js']]);
    await Promise.all([good, bad, open].map(({ page }) => page.close()));
  });
});
