// Schedules of the learning rate at chosen steps, beside numbers worked out by hand; what a train section makes of them; and
// when a training stops early.
import { describe, expect, test } from 'vitest';
import { learningRate, type Moment, type ScheduleSpec } from '../../runtime/index.ts';
import { judge } from '../../src/cli/train/stopping.ts';
import { compile } from '../../src/compile.ts';

const trainOf = (line: string) => {
  const text = `model m {\n  input 4\n  dense 2 softmax\n}\ntrain {\n  loss cross_entropy\n  optimizer sgd lr 0.8\n  ${line}\n}\n`;
  const { plan, diagnostics } = compile({ file: 'm.cnn', text });
  if (!plan?.train) throw new Error(diagnostics.map((d) => d.message).join('\n'));
  return plan.train;
};
const specOf = (line: string): ScheduleSpec => trainOf(`schedule ${line}`).schedule as ScheduleSpec;

/** The learning rate after some steps of a training of ten epochs of 100 steps, from a base of 0.8. */
const lrAfter = (line: string, step: number, more: Partial<Moment> = {}): number =>
  learningRate(specOf(line), 0.8, { step, stepsPerEpoch: 100, epochs: 10, ...more });

const half = Math.SQRT1_2;
const cases: readonly (readonly [string, readonly (readonly [number, number])[]])[] = [
  [
    'constant',
    [
      [0, 0.8],
      [999, 0.8],
    ],
  ],
  [
    'constant warmup_steps 4',
    [
      [0, 0.2],
      [1, 0.4],
      [2, 0.6],
      [3, 0.8],
      [4, 0.8],
      [500, 0.8],
    ],
  ],
  [
    'constant warmup_epochs 0.5',
    [
      [0, 0.016],
      [24, 0.4],
      [49, 0.8],
      [50, 0.8],
    ],
  ],
  [
    'step every_epochs 3 factor 0.5',
    [
      [0, 0.8],
      [299, 0.8],
      [300, 0.4],
      [599, 0.4],
      [600, 0.2],
      [900, 0.1],
    ],
  ],
  [
    'step every_steps 10',
    [
      [9, 0.8],
      [10, 0.08],
      [25, 0.008],
    ],
  ],
  [
    'exponential factor 0.5',
    [
      [0, 0.8],
      [50, 0.8 * half],
      [100, 0.4],
      [300, 0.1],
    ],
  ],
  [
    'exponential factor 0.5 staircase',
    [
      [99, 0.8],
      [100, 0.4],
      [399, 0.1],
    ],
  ],
  [
    'exponential factor 0.25 every_steps 8 warmup_steps 2',
    [
      [0, 0.4],
      [1, 0.8],
      [2, 0.8],
      [6, 0.4],
      [10, 0.2],
    ],
  ],
  [
    'piecewise boundaries [2, 5.5] factors [0.5, 0.125]',
    [
      [199, 0.8],
      [200, 0.4],
      [549, 0.4],
      [550, 0.1],
      [999, 0.1],
    ],
  ],
  // (1 + cos) / 2 at 0, a quarter, a third, half and all of the way.
  [
    'cosine',
    [
      [0, 0.8],
      [250, 0.4 * (1 + half)],
      [500, 0.4],
      [750, 0.4 * (1 - half)],
      [1000, 0],
    ],
  ],
  [
    'cosine min_lr 0.2',
    [
      [0, 0.8],
      [500, 0.5],
      [1000, 0.2],
      [1200, 0.2],
    ],
  ],
  [
    'cosine warmup_epochs 1',
    [
      [0, 0.008],
      [99, 0.8],
      [100, 0.8],
      [400, 0.6],
      [550, 0.4],
      [1000, 0],
    ],
  ],
  // Periods of 100, 200, 400 steps; each half as high.
  [
    'cosine restart_epochs 1 m_mul 0.5',
    [
      [0, 0.8],
      [50, 0.4],
      [99.999999, 0],
      [100, 0.4],
      [200, 0.2],
      [300, 0.2],
      [500, 0.1],
      [700, 0.1],
    ],
  ],
  [
    'cosine restart_steps 10 t_mul 1',
    [
      [5, 0.4],
      [10, 0.8],
      [25, 0.4],
      [990, 0.8],
    ],
  ],
  [
    'polynomial',
    [
      [0, 0.8],
      [250, 0.6],
      [500, 0.4],
      [1000, 0],
    ],
  ],
  [
    'polynomial power 2 min_lr 0.4',
    [
      [0, 0.8],
      [500, 0.5],
      [1000, 0.4],
    ],
  ],
  // As OneCycleLR: up to step 0.3 * 1000 - 1, then down to step 999.
  [
    'one_cycle',
    [
      [0, 0.032],
      [149.5, 0.416],
      [299, 0.8],
      [649, (0.8 + 0.032e-4) / 2],
      [999, 0.032e-4],
    ],
  ],
  [
    'one_cycle pct_start 0.501 div_factor 4 final_div_factor 2',
    [
      [0, 0.2],
      [250, 0.5],
      [500, 0.8],
      [999, 0.1],
    ],
  ],
];

