// npm run build: makes dist/. Does nothing when nothing changed, unless --force is given.
import { buildAll } from './lib/build.mjs';
import { say, script } from './lib/run.mjs';

await script(async (args) => {
  say((await buildAll({ force: args.includes('--force') })) ? 'Built dist/' : 'dist/ is up to date');
});
