// Command lines with --json, at least one for each command that has it: what they print is held against its schema.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { smallModel } from '../commands/support.ts';
import { bytes, tensorBytes } from '../onnx/model-bytes.ts';
import type { Case } from '../onnx/operator-cases/build.ts';
import { runCnnc } from '../support/io.ts';
import { root } from '../support/need.ts';

export interface Run {
  /** The words behind `cnnc`, without --json. The first run of a command stands in the manual. */
  readonly words: string;
  /** The exit code; 0 unless given. With `fails`, the last line is that of failure.json. */
  readonly code?: number;
  readonly fails?: true;
  /** Lines before the last are for people. */
  readonly text?: true;
  /** Runs only where there is an adapter. */
  readonly adapter?: true;
}

const onReference = '--device reference';
const small = 'small.cnn --weights runs/small/small.safetensors';

/** By command. A new command with --json needs an entry here, and its schema. */
export const runs: Readonly<Record<string, readonly Run[]>> = {
  train: [
    { words: `train small.cnn ${onReference}` },
    { words: `train scheduled.cnn --epochs 1 ${onReference}` },
    { words: `train small.cnn --quiet --epochs 1 -o runs/quiet ${onReference}` },
    { words: `train small.cnn --quiet --epochs 1 --precision mixed -o runs/mixed ${onReference}` },
    { words: 'train missing.cnn', code: 1, fails: true },
  ],
  sweep: [
    { words: `sweep small.cnn --grid lr=0.01,0.1 --grid l2=0.001 --epochs 1 ${onReference}` },
    { words: `sweep small.cnn --grid lr=0.01,1e30 --epochs 1 -o runs/diverged ${onReference}` },
    { words: 'sweep small.cnn --grid speed=1,2', code: 1, fails: true },
  ],
  eval: [
    { words: `eval ${small} ${onReference}` },
    { words: `eval maps.cnn --weights runs/maps/maps.safetensors ${onReference}` },
    { words: `eval small.cnn --weights runs/maps/maps.safetensors`, code: 1, fails: true },
  ],
  predict: [
    { words: `predict ${small} picture.png ${onReference}` },
    { words: `predict sobel.cnn picture.png --set height=8 --set width=8 ${onReference}` },
    { words: `predict maps.cnn --weights runs/maps/maps.safetensors picture.png ${onReference}` },
    { words: 'predict small.cnn picture.png', code: 2, fails: true },
  ],
  export: [
    { words: `export ${small} -o small.onnx` },
    { words: 'export small.cnn --seed 1 --layout nhwc -o untrained.onnx' },
    { words: 'export small.cnn -o untrained.onnx', code: 1, fails: true },
  ],
  // Of the file that the first export wrote.
  import: [
    { words: 'import small.onnx -o imported' },
    { words: 'import runs/small/small.safetensors --model small.cnn -o again.safetensors' },
    { words: 'import missing.onnx -o imported', code: 1, fails: true },
  ],
  show: [
    { words: `show ${small}` },
    { words: `show ${small} picture.png ${onReference}` },
    { words: `show ${small} --what gradcam --index 0 ${onReference}` },
    { words: `show ${small} --what occlusion --patch 14 picture.png ${onReference}` },
    { words: `show ${small} --what worst --count 2 ${onReference}` },
    { words: 'show small.cnn', code: 2, fails: true },
  ],
  attack: [
    { words: `attack ${small} --index 0 ${onReference}` },
    { words: `attack ${small} --all --epsilon 0,0.1 --count 4 ${onReference}` },
    { words: `attack ${small}`, code: 2, fails: true },
  ],
  dream: [
    { words: `dream ${small} --layer conv1 --unit 0 --steps 2 ${onReference}` },
    { words: `dream ${small} --layer conv2 --unit 0`, code: 2, fails: true },
  ],
  check: [{ words: 'check small.cnn' }, { words: 'check wrong.cnn', code: 1 }],
  summary: [{ words: 'summary small.cnn' }, { words: 'summary wrong.cnn', code: 1, fails: true }],
  verify: [
    { words: `verify small.cnn --batch 1 --samples 1`, adapter: true },
    { words: `verify small.cnn --batch 1 --samples 1 ${onReference}` },
    { words: 'verify wrong.cnn', code: 1, fails: true },
  ],
  bench: [
    { words: 'bench small.cnn --seconds 0.1', adapter: true },
    { words: `bench small.cnn ${onReference}`, code: 1, fails: true },
  ],
  tune: [
    { words: 'tune small.cnn --program infer --seconds 0.5 -o tuned.json', adapter: true },
    { words: `tune small.cnn ${onReference}`, code: 1, fails: true },
  ],
  'run-onnx': [
    { words: `run-onnx relu ${onReference}` },
    { words: `run-onnx shape ${onReference}`, code: 1 },
    { words: 'run-onnx missing', code: 1, fails: true },
  ],
  data: [
    { words: 'data show shapes:16,8,16 --split train -o sheet.png' },
    { words: 'data show drawn:20,10' },
    { words: 'data show no-such-set', code: 1, fails: true },
  ],
  doctor: [
    { words: 'doctor', adapter: true, text: true },
    { words: 'doctor --device no-such-adapter', code: 1, text: true },
  ],
};

const maps = `model maps {
  input 16x16x1

  conv 4 3x3 pad same softmax
}

train {
  data      "shapes:16,8,16"
  loss      cross_entropy
  optimizer sgd lr 0.1
  batch     8
  epochs    1
}
`;

/** Writes what the runs read. */
export async function prepareRuns(folder: string): Promise<void> {
  const write = (name: string, text: string | Uint8Array): void => writeFileSync(join(folder, name), text);
  write('small.cnn', smallModel);
  write(
    'scheduled.cnn',
    smallModel.replace('model small', 'model scheduled').replace(/\}\n$/, '  schedule  cosine\n}\n'),
  );
  write('maps.cnn', maps);
  write('wrong.cnn', 'model wrong {\n  input 4x4x1\n  dense 2\n}\n');
  for (const [from, to] of [
    ['models/drawn-sample.png', 'picture.png'],
    ['models/sobel.cnn', 'sobel.cnn'],
  ] as const)
    cpSync(join(root, from), join(folder, to));
  const x = { dims: [2], values: [-1, 2] };
  for (const [name, expected] of [
    ['relu', { dims: [2], values: [0, 2] }],
    ['shape', { dims: [1, 2], values: [0, 2] }],
  ] as const) {
    const one: Case = { title: '', op: 'Relu', opset: 14, attributes: {}, inputs: [x], expected: [expected] };
    mkdirSync(join(folder, name, 'test_data_set_0'), { recursive: true });
    write(`${name}/model.onnx`, bytes(one));
    write(`${name}/test_data_set_0/input_0.pb`, tensorBytes('x0', x));
    write(`${name}/test_data_set_0/output_0.pb`, tensorBytes('y0', expected));
  }
  for (const model of ['small', 'maps'])
    await runCnnc(['train', `${model}.cnn`, '--quiet', '--device', 'reference'], folder);
}