describe('the learning rate', () => {
  test.each(cases)('%s', (line, points) => {
    for (const [step, lr] of points) expect(lrAfter(line, step), `after ${step} steps`).toBeCloseTo(lr, 7);
  });

  test('plateau: falls when the loss was not better for its patience', () => {
    const line = 'plateau factor 0.5 patience 2 min_delta 0.1 min_lr 0.15';
    const lrs = (losses: readonly number[]) =>
      losses.map((_, i) => lrAfter(line, 100 * (i + 1), { losses: losses.slice(0, i + 1) }));
    expect(lrs([1, 0.8, 0.75, 0.65])).toEqual([0.8, 0.8, 0.8, 0.8]);
    // 0.75 and 0.71 are not better than 0.8 by 0.1; nor is anything after.
    expect(lrs([1, 0.8, 0.75, 0.71, 0.9, 0.9, 0.9, 0.9, 0.9])).toEqual([0.8, 0.8, 0.8, 0.4, 0.4, 0.2, 0.2, 0.15, 0.15]);
    expect(lrAfter(line, 0)).toBe(0.8);
  });

  test('stays without a schedule', () => {
    expect(learningRate(undefined, 0.3, { step: 7, stepsPerEpoch: 1, epochs: 1 })).toBe(0.3);
    expect(trainOf('epochs 1').schedule).toBeUndefined();
  });

  test('is a positive number in the shortest of trainings', () => {
    for (const [line] of [...cases, ['plateau'] as const]) {
      for (const [stepsPerEpoch, epochs] of [
        [1, 1],
        [1, 2],
        [3, 1],
      ] as const) {
        const lr = learningRate(specOf(line), 1, { step: 0, stepsPerEpoch, epochs });
        expect(lr, `${line}: ${stepsPerEpoch} x ${epochs}`).toBeGreaterThan(0);
        expect(lr).toBeLessThanOrEqual(1);
      }
    }
  });
});

describe('early stopping', () => {
  const spec = trainOf('early_stopping patience 2 min_delta 0.01 restore_best').earlyStopping!;
  test('is what the line says', () => {
    expect(spec).toEqual({ monitor: 'loss', patience: 2, minDelta: 0.01, restoreBest: true });
    expect(trainOf('early_stopping patience 3 monitor accuracy').earlyStopping).toEqual({
      monitor: 'accuracy',
      patience: 3,
      minDelta: 0,
      restoreBest: false,
    });
  });

  test('stops when the loss was not better for its patience', () => {
    expect(judge(spec, [])).toEqual({ best: 0, stop: false });
    expect(judge(spec, [1])).toEqual({ best: 1, stop: false });
    expect(judge(spec, [1, 0.995])).toEqual({ best: 1, stop: false });
    expect(judge(spec, [1, 0.995, 0.9])).toEqual({ best: 3, stop: false });
    expect(judge(spec, [1, 0.995, 0.992])).toEqual({ best: 1, stop: true });
  });

  test('of accuracy more is better', () => {
    const watch = { ...spec, monitor: 'accuracy', minDelta: 0 };
    expect(judge(watch, [0.5, 0.6, 0.6])).toEqual({ best: 2, stop: false });
    expect(judge(watch, [0.5, 0.6, 0.6, 0.59])).toEqual({ best: 2, stop: true });
    expect(judge(watch, [0, 0, 0])).toEqual({ best: 1, stop: true });
  });
});
