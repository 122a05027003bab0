// npm run golden: writes the expected texts under test/ again. Look at the difference before committing it.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildAll } from './lib/build.mjs';
import { must, root, script } from './lib/run.mjs';

/** The tests that keep expected texts. */
const tests = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => join('test', name))
  .filter((path) => /CNNC_UPDATE_GOLDEN|expectGolden/.test(readFileSync(join(root, path), 'utf8')));

await script(async (args) => {
  await buildAll();
  const vitest = [process.execPath, join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...tests, ...args];
  await must('vitest', vitest, { show: true, env: { CNNC_UPDATE_GOLDEN: '1' } });
});
