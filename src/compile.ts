// The pipeline on one screen: the only place that knows the order. Text in, plan and every stage on the way out.
import type { Plan, Stored, TrainSpec } from '../runtime/plan.ts';
import { type Emitted, emitPlan } from './codegen/emit-plan.ts';
import { joinsPool } from './codegen/pool-rule.ts';
import { isGpu, type Target, type Tuned } from './codegen/schedules.ts';
import type { Subgroups } from './codegen/subgroup-schedules.ts';
import { sourceTwice } from './diagnostics/catalog/data-section.ts';
import * as pieces from './diagnostics/catalog/pieces.ts';
import * as syntax from './diagnostics/catalog/syntax.ts';
import { baseAsTarget, baseOfChanged } from './diagnostics/catalog/transfer.ts';
import type { Diagnostic, Source } from './diagnostics/types.ts';
import { type Graph, isOp, type Node, storageOf, verify } from './ir/index.ts';
import { checkLinked, inOrder, link, type ReadSource } from './link.ts';
import { limitTrouble, withinLimit } from './memory-limit.ts';
import { type Data, type File, type Model, parse, type Train } from './parser/index.ts';
import { type Attribution, addAttribution, checkAttribution, copyLeaves, markValues } from './passes/attribute.ts';
import { augment } from './passes/augment.ts';
import { differentiate } from './passes/autodiff.ts';
import { shareCommon } from './passes/cse.ts';
import { partOf } from './passes/cut-base.ts';
import { removeDeadCode } from './passes/dce.ts';
import { factorSums } from './passes/factor-sums.ts';
import { type Folded, foldBatchNorm, type ParameterValues } from './passes/fold-batch-norm.ts';
import { foldConstants } from './passes/fold-constants.ts';
import { forInference } from './passes/for-inference.ts';
import { fuseSoftmaxLoss } from './passes/fuse-softmax-loss.ts';
import { addLossScale, type LossScale, lossScaleDefaults, skipOverflows } from './passes/loss-scale.ts';
import { type LayerInfo, type Lowered, lowerModel, type StartsFrom } from './passes/lower-ast.ts';
import { makeSchedule } from './passes/make-schedule.ts';
import { mixedPrecision } from './passes/mixed-precision.ts';
import { addObjective } from './passes/objective.ts';
import { addOptimizer } from './passes/optimizer.ts';
import { penaltiesOf } from './passes/penalties.ts';
import { poolWinners } from './passes/pool-winners.ts';
import { pooledGradients } from './passes/pooled-gradients.ts';
import { separateGradients } from './passes/separate-gradients.ts';
import { splitProducts } from './passes/split-products.ts';
import { splitSums } from './passes/split-sums.ts';
import { addStatistics } from './passes/statistics.ts';
import { storeWeights } from './passes/store-weights.ts';
import type { ModelGraphs } from './schedule/index.ts';
import type { AugmentLine } from './training/augments.ts';
import { checkScores, checkTrainable } from './training/check.ts';
import { checkData } from './training/check-data.ts';
import { bindData, type DataConfig } from './training/data-section.ts';
import { losses } from './training/losses/index.ts';
import { bindTrain, type TrainConfig } from './training/settings.ts';

/** The words of `--precision`. */
export const precisions = ['f32', 'mixed'] as const;
export type Precision = (typeof precisions)[number];

export interface CompileOptions {
  /** Pictures a step; the train section's, or 32, unless given. */
  readonly batch?: number;
  /** Numbers of the optimizer that replace those of the file, such as lr; l1 and l2 replace those of all layers. */
  readonly hyper?: Readonly<Record<string, number>>;
  /** Which of l1, l2 and weight_decay, where they are above zero, each step is given instead: plans that differ in them alone are one. */
  readonly open?: ReadonlySet<string>;
  /** What the kernels are for; `portable` unless given. */
  readonly target?: Target;
  /** Schedules that were measured to be better than the rules, by what they compute. */
  readonly tuned?: Tuned;
  /** `mixed`: values between kernels in half precision where that saves traffic, and training with a scaled loss; f32 unless given. */
  readonly precision?: Precision | undefined;
  /** With precision mixed: other numbers than usual for the scale of the loss. */
  readonly lossScale?: Partial<LossScale>;
  /** For the target `gpu-subgroups`: what the adapter says of its subgroups. Unless given, what every adapter has is assumed. */
  readonly subgroups?: Subgroups;
  /** Bytes of device memory that the plan may take; values are computed again where it would take more. */
  readonly memoryLimit?: number;
  /** What a convolution makes is stored where a pool follows too, so that it can be shown. */
  readonly keepActivations?: boolean;
  /** Leaves training out. */
  readonly inferOnly?: boolean;
  /**
   * Trained values of all parameters: batch normalisation is folded into the layers before it. The programs that train are
   * left out.
   */
  readonly fold?: ParameterValues;
  /** With fold: weights of convolutions and dense layers in fewer bits. */
  readonly stored?: Stored | undefined;
  /** With inferOnly: `infer` also gives the gradient of a scalar to the input or to layers, and the values of layers. */
  readonly attribute?: Attribution;
  /** Only the frozen layers before the first that is trained, without training; or only what comes after them. */
  readonly part?: 'base' | 'head';
  /** Values of the model's parameters that replace those of the file. */
  readonly set?: Readonly<Record<string, number>>;
  /** Finds the texts that the file imports. */
  readonly read?: ReadSource;
}

