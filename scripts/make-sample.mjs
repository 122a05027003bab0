// node scripts/make-sample.mjs: writes models/drawn-sample.png, one picture of the set `drawn` that no training sees.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { encode } from 'fast-png';
import { root } from './lib/run.mjs';

const bundled = await build({
  stdin: { contents: "export { drawn } from './src/data/drawn.ts';", resolveDir: root, loader: 'ts' },
  bundle: true,
  format: 'esm',
  write: false,
});
const { drawn } = await import(
  `data:text/javascript;base64,${Buffer.from(bundled.outputFiles[0].contents).toString('base64')}`
);

// Another seed than any run is likely to have, and a seven.
const { test } = drawn(20_260_101, 1, 8);
const [height, width, channels] = test.shape;
const data = test.pixels.values.subarray(7 * height * width, 8 * height * width);
writeFileSync(join(root, 'models/drawn-sample.png'), encode({ width, height, channels, depth: 8, data }));
process.stdout.write(`models/drawn-sample.png: ${width}x${height}, a ${test.labels[7]}\n`);
