// npm test: set-up, build, types, style, tests. More words go to vitest: npm test -- test/setup.test.ts
import { join } from 'node:path';
import { needBrowser } from './lib/browser.mjs';
import { buildAll } from './lib/build.mjs';
import { installDependencies } from './lib/dependencies.mjs';
import { must, root, say, script } from './lib/run.mjs';
import { setup } from './lib/setup.mjs';

const bin = (path, ...args) => [process.execPath, join(root, 'node_modules', path), ...args];

await script(async (args) => {
  const adapter = await setup({ build: false });
  // ONNX Runtime is large and only the tests compare with it. Its install script would fetch what a GPU of another kind needs.
  await installDependencies({
    folder: join(root, 'test', 'peers'),
    what: 'the peers of the tests',
    flags: ['--ignore-scripts'],
  });
  const browser = await needBrowser();
  await buildAll();
  await must('type check (compiler and runtime, no Node)', bin('typescript/bin/tsc', '-p', 'tsconfig.json'));
  await must('type check (everything)', bin('typescript/bin/tsc', '-p', 'tsconfig.node.json'));
  await must('type check (playground)', bin('typescript/bin/tsc', '-p', 'playground/tsconfig.json'));
  await must('biome check', bin('@biomejs/biome/bin/biome', 'check', '--error-on-warnings'));
  await must('vitest', bin('vitest/vitest.mjs', 'run', ...args), { show: true });
  say('\nRings that ran:');
  say('  1 TypeScript: types, style, goldens, float64 references');
  say('  2 Dawn without a GPU: shaders and plans validated');
  say(
    adapter
      ? `  ${adapter.software ? '3 software adapter' : '4 hardware adapter'}: ${adapter.name}`
      : '  3 NOT RUN: no adapter on this machine, see above',
  );
  if (adapter?.software) say('  4 NOT RUN: no hardware adapter on this machine');
  say(browser.error ? '  5 NOT RUN: no browser on this machine, see above' : `  5 browser: ${browser.name}`);
});