/** What the stages made; `plan` is undefined when there were errors. */
export interface Compiled {
  readonly diagnostics: readonly Diagnostic[];
  readonly file: File;
  readonly model?: Model;
  readonly config?: TrainConfig;
  /** What the data section says. */
  readonly data?: DataConfig;
  readonly layers?: readonly LayerInfo[];
  /** The weights that training starts from, when the model names some. */
  readonly startsFrom?: StartsFrom;
  readonly forward?: Graph;
  readonly graphs?: ModelGraphs;
  /** The graphs after each pass, as `PROGRAM after PASS`. */
  readonly stages?: ReadonlyMap<string, Graph>;
  /** What is minimised and its gradients, by id, in the stages of training from `objective` and `autodiff` on. */
  readonly training?: { readonly objective: string; readonly gradients: ReadonlyMap<string, string> } | undefined;
  readonly emitted?: Emitted;
  readonly plan?: Plan;
  /** With `fold`: the values of the plan's parameters, as kernels read them. */
  readonly folded?: Folded['values'];
}

/** All that a file without errors compiles to. */
export type CompiledModel = Compiled &
  Required<Omit<Compiled, 'config' | 'data' | 'diagnostics' | 'startsFrom' | 'training'>>;

export function compile(source: Source, options: CompileOptions = {}): Compiled {
  const { file, diagnostics: found } = parse(source);
  let diagnostics: Diagnostic[] = [...found];
  const model = section<Model>(file, 'model', diagnostics);
  const trainSection = section<Train>(file, 'train', diagnostics);
  if (!model && found.length === 0) diagnostics.push(syntax.noModel(file.span));
  const dataSection = section<Data>(file, 'data', diagnostics);
  const bound = trainSection && bindTrain(trainSection);
  const boundData = dataSection && bindData(dataSection);
  const batch = options.batch ?? bound?.config?.batch ?? 32;
  const linked = link(file, options.read);
  const named = [...linked.diagnostics, ...checkLinked(linked, model, found.length === 0)];
  const lower = model && lowerModel(model, batch, linked.main.home, options.set, boundData?.config?.normalise);
  // A name that is wrong where it is written is not wrong again where the block is called.
  const placeOf = ({ code, primary }: Diagnostic): string =>
    `${code} ${primary?.span.source.file} ${primary?.span.start}`;
  const told = new Set(named.map(placeOf));
  // A model with lines that could not be read may only seem to be empty.
  const fresh = (d: Diagnostic): boolean => !told.has(placeOf(d)) && (d.code !== 'E0208' || found.length === 0);
  diagnostics.push(...named, ...(lower?.diagnostics ?? []).filter(fresh), ...(bound?.diagnostics ?? []));
  diagnostics.push(...(boundData?.diagnostics ?? []));
  let lowered = lower?.lowered;
  const data = boundData?.config;
  const config = bound?.config && withSource(bound.config, data, diagnostics);
  if (lowered && config && model) diagnostics.push(...checkScores(lowered, config));
  if (lowered && data && (config || !trainSection)) diagnostics.push(...checkData(data, lowered, config?.target));
  if (lowered && model && computesNothing(foldConstants(forInference(lowered.graph))))
    diagnostics.push(pieces.nothingComputed(model.name.span, model.name.text));
  if (lowered && trainSection) diagnostics.push(...checkTrainable(lowered, trainSection.span));
  if (lowered && options.part) {
    const part = partOf(lowered, options.part);
    if ('code' in part) diagnostics.push(part);
    else lowered = part;
    if (config?.target === 'input') diagnostics.push(baseAsTarget(config.lossSpan));
    const [changed] = data?.augment ?? [];
    if (changed) diagnostics.push(baseOfChanged(changed.span, changed.name));
  }
  if (lowered && options.attribute)
    diagnostics.push(...checkAttribution(lowered.layers, lowered.output, source.file, options.attribute));
  diagnostics = inOrder(diagnostics, linked);
  const partial = {
    diagnostics,
    file,
    ...(model ? { model } : {}),
    ...(config ? { config } : {}),
    ...(data ? { data } : {}),
  };
  if (!model || !lowered || diagnostics.some((d) => d.severity === 'error')) return partial;

  const { graphs, stages, folded, training } = verified((found) =>
    build(found, lowered, config, options, data?.augment ?? []),
  );
  const reads = config && losses[config.loss]?.reads(lowered.output).outputIs;
  const outputIs = reads ?? (lowered.output.op === 'softmax' ? 'probabilities' : 'values');
  const joins = options.keepActivations ? () => false : joinsPool(options.target);
  const train = config && !options.inferOnly ? trainSpec(config, batch, options) : null;
  const emitter =
    (all: ModelGraphs) =>
    (most?: number): Emitted =>
      emitPlan(
        model.name.text,
        makeSchedule(all, joins, most),
        train,
        outputIs,
        options.target,
        options.tuned,
        options.subgroups,
      );
  const emit = emitter(graphs);
  const { memoryLimit: limit } = options;
  const limited = limit === undefined ? undefined : withinLimit(limit, emit);
  if (limited && limit !== undefined && !limited.fits) {
    const { memoryLimit: _, ...unlimited } = options;
    const fitsAt = (smaller: number): boolean => {
      const other = compile(source, { ...unlimited, batch: smaller }).graphs;
      return other !== undefined && withinLimit(limit, emitter(other)).fits;
    };
    return { ...partial, diagnostics: [...diagnostics, limitTrouble(limited, limit, { file: source.file, fitsAt })] };
  }
  const emitted = limited?.emitted ?? emit();
  const startsFrom = lowered.startsFrom ? { startsFrom: lowered.startsFrom } : {};
  return {
    ...partial,
    ...startsFrom,
    ...(folded ? { folded } : {}),
    layers: lowered.layers,
    forward: lowered.graph,
    graphs,
    stages,
    training,
    emitted,
    plan: emitted.plan,
  };
}

