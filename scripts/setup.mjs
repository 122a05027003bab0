// npm run setup: makes this checkout ready to use. Uses what Node has until it has installed the rest.
import { say, script } from './lib/run.mjs';
import { setup } from './lib/setup.mjs';

await script(async () => {
  await setup();
  say('Ready: node dist/cnnc.js --help');
});
