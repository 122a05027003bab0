// The train section: its settings, bound and checked.
import type { EarlyStoppingSpec, ScheduleSpec } from '../../runtime/plan.ts';
import * as names from '../diagnostics/catalog/names.ts';
import * as say from '../diagnostics/catalog/train.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Diagnostic, Span } from '../diagnostics/types.ts';
import { type Args, bind, flagArg, lookUp, numberArg, type Signature, textArg } from '../layers/index.ts';
import type { Layer, Train } from '../parser/ast.ts';
import { choose } from './choose.ts';
import { type ChosenLoss, type ChosenMetric, chooseLoss, chooseMetrics } from './choose-loss.ts';
import { type LossOptions, losses } from './losses/index.ts';
import { metricNames } from './metrics.ts';
import { clips, type OptimizerDef, optimizers } from './optimizers.ts';
import { schedules, times } from './schedules.ts';

export interface TrainConfig {
  readonly data: string | null;
  /** Where the train section names it. */
  readonly dataSpan?: Span;
  readonly loss: string;
  readonly lossSpan: Span;
  readonly lossOptions: LossOptions;
  /** Where options of the loss stand, by name. */
  readonly lossOptionSpans: Readonly<Record<string, Span>>;
  /** What the output is compared with. */
  readonly target: Target;
  readonly targetSpan: Span | undefined;
  /** What is reported beside the loss. */
  readonly metrics: readonly string[];
  /** Where metrics stand; empty when they were not chosen. */
  readonly metricSpans: readonly Span[];
  readonly optimizer: OptimizerDef;
  /** Numbers of the optimizer: given ones and defaults. */
  readonly hyper: Readonly<Record<string, number>>;
  /** How the learning rate changes; it stays unless given. */
  readonly schedule: ScheduleSpec | undefined;
  /** Penalties of all weights whose layers say nothing of them; 0 unless given. */
  readonly l1: number;
  readonly l2: number;
  readonly earlyStopping: EarlyStoppingSpec | undefined;
  readonly batch: number;
  readonly epochs: number;
  readonly seed: number;
}

/** `classes`: a class a picture (or a pixel), from the data set; `values`: numbers from it; `input`: the model's own input. */
export type Target = 'classes' | 'values' | 'input';
const targetNames: readonly Target[] = ['classes', 'values', 'input'];

const setting = (owner: string, argument: string, spec: Signature['args'][string], example: string): Signature => ({
  owner,
  positional: [argument],
  required: [argument],
  args: { [argument]: spec },
  activations: [],
  example,
});

export const settings: Readonly<Record<string, Signature>> = {
  data: setting(
    'data',
    'set',
    { kind: 'text', doc: 'a data set: mnist, digits, drawn, or a spec in quotes such as "idx:IMAGES,LABELS"' },
    'data mnist',
  ),
  loss: setting(
    'loss',
    'name',
    { kind: 'name', doc: `what is minimised: ${Object.keys(losses).join(', ')}` },
    'loss cross_entropy',
  ),
  target: setting(
    'target',
    'kind',
    {
      kind: 'name',
      doc: 'what the output is compared with: `classes` of the data set (a class a picture, or a pixel; unless given), its `values`, or the `input` itself, as for an autoencoder',
    },
    'target input',
  ),
  metrics: setting(
    'metrics',
    'names',
    {
      kind: 'name',
      doc: `what is reported beside the loss, one or more of ${metricNames.join(', ')} (any topK); accuracy unless given, or mae where targets are not classes`,
    },
    'metrics accuracy top5',
  ),
  optimizer: {
    owner: 'optimizer',
    positional: ['name'],
    required: ['name'],
    args: { name: { kind: 'name', doc: Object.keys(optimizers).join(', ') } },
    activations: [],
    example: 'optimizer adam lr 0.001',
  },
  schedule: {
    owner: 'schedule',
    positional: ['name'],
    required: ['name'],
    args: {
      name: {
        kind: 'name',
        doc: `how the learning rate changes: ${Object.keys(schedules).join(', ')}; it stays unless given`,
      },
    },
    activations: [],
    example: 'schedule cosine warmup_epochs 1',
  },
  early_stopping: {
    owner: 'early_stopping',
    positional: [],
    required: ['patience'],
    args: {
      patience: { kind: 'count', doc: 'the training ends when the test part was not better for so many epochs' },
      min_delta: { kind: 'number', min: 0, doc: 'how much better it must be to count; 0 unless given' },
      monitor: { kind: 'name', doc: 'what must be better: loss, or one of the metrics; loss unless given' },
      restore_best: { kind: 'flag', doc: 'keeps the weights of the best epoch, not those of the last' },
    },
    activations: [],
    example: 'early_stopping patience 3 restore_best',
  },
  l1: setting(
    'l1',
    'factor',
    {
      kind: 'number',
      min: 0,
      doc: 'adds l1 * sum |w| to what is minimised, for the weights (not biases) of all layers that do not say l1 themselves',
    },
    'l1 1e-5',
  ),
  l2: setting(
    'l2',
    'factor',
    {
      kind: 'number',
      min: 0,
      doc: 'adds l2 * sum w^2 to what is minimised, for the weights (not biases) of all layers that do not say l2 themselves',
    },
    'l2 3e-4',
  ),
  batch: setting('batch', 'size', { kind: 'count', max: 65536, doc: 'pictures a step' }, 'batch 128'),
  epochs: setting('epochs', 'number', { kind: 'count', max: 1000000, doc: 'passes over the data' }, 'epochs 10'),
  seed: setting(
    'seed',
    'number',
    { kind: 'count', min: 0, max: 4294967295, doc: 'what all random numbers of a run follow from' },
    'seed 1',
  ),
};

