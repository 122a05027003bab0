// Pictures changed by chance against the reference: odd sizes, one by one and in fours, every border, maps of classes.
import { describe, expect, test } from 'vitest';
import { emit, type Node, type OpAttrs } from '../../src/ir/index.ts';
import { withDevice } from '../support/adapter.ts';
import { runnable } from '../support/targets.ts';
import { check, type Scene, scene } from './harness.ts';

const opened = await withDevice();

const chance = 0.5;
const flip = { kind: 'flip', axis: 'horizontal', chance } as const;
const upDown = { kind: 'flip', axis: 'vertical', chance } as const;
const shift = { kind: 'shift', rows: 2, columns: 3, chance: 1 } as const;
const rotate = { kind: 'rotate', degrees: 40, chance: 0.8 } as const;
const zoom = { kind: 'zoom', by: 0.5, chance: 1 } as const;
const whole = [
  [flip],
  [flip, upDown, shift],
  [shift, { ...shift, rows: 1, columns: 0, chance: 0.3 }, flip],
] as const satisfies readonly OpAttrs['warp2d']['steps'][];
const mixed = [
  [rotate],
  [zoom, flip],
  [flip, shift, rotate, zoom],
] as const satisfies readonly OpAttrs['warp2d']['steps'][];

const shapes = [
  [5, 7, 5, 3],
  [3, 4, 9, 4],
  [2, 3, 4, 1],
] as const;

const drawn = (s: Scene): [Node, Node] => [
  s.b.step({ name: 'seed', type: 'u32' }),
  s.b.step({ name: 'step', type: 'u32' }),
];
const step = { seed: 4711, step: 12 };

describe.skipIf(!opened).each(runnable(opened).slice(0, 1))('augmentation', (target) => {
  test.each(['zero', 'edge', 'reflect'] as const)('moves by whole pixels, border %s: exactly', async (border) => {
    const s = scene();
    for (const shape of shapes)
      for (const [k, steps] of whole.entries()) {
        const x = s.given(shape, 'arena');
        const y = emit(s.b, 'warp2d', [x, ...drawn(s)], { steps, border, stream: 99 + k }, `warp_${shape[3]}_${k}`);
        s.compare(y, `${shape.join('x')} ${k}`);
      }
    await check(opened!.device, target, s, { within: 0, step });
  });

  test.each(['zero', 'edge', 'reflect'] as const)('turns and zooms, border %s', async (border) => {
    const s = scene();
    for (const shape of shapes)
      for (const [k, steps] of mixed.entries()) {
        const attrs = { steps, border, stream: 99 + k };
        const y = emit(s.b, 'warp2d', [s.given(shape, 'arena'), ...drawn(s)], attrs, `warp_${shape[3]}_${k}`);
        const scale = emit(
          s.b,
          'constant',
          [],
          { shape: [shape[3]], values: [2, 3, 0.5, 7].slice(0, shape[3]) },
          `c_${k}_${shape[3]}`,
        );
        s.compare(emit(s.b, 'mul', [y, scale], {}, `scaled_${k}_${shape[3]}`), `${shape.join('x')} ${k}`);
      }
    await check(opened!.device, target, s, { step });
  });

  test('maps of classes take the nearest pixel', async () => {
    const s = scene([5, 1]);
    const labels = emit(s.b, 'labels', [], { shape: [5, 7, 6], dtype: 'u32' }, 'labels');
    for (const [k, steps] of [whole[1], mixed[2]].entries()) {
      const attrs = { steps, border: 'zero', nearest: true, stream: 5 } as const;
      const moved = emit(s.b, 'warp2d', [labels, ...drawn(s)], attrs, `moved_${k}`);
      s.compare(emit(s.b, 'one_hot', [moved], { classes: 4, first: 0 }, `hot_${k}`), `${k}`);
    }
    const given = Array.from({ length: 5 * 7 * 6 }, (_, i) => (i * 7) % 4);
    await check(opened!.device, target, s, { within: 0, step, labels: given });
  });

  test('brightness, contrast and boxes, alone and behind a move', async () => {
    const s = scene();
    for (const shape of shapes) {
      const moved = emit(
        s.b,
        'warp2d',
        [s.given(shape, 'arena'), ...drawn(s)],
        { steps: [flip], border: 'zero', stream: 1 },
        'm',
      );
      for (const [k, from] of [s.given(shape, 'arena'), moved].entries()) {
        const id = `${shape[3]}_${k}`;
        const light = { way: 'add', by: 0.3, about: 0, chance: 0.6, stream: 7 } as const;
        const bright = emit(s.b, 'vary', [from, ...drawn(s)], light, `bright_${id}`);
        const contrast = { way: 'multiply', by: 0.4, about: 0.5, chance: 1, stream: 8 } as const;
        const hard = emit(s.b, 'vary', [bright, ...drawn(s)], contrast, `hard_${id}`);
        const box = { size: [3, 2], value: 0.25, chance: 0.7, stream: 9 } as const;
        s.compare(emit(s.b, 'cutout', [hard, ...drawn(s)], box, `cut_${id}`), `${shape.join('x')} ${k}`);
      }
    }
    await check(opened!.device, target, s, { step });
  });

  test('the same numbers of a step give the same bits, others do not', async () => {
    const run = async (numbers: { seed: number; step: number }): Promise<string> => {
      const s = scene();
      const attrs = { steps: [flip, shift, rotate], border: 'edge', stream: 3 } as const;
      s.compare(emit(s.b, 'warp2d', [s.given([8, 6, 6, 2], 'arena'), ...drawn(s)], attrs, 'warp'), 'warp');
      const [values] = (await check(opened!.device, target, s, { step: numbers })).values();
      return (values as Float32Array).join();
    };
    const first = await run(step);
    expect(await run(step)).toBe(first);
    expect(await run({ ...step, step: 13 })).not.toBe(first);
    expect(await run({ ...step, seed: 1 })).not.toBe(first);
  });
});
