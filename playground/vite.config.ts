// How the playground is built: a folder of static files that works under any path, nothing inlined, nothing fetched from elsewhere.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const { version } = JSON.parse(readFileSync(at('../package.json'), 'utf8')) as { version: string };

export default defineConfig({
  root: at('.'),
  base: './',
  define: { CNNC_VERSION: JSON.stringify(version) },
  logLevel: 'warn',
  worker: { format: 'es' },
  build: {
    outDir: at('../dist/playground'),
    emptyOutDir: true,
    target: 'es2022',
    // A data: URL would need another word in the Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { checks: { pluginTimings: false } },
  },
});