/** Reads a train section. `config` is undefined when it cannot be used. */
export function bindTrain(train: Train): { config: TrainConfig | undefined; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const seen = new Map<string, { line: Layer; args: Args }>();
  /** Settings whose names are written wrongly: they are not missing too. */
  const meant = new Set<string>();
  let optimizer: Pick<TrainConfig, 'optimizer' | 'hyper'> | undefined;
  let schedule: ScheduleSpec | undefined;
  let loss: ChosenLoss | undefined;
  let chosenMetrics: readonly ChosenMetric[] = [];

  for (const line of train.body.lines) {
    for (const statement of line.statements) {
      if (statement.kind !== 'layer') {
        const { text, span } = statement.kind === 'if' ? { text: 'if', span: statement.span } : statement.name;
        diagnostics.push(say.oneLayerALine(span, `\`${text}\``));
        continue;
      }
      const { name } = statement;
      const signature = lookUp(settings, name.text);
      if (!signature) {
        const near = nearest(name.text, Object.keys(settings));
        if (near !== undefined) meant.add(near);
        diagnostics.push(say.unknownSetting(name.span, name.text, near, Object.keys(settings)));
        continue;
      }
      const first = seen.get(name.text);
      if (first) {
        diagnostics.push(names.givenTwice(name.span, 'the train section', name.text, first.line.name.span));
        continue;
      }
      if (['loss', 'metrics', 'optimizer', 'schedule'].includes(name.text)) {
        if (name.text === 'loss') loss = chooseLoss(statement, diagnostics);
        else if (name.text === 'metrics') chosenMetrics = chooseMetrics(statement, diagnostics);
        else if (name.text === 'optimizer') optimizer = chooseOptimizer(statement, diagnostics);
        else schedule = chooseSchedule(statement, diagnostics);
        seen.set(name.text, { line: statement, args: { bound: new Map(), activations: [] } });
        continue;
      }
      const { args, diagnostics: found } = bind(signature, statement.words, name.span);
      diagnostics.push(...found);
      seen.set(name.text, { line: statement, args });
    }
  }
  for (const name of ['loss', 'optimizer']) {
    if (!seen.has(name) && !meant.has(name))
      diagnostics.push(say.missingSetting(train.span, name, settings[name]?.example ?? ''));
  }
  const argsOf = (name: string): Args => seen.get(name)?.args ?? { bound: new Map(), activations: [] };
  const targetWord = textArg(argsOf('target'), 'kind') ?? 'classes';
  const target = targetNames.find((one) => one === targetWord) ?? 'classes';
  const dataSpan = argsOf('data').bound.get('set')?.span;
  const targetSpan = argsOf('target').bound.get('kind')?.span;
  if (target !== targetWord && targetSpan)
    diagnostics.push(
      say.unknownChoice(targetSpan, 'target', targetWord, nearest(targetWord, targetNames), targetNames),
    );
  const metrics =
    chosenMetrics.length > 0 ? chosenMetrics.map((m) => m.name) : [target === 'classes' ? 'accuracy' : 'mae'];
  const earlyStopping = earlyStoppingOf(argsOf('early_stopping'), metrics, diagnostics);
  if (diagnostics.some((d) => d.severity === 'error') || loss === undefined || !optimizer)
    return { config: undefined, diagnostics };
  return {
    config: {
      data: textArg(argsOf('data'), 'set') ?? null,
      ...(dataSpan ? { dataSpan } : {}),
      loss: loss.loss.name,
      lossSpan: loss.span,
      lossOptions: loss.options,
      lossOptionSpans: loss.optionSpans,
      target,
      targetSpan,
      metrics,
      metricSpans: chosenMetrics.map((m) => m.span),
      ...optimizer,
      schedule,
      l1: numberArg(argsOf('l1'), 'factor') ?? 0,
      l2: numberArg(argsOf('l2'), 'factor') ?? 0,
      earlyStopping,
      batch: numberArg(argsOf('batch'), 'size') ?? 32,
      epochs: numberArg(argsOf('epochs'), 'number') ?? 1,
      seed: numberArg(argsOf('seed'), 'number') ?? 1,
    },
    diagnostics,
  };
}

