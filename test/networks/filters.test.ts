// Kernels that are written in the model: sequences and pictures that are known, and a base that is frozen.
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { createSession, predict } from '../../runtime/index.ts';
import { compileSource } from '../../src/cli/model.ts';
import { done, workFolder } from '../commands/support.ts';
import { withDevice } from '../support/adapter.ts';
import { runCnnc } from '../support/io.ts';
import { modelSource, narrowOptions } from '../support/models.ts';
import { root } from '../support/need.ts';
import { runnable } from '../support/targets.ts';
import { randomPictures } from '../training/harness.ts';

const opened = await withDevice();
const [target = 'portable'] = [...runnable(opened)].reverse();

describe.skipIf(!opened)('on the device', () => {
  test('signal1d: the average of a straight line is the line, its second difference zero', async () => {
    const { plan } = compileSource(modelSource('signal1d'), { inferOnly: true, batch: 1, target }).compiled;
    const session = await createSession(opened!.device, plan, ['infer']);
    session.initialise(1);
    const apply = async (of: (i: number) => number): Promise<[number[], number[]]> => {
      const found = await predict(
        session,
        Float32Array.from({ length: 64 }, (_, i) => of(i)),
      );
      const channel = (c: number): number[] => Array.from({ length: 64 }, (_, i) => found[2 * i + c] as number);
      return [channel(0), channel(1)];
    };
    const [average, curvature] = await apply((i) => 2 * i + 1);
    // Zeros lie beyond the ends.
    expect(average[0]).toBeCloseTo((0 + 1 + 3) / 3, 5);
    for (let i = 1; i < 63; i++) expect(average[i]).toBeCloseTo(2 * i + 1, 4);
    expect(curvature.slice(1, 63)).toEqual(new Array(62).fill(0));
    expect([curvature[0], curvature[63]]).toEqual([3 - 2, 125 - 2 * 127]);
    const squares = await apply((i) => i * i);
    expect(squares[1].slice(1, 63)).toEqual(new Array(62).fill(2));
    session.dispose();
  });

  test('vgg16_transfer: the base stays as it is to the bit, and takes no backward pass', async () => {
    const source = modelSource('vgg16_transfer');
    const options = { ...narrowOptions('vgg16_transfer'), target };
    const frozen = compileSource(source, options).compiled.plan;
    const free = compileSource({ ...source, text: source.text.replace('freeze {', 'repeat 1 {') }, options).compiled
      .plan;
    expect(free.parameters.every((p) => p.trainable)).toBe(true);
    expect(frozen.programs.train.length).toBeLessThan(0.5 * free.programs.train.length);
    const session = await createSession(opened!.device, frozen);
    session.initialise(1);
    const before = await session.parameters();
    const data = session.upload(randomPictures(frozen, frozen.batch));
    data.setOrder(Uint32Array.from({ length: frozen.batch }, (_, i) => i));
    const steps = [1, 2, 3].map((step) => ({
      start: 0,
      count: frozen.batch,
      step,
      seed: 1,
      lr: 0.01,
      scale: data.scale,
    }));
    session.run('train', steps, data);
    const after = await session.parameters();
    for (const { name, trainable } of frozen.parameters) {
      expect(trainable).toBe(/^(head|scores)\./.test(name));
      const same = Buffer.from(after.get(name)!.buffer).equals(Buffer.from(before.get(name)!.buffer));
      expect([name, same]).toEqual([name, !trainable]);
    }
    data.destroy();
    session.dispose();
  });
});

describe('cnnc predict without weights', () => {
  const folder = workFolder();
  copyFileSync(join(root, 'models/drawn-sample.png'), join(folder, 'seven.png'));
  const size = ['--set', 'height=28', '--set', 'width=28', '--device', 'reference'];
  const grey = (file: string): number[] => {
    const { data, channels } = decode(readFileSync(join(folder, file)));
    return Array.from({ length: 28 * 28 }, (_, i) => (data[i * channels] as number) / 255);
  };

  test.each([
    ['sobel', [-1, 0, 1, -2, 0, 2, -1, 0, 1]],
    ['blur', [1, 2, 1, 2, 4, 2, 1, 2, 1].map((v) => v / 16)],
    ['sharpen', [0, -1, 0, -1, 5, -1, 0, -1, 0]],
    ['laplace', [0, 1, 0, 1, -4, 1, 0, 1, 0]],
  ])('%s writes a picture', async (name, kernel) => {
    await done(folder, 'predict', join(root, 'models', `${name}.cnn`), 'seven.png', ...size);
    const [before, after] = [grey('seven.png'), grey(`seven.${name}.png`)];
    const at = (y: number, x: number): number =>
      y < 0 || x < 0 || y > 27 || x > 27 ? 0 : (before[28 * y + x] as number);
    for (let y = 0; y < 28; y++)
      for (let x = 0; x < 28; x++) {
        const sum = kernel.reduce((s, k, i) => s + k * at(y + Math.floor(i / 3) - 1, x + (i % 3) - 1), 0);
        expect(Math.abs((after[28 * y + x] as number) - Math.min(1, Math.max(0, sum)))).toBeLessThan(0.6 / 255);
      }
  });

  test('a model with random weights still needs them', async () => {
    const ran = await runCnnc(['predict', join(root, 'models/drawn.cnn'), 'seven.png'], folder);
    expect(ran.code).toBe(2);
    expect(ran.stderr).toContain('needs --weights FILE: what training learned; conv1.weight is random before');
  });
});
