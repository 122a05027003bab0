// Which numbers may be swept, and where each of them goes: a new plan, a number of each step, or the loop over epochs.
import type { CompileOptions } from '../../compile.ts';
import * as say from '../../diagnostics/catalog/sweep.ts';
import { refuse } from '../../diagnostics/index.ts';
import type { ArgSpec } from '../../layers/args.ts';
import { settings, type TrainConfig } from '../../training/settings.ts';
import type { ModelFile } from '../model.ts';
import type { Axis, Point } from './grid.ts';

/** What each step is given instead of finding it in its kernels, where it is above zero. */
const OPEN = ['l1', 'l2', 'weight_decay'] as const;
const LOOP = ['epochs', 'seed'] as const;

/** The numbers of the optimizer, l1 and l2, which are for all weights where the optimizer has none of its own. */
export function hyperArgs(config: TrainConfig): Readonly<Record<string, ArgSpec>> {
  const penalty = (name: 'l1' | 'l2'): ArgSpec => settings[name]?.args.factor as ArgSpec;
  return { l1: penalty('l1'), l2: penalty('l2'), ...config.optimizer.args };
}

const loopArgs = (): Readonly<Record<string, ArgSpec>> => ({
  batch: settings.batch?.args.size as ArgSpec,
  epochs: settings.epochs?.args.number as ArgSpec,
  seed: settings.seed?.args.number as ArgSpec,
});

/** What the spec asks for; undefined when the value is so. */
function wanting(spec: ArgSpec, value: number): string | undefined {
  if (spec.kind === 'flag') return value === 0 || value === 1 ? undefined : '0 (off) or 1 (on)';
  if (spec.kind === 'count') {
    const [min, max] = [spec.min ?? 1, spec.max ?? 2 ** 31 - 1];
    return Number.isInteger(value) && value >= min && value <= max ? undefined : `a whole number from ${min} to ${max}`;
  }
  if (spec.kind !== 'number') return undefined;
  const { min, above, max, below } = spec;
  const bad =
    !Number.isFinite(value) ||
    (min !== undefined && value < min) ||
    (above !== undefined && value <= above) ||
    (max !== undefined && value > max) ||
    (below !== undefined && value >= below);
  if (!bad) return undefined;
  const low = min !== undefined ? [`at least ${min}`] : above !== undefined ? [`above ${above}`] : [];
  const high = max !== undefined ? [`at most ${max}`] : below !== undefined ? [`below ${below}`] : [];
  return `a number ${[...low, ...high].join(' and ')}`;
}

/** Refuses names that do not exist (E0861) or are given twice (E0863), and values that are not allowed (E0862). */
export function checkAxes(model: ModelFile, config: TrainConfig, axes: readonly Axis[]): void {
  const args = { ...loopArgs(), ...hyperArgs(config) };
  const parameters = model.compiled.model.parameters.map((p) => p.name.text);
  axes.forEach(({ name, values }, i) => {
    if (axes.findIndex((a) => a.name === name) !== i) refuse(say.namedTwice(name));
    const spec = args[name];
    if (!spec) {
      if (!parameters.includes(name)) refuse(say.unknownName(name, model.source.file, Object.keys(args), parameters));
      return;
    }
    for (const value of values) {
      const needed = wanting(spec, value);
      if (needed !== undefined) refuse(say.notAllowed(name, value, needed, 'grid'));
    }
  });
}

/** Refuses what `--hyper` of a training cannot set (E0867, E0862). */
export function checkHyper(config: TrainConfig, hyper: Readonly<Record<string, number>>): void {
  const args = hyperArgs(config);
  for (const [name, value] of Object.entries(hyper)) {
    const spec = args[name] ?? refuse(say.unknownHyper(name, config.optimizer.name, Object.keys(args)));
    const needed = wanting(spec, value);
    if (needed !== undefined) refuse(say.notAllowed(name, value, needed, 'hyper'));
  }
}

/** Names that only whole numbers are given to: in random points they are rounded. */
export function wholeNames(model: ModelFile, config: TrainConfig): ReadonlySet<string> {
  const counted = Object.entries({ ...loopArgs(), ...hyperArgs(config) }).filter(([, spec]) => spec.kind === 'count');
  return new Set([...counted.map(([name]) => name), ...model.compiled.model.parameters.map((p) => p.name.text)]);
}

/** One training of a sweep. */
export interface Job {
  readonly point: Point;
  readonly seed: number;
  readonly epochs: number;
  /** undefined: that of the plan. */
  readonly lr: number | undefined;
  /** Numbers of each step. */
  readonly open: Readonly<Record<string, number>>;
  /** What the plan is compiled with; jobs of one key have one plan. */
  readonly options: CompileOptions;
  readonly key: string;
}

/** Where the numbers of a point go. `base`: what all points are compiled with. */
export function jobOf(
  point: Point,
  config: TrainConfig,
  base: CompileOptions,
  run: { readonly seed: number; readonly epochs: number }, // with a seed in the point, `seed` is added to that
): Job {
  const hyper: Record<string, number> = { ...base.hyper };
  const set: Record<string, number> = { ...base.set };
  const open: Record<string, number> = {};
  const plan: Record<string, number> = {};
  let batch = base.batch;
  const known = hyperArgs(config);
  for (const [name, value] of Object.entries(point)) {
    if ((LOOP as readonly string[]).includes(name)) continue;
    if (name === 'batch') batch = plan.batch = value;
    else if (!(name in known)) set[name] = plan[`set ${name}`] = value;
    else if (name !== 'lr') {
      hyper[name] = value;
      const own = name !== 'weight_decay' && name in config.optimizer.args;
      if ((OPEN as readonly string[]).includes(name) && !own) {
        // Zero is a plan of its own: without the penalty, as a training of its own has it.
        if (value > 0) open[name] = value;
        plan[name] = value > 0 ? 1 : 0;
      } else plan[name] = value;
    }
  }
  // What the kernels do not hold is 1 in the plan that all these share.
  for (const name of Object.keys(open)) hyper[name] = 1;
  const options = { ...base, hyper, set, ...(batch === undefined ? {} : { batch }), open: new Set(Object.keys(open)) };
  return {
    point,
    seed: (point.seed ?? 0) + run.seed,
    epochs: point.epochs ?? run.epochs,
    lr: point.lr,
    open,
    options,
    key: JSON.stringify(plan),
  };
}