type Stages = Map<string, Graph>;

/** The build puts it in; run from its sources, as the tests do, cnnc verifies each graph after each pass. */
declare const CNNC_VERSION: string | undefined;
const verifiesAll = typeof CNNC_VERSION !== 'string';

/** What is built, verified. When something is wrong, the first pass after which it is says so. */
function verified<T extends { readonly graphs: ModelGraphs }>(make: (stages: Stages) => T): T {
  const stages: Stages = new Map();
  try {
    const made = make(stages);
    for (const [program, graph] of Object.entries(made.graphs)) verify(graph, `the passes of ${program}`);
    return made;
  } catch (error) {
    for (const [name, graph] of stages) verify(graph, name);
    throw error;
  }
}

/** The passes of the three programs; `stages` gets the graph after each. */
function build(
  stages: Stages,
  lowered: Lowered,
  aim: TrainConfig | undefined,
  { hyper, open, fold, stored, target, inferOnly, attribute, precision, lossScale }: CompileOptions,
  augments: readonly AugmentLine[],
): Pick<Compiled, 'folded' | 'training'> & { graphs: ModelGraphs; stages: Stages } {
  const mixed = precision === 'mixed';
  const stage = (name: string, graph: Graph): Graph => {
    stages.set(name, verifiesAll ? verify(graph, name) : graph);
    return graph;
  };
  const clean = (program: string, graph: Graph): Graph => {
    const folded = stage(`${program} after fold-constants`, foldConstants(graph));
    const factored = stage(`${program} after factor-sums`, factorSums(folded));
    const shared = stage(`${program} after cse`, shareCommon(factored));
    const live = stage(`${program} after dce`, removeDeadCode(shared));
    const pooled = stage(`${program} after pool-winners`, poolWinners(live));
    const apart = stage(`${program} after separate-gradients`, separateGradients(pooled));
    const parts =
      target && isGpu(target)
        ? stage(`${program} after split-products`, splitProducts(apart))
        : target === 'cpu'
          ? stage(`${program} after pooled-gradients`, pooledGradients(apart))
          : apart;
    const split = stage(`${program} after split-sums`, splitSums(parts));
    return mixed ? stage(`${program} after mixed-precision`, mixedPrecision(split, joinsPool(target))) : split;
  };
  const config = inferOnly ? undefined : aim;
  stage('forward', lowered.graph);
  if (!config && attribute) {
    const marked = forInference(markValues(lowered.graph, lowered.layers, attribute), lowered.statistics);
    const inference = stage('infer after for-inference', marked);
    const attributed = stage('infer after attribute', addAttribution(inference, attribute, aim));
    return { graphs: { infer: copyLeaves(clean('infer', attributed)) }, stages };
  }
  const inference = stage('infer after for-inference', forInference(lowered.graph, lowered.statistics));
  const score = (graph: Graph, by: TrainConfig): Graph => {
    const scored = stage('evaluate after objective', addObjective(graph, by, []).graph);
    return clean('evaluate', stage('evaluate after fuse-softmax-loss', fuseSoftmaxLoss(scored)));
  };
  if (fold) {
    const { graph: whole, values } = foldBatchNorm(inference, fold);
    stage('infer after fold-batch-norm', whole);
    const small = stored && storeWeights(whole, values, stored);
    const graph = small ? stage('infer after store-weights', small.graph) : whole;
    const infer = clean('infer', graph);
    const graphs = config ? { infer, evaluate: score(graph, config) } : { infer };
    return { graphs, stages, folded: small?.values ?? values };
  }
  const infer = clean('infer', inference);
  if (!config) return { graphs: { infer }, stages };
  const evaluate = score(inference, config);

  const { graph: aimed, objective } = addObjective(
    lowered.graph,
    config,
    penaltiesOf(lowered.penalties, config, hyper, open),
  );
  const unread = { ...aimed, effects: aimed.effects.filter((e) => e.kind !== 'output') };
  const whole = stage('train after objective', unread);
  const augmented = augments.length > 0 ? stage('train after augment', augment(whole, augments)) : whole;
  const stable = stage('train after fuse-softmax-loss', fuseSoftmaxLoss(augmented));
  const scalar = stable.nodes.find((n) => n.id === objective.id) ?? objective;
  const scaling = { ...lossScaleDefaults, ...lossScale };
  const scaled = mixed ? addLossScale(stable, scaling.initial) : undefined;
  const scale = scaled?.scale as Node | undefined;
  const { graph: backward, gradients } = differentiate(scaled?.graph ?? stable, scalar, undefined, scale);
  stage('train after autodiff', backward);
  const updated = stage(
    'train after optimizer',
    addOptimizer(backward, gradients, config.optimizer, { ...config.hyper, ...hyper }, open, scale),
  );
  const kept = stage('train after statistics', addStatistics(updated, lowered.statistics));
  const guarded =
    scaled && gradients.size > 0
      ? stage('train after loss-scale', skipOverflows(kept, scaled.scale, [...gradients.values()], scaling.every))
      : kept;
  const training = { objective: scalar.id, gradients: new Map([...gradients].map(([p, g]) => [p.id, g.id])) };
  return { graphs: { infer, evaluate, train: clean('train', guarded) }, stages, training };
}