/** `optimizer adam lr 0.001`: the optimizer and its numbers; flags are 1. */
function chooseOptimizer(line: Layer, diagnostics: Diagnostic[]): Pick<TrainConfig, 'optimizer' | 'hyper'> | undefined {
  const found = choose('optimizer', optimizers, line, settings.optimizer?.example ?? '', diagnostics);
  if (!found) return undefined;
  const { chosen: optimizer, args } = found;
  const [first, second] = clips
    .flatMap((name) => args.bound.get(name) ?? [])
    .sort((p, q) => p.span.start - q.span.start);
  if (first && second) diagnostics.push(say.clippedTwice(second.span, first.span, clips));
  const nesterov = args.bound.get('nesterov');
  if (nesterov && !numberArg(args, 'momentum')) diagnostics.push(say.nesterovAlone(nesterov.span));
  const hyper: Record<string, number> = { ...optimizer.defaults };
  for (const [name, bound] of args.bound) hyper[name] = bound.kind === 'number' ? bound.value : 1;
  return { optimizer, hyper };
}

/** `schedule cosine warmup_epochs 1`. */
function chooseSchedule(line: Layer, diagnostics: Diagnostic[]): ScheduleSpec | undefined {
  const found = choose('schedule', schedules, line, settings.schedule?.example ?? '', diagnostics);
  if (!found) return undefined;
  const { chosen, args } = found;
  for (const time of times) {
    const [epochs, steps] = [args.bound.get(`${time}_epochs`), args.bound.get(`${time}_steps`)];
    if (epochs && steps) diagnostics.push(say.saidTwice(steps.span, time, epochs.span));
  }
  const schedule = chosen.make(args);
  const at = args.bound.get('factors');
  if (schedule.name === 'piecewise' && at) {
    const { boundaries, factors } = schedule;
    const rising = boundaries.every((b, i) => i === 0 || b > (boundaries[i - 1] as number));
    if (boundaries.length !== factors.length || !rising)
      diagnostics.push(say.boundariesAndFactors(at.span, boundaries, factors));
  }
  return schedule;
}

/** `early_stopping patience 3`; undefined when there is none. */
function earlyStoppingOf(
  args: Args,
  metrics: readonly string[],
  diagnostics: Diagnostic[],
): EarlyStoppingSpec | undefined {
  const patience = numberArg(args, 'patience');
  if (patience === undefined) return undefined;
  const monitor = textArg(args, 'monitor') ?? 'loss';
  const span = args.bound.get('monitor')?.span;
  const monitored = ['loss', ...metrics];
  if (span && !monitored.includes(monitor))
    diagnostics.push(say.unknownChoice(span, 'number to monitor', monitor, nearest(monitor, monitored), monitored));
  return {
    monitor,
    patience,
    minDelta: numberArg(args, 'min_delta') ?? 0,
    restoreBest: flagArg(args, 'restore_best'),
  };
}
