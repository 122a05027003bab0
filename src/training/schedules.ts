// The schedules of the learning rate: what a train section can say, and what the runtime gets.
import type { ScheduleSpec, Time } from '../../runtime/plan.ts';
import { type ArgSpec, type Args, flagArg, numberArg, numbersArg } from '../layers/args.ts';

export interface ScheduleDef {
  readonly name: ScheduleSpec['name'];
  readonly doc: string;
  readonly example: string;
  readonly args: Readonly<Record<string, ArgSpec>>;
  readonly required?: readonly string[];
  readonly make: (args: Args) => ScheduleSpec;
}

/** A time is said in epochs or in steps, not in both. */
export const times = ['warmup', 'every', 'restart'] as const;

const time = (what: (typeof times)[number], doc: string): Record<string, ArgSpec> => ({
  [`${what}_epochs`]: { kind: 'number', above: 0, doc: `${doc}, in epochs` },
  [`${what}_steps`]: { kind: 'count', doc: `${doc}, in steps` },
});
const timeOf = (args: Args, what: (typeof times)[number]): Time | undefined => {
  const [epochs, steps] = [numberArg(args, `${what}_epochs`), numberArg(args, `${what}_steps`)];
  return epochs !== undefined ? { epochs } : steps !== undefined ? { steps } : undefined;
};

const minLr: ArgSpec = { kind: 'number', min: 0, doc: 'learning rate that it falls to; 0 unless given' };
const every = time('every', 'how long one factor takes; one epoch unless given');
const factor = (doc: string): ArgSpec => ({ kind: 'number', above: 0, doc });
const everyOf = (args: Args): Time => timeOf(args, 'every') ?? { epochs: 1 };

const defs: readonly ScheduleDef[] = [
  {
    name: 'constant',
    doc: 'The learning rate stays; for a warm-up alone.',
    example: 'schedule constant warmup_steps 500',
    args: {},
    make: () => ({ name: 'constant' }),
  },
  {
    name: 'step',
    doc: 'Every few epochs or steps the learning rate is multiplied with a factor (0.1 unless given).',
    example: 'schedule step every_epochs 3 factor 0.5',
    args: { ...every, factor: factor('what it is multiplied with; 0.1 unless given') },
    make: (a) => ({ name: 'step', factor: numberArg(a, 'factor') ?? 0.1, every: everyOf(a), staircase: true }),
  },
  {
    name: 'exponential',
    doc: 'lr factor^(t / every): a little smaller after every step, by the factor (0.9 unless given) after each period.',
    example: 'schedule exponential factor 0.8',
    args: {
      ...every,
      factor: factor('what it is multiplied with in one period; 0.9 unless given'),
      staircase: { kind: 'flag', doc: 'only whole periods count' },
    },
    make: (a) => ({
      name: 'exponential',
      factor: numberArg(a, 'factor') ?? 0.9,
      every: everyOf(a),
      staircase: flagArg(a, 'staircase'),
    }),
  },
  {
    name: 'piecewise',
    doc: 'lr until the first boundary, in epochs, then lr times its factor until the next one, and so on.',
    example: 'schedule piecewise boundaries [6, 9] factors [0.3, 0.1]',
    args: {
      boundaries: { kind: 'numbers', min: 0, doc: 'where a factor begins, in epochs' },
      factors: { kind: 'numbers', min: 0, doc: 'what lr is multiplied with from each boundary on' },
    },
    required: ['boundaries', 'factors'],
    make: (a) => ({
      name: 'piecewise',
      boundaries: numbersArg(a, 'boundaries') ?? [],
      factors: numbersArg(a, 'factors') ?? [],
    }),
  },
  {
    name: 'cosine',
    doc: 'Half a cosine from lr to min_lr over the whole training (Loshchilov & Hutter 2017); with a restart time, again and again, each period t_mul (2) times as long and m_mul (1) times as high as the one before.',
    example: 'schedule cosine warmup_epochs 1',
    args: {
      min_lr: minLr,
      ...time('restart', 'length of the first period'),
      t_mul: { kind: 'number', min: 1, doc: 'how much longer each period is than the one before; 2 unless given' },
      m_mul: { kind: 'number', above: 0, doc: 'how much higher each period starts; 1 unless given' },
    },
    make: (a) => {
      const restart = timeOf(a, 'restart');
      return {
        name: 'cosine',
        minLr: numberArg(a, 'min_lr') ?? 0,
        ...(restart ? { restart } : {}),
        tMul: numberArg(a, 't_mul') ?? 2,
        mMul: numberArg(a, 'm_mul') ?? 1,
      };
    },
  },
  {
    name: 'polynomial',
    doc: 'min_lr + (lr - min_lr) (1 - t / total)^power over the whole training: a straight line unless a power is given.',
    example: 'schedule polynomial power 2',
    args: { power: { kind: 'number', above: 0, doc: 'power; 1 unless given' }, min_lr: minLr },
    make: (a) => ({ name: 'polynomial', power: numberArg(a, 'power') ?? 1, minLr: numberArg(a, 'min_lr') ?? 0 }),
  },
  {
    name: 'one_cycle',
    doc: 'One cycle over the whole training (Smith & Topin 2018), with cosines as PyTorch: from lr / div_factor (25) up to lr at pct_start (0.3) of the training, then down to lr / div_factor / final_div_factor (10000). The momentum stays.',
    example: 'schedule one_cycle pct_start 0.2',
    args: {
      pct_start: {
        kind: 'number',
        above: 0,
        below: 1,
        doc: 'part of the training in which it rises; 0.3 unless given',
      },
      div_factor: { kind: 'number', min: 1, doc: 'lr over the first learning rate; 25 unless given' },
      final_div_factor: { kind: 'number', min: 1, doc: 'the first learning rate over the last; 10000 unless given' },
    },
    make: (a) => ({
      name: 'one_cycle',
      pctStart: numberArg(a, 'pct_start') ?? 0.3,
      div: numberArg(a, 'div_factor') ?? 25,
      finalDiv: numberArg(a, 'final_div_factor') ?? 1e4,
    }),
  },
  {
    name: 'plateau',
    doc: 'The learning rate is multiplied with a factor (0.1) whenever the loss on the test part was not better for some epochs (patience 10).',
    example: 'schedule plateau factor 0.5 patience 2 min_lr 0.00001',
    args: {
      factor: { kind: 'number', above: 0, below: 1, doc: 'what it is multiplied with; 0.1 unless given' },
      patience: { kind: 'count', doc: 'epochs without a better loss; 10 unless given' },
      min_delta: { kind: 'number', min: 0, doc: 'how much better a loss must be to count; 0.0001 unless given' },
      min_lr: minLr,
    },
    make: (a) => ({
      name: 'plateau',
      factor: numberArg(a, 'factor') ?? 0.1,
      patience: numberArg(a, 'patience') ?? 10,
      minDelta: numberArg(a, 'min_delta') ?? 1e-4,
      minLr: numberArg(a, 'min_lr') ?? 0,
    }),
  },
];

const warmup = time('warmup', 'the learning rate grows in equal steps for this long before the schedule begins');

export const schedules: Readonly<Record<string, ScheduleDef>> = Object.fromEntries(
  defs.map((def) => [
    def.name,
    {
      ...def,
      args: { ...def.args, ...warmup },
      make: (args) => {
        const before = timeOf(args, 'warmup');
        return before ? { ...def.make(args), warmup: before } : def.make(args);
      },
    } satisfies ScheduleDef,
  ]),
);