const computesNothing = (graph: Graph): boolean =>
  graph.effects.some((e) => e.kind === 'output' && isOp(storageOf(e.value), 'input'));

const trainSpec = (config: TrainConfig, batch: number, options: CompileOptions): TrainSpec => ({
  data: config.data,
  loss: config.loss,
  target: config.target,
  optimizer: config.optimizer.name,
  lr: options.hyper?.lr ?? (config.hyper.lr as number),
  ...(config.schedule ? { schedule: config.schedule } : {}),
  ...(config.earlyStopping ? { earlyStopping: config.earlyStopping } : {}),
  batch,
  epochs: config.epochs,
  seed: config.seed,
});

/** The data set that the data section names, or the train section; not both. */
function withSource(config: TrainConfig, data: DataConfig | undefined, diagnostics: Diagnostic[]): TrainConfig {
  const source = data?.source;
  if (!source) return config;
  if (config.dataSpan) diagnostics.push(sourceTwice(config.dataSpan, source.span));
  return { ...config, data: source.spec };
}

function section<T extends Model | Train | Data>(
  file: File,
  kind: T['kind'],
  diagnostics: Diagnostic[],
): T | undefined {
  const all = file.sections.filter((s) => s.kind === kind) as T[];
  const [first, second] = all;
  if (first && second) diagnostics.push(syntax.secondSection(second.span, kind, first.span));
  return first;
}
