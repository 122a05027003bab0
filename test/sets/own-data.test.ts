// Training on files that people have: a folder of pictures by class, from training to the name that predict says.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encode } from 'fast-png';
import { expect, test } from 'vitest';
import { workFolder, write } from '../commands/support.ts';
import { npy, zip } from '../data/files.ts';
import { runCnnc } from '../support/io.ts';

const cwd = workFolder();
const model = `model own {
  input 8x8x1
  flatten
  dense 2 softmax
}

train {
  data      "folder:pets,train=0.75"
  loss      cross_entropy
  optimizer adam lr 0.05
  batch     8
  epochs    12
}
`;
/** Left or right half bright, with some noise; larger than the input. */
const png = (right: boolean, n: number): Uint8Array =>
  encode({
    width: 20,
    height: 16,
    channels: 1,
    data: Uint8Array.from({ length: 320 }, (_, i) => (i % 20 >= 10 === right ? 180 : 20) + ((i * 7 + n * 13) % 40)),
  });

test('a folder of pictures: trained, tested, and predicted by the names of its folders', {
  timeout: 60_000,
}, async () => {
  write(cwd, 'own.cnn', model);
  for (let i = 0; i < 16; i++) {
    for (const name of ['east', 'west']) {
      const file = join(cwd, `pets/${name}/${i}.png`);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, png(name === 'east', i));
    }
  }
  const trained = await runCnnc(['train', 'own.cnn', '-o', 'out', '--device', 'reference', '--json'], cwd);
  expect(trained.stderr).toContain('[N0407]');
  const said = JSON.parse(trained.stdout.trimEnd().split('\n').at(-1) as string);
  expect(said).toMatchObject({ class_names: ['east', 'west'], test: { accuracy: 1 } });
  const weights = ['--weights', 'out/own.safetensors', '--device', 'reference', '--json'];
  const seen = await runCnnc(['predict', 'own.cnn', 'pets/east/3.png', 'pets/west/4.png', ...weights], cwd);
  expect(JSON.parse(seen.stdout).map((p: { name: string }) => p.name)).toEqual(['east', 'west']);
  // The same pictures as an NPZ file of another maker.
  const pixels = Array.from({ length: 4 * 64 }, (_, i) => (i % 8 >= 4 === i < 128 ? 255 : 0));
  writeFileSync(
    join(cwd, 'a.npz'),
    zip({ 'x.npy': npy('|u1', [4, 8, 8], pixels), 'y.npy': npy('|u1', [4], [0, 0, 1, 1]) }),
  );
  const tested = await runCnnc(['eval', 'own.cnn', '--data', 'npz:a.npz', '--split', 'all', ...weights], cwd);
  expect(JSON.parse(tested.stdout)).toMatchObject({
    accuracy: 1,
    count: 4,
    confusion: [
      [2, 0],
      [0, 2],
    ],
  });
});
