// `cnnc eval`: loss and metrics of trained weights; of classifiers the confusion matrix and what follows from it.
import type { DataSet } from '../../data/types.ts';
import { optionMissing } from '../../diagnostics/catalog/usage.ts';
import { refuse } from '../../diagnostics/index.ts';
import { choice, command, setOption, settings, wholeNumber } from '../args.ts';
import { deviceOption, openBackend } from '../backend.ts';
import { namesFor } from '../classes.ts';
import { dataSpec, joined, loadFor, memoryOf, memoryOption, upload } from '../data.ts';
import { targetOption } from '../device-target.ts';
import { compareTypes, typesOf } from '../eval/weights-types.ts';
import { grouped, lossText, metricText, percent } from '../format.ts';
import { printJson } from '../io.ts';
import { type CompiledModel, compileSource, openModel, trainConfig } from '../model.ts';
import { precisionOf, precisionOption } from '../precision.ts';
import {
  type ClassScores,
  type Confusion,
  classScores,
  confusionFor,
  confusionText,
  meanIou,
  scoresText,
} from '../scores.ts';
import { meanOf } from '../train/loop.ts';
import { kernelChoice, tuneOption } from '../tune/apply.ts';
import { metadataNumber, readWeights, weightsToGive } from '../weights.ts';

interface Classified {
  readonly confusion: Confusion;
  readonly names: readonly string[] | undefined;
  readonly scores: readonly ClassScores[];
  /** Of pixels, not of pictures. */
  readonly maps: boolean;
}

/** Undefined when the model is not trained on classes. */
function classified(
  compiled: CompiledModel,
  outputs: Float32Array,
  set: DataSet,
  spec: string,
): Classified | undefined {
  const confusion = confusionFor(compiled, outputs, set.labels);
  if (!confusion) return undefined;
  const names = set.classNames ?? namesFor(spec, confusion.length);
  return {
    confusion,
    names,
    scores: classScores(confusion, names),
    maps: (compiled.plan.labels?.shape.length ?? 0) > 0,
  };
}

const at = (option: string) => ({ command: 'eval', option });

export const evaluate = command({
  name: 'eval',
  summary: 'test trained weights: loss, metrics, confusion matrix',
  usage: `cnnc eval models/drawn.cnn --weights runs/drawn/drawn.safetensors
cnnc eval models/mnist.cnn --weights runs/mnist/mnist.safetensors --weights-type f16,i8
cnnc eval models/mnist.cnn --weights runs/mnist/mnist.safetensors --data mnist:DIR --json`,
  positionals: { name: 'FILE', doc: 'the model file, with a train section', min: 1, max: 1 },
  options: {
    weights: { type: 'string', short: 'w', value: 'FILE', doc: 'a safetensors file, such as train writes' },
    data: { type: 'string', value: 'SPEC', doc: 'the pictures, as for train; those of the train section unless given' },
    split: {
      type: 'string',
      value: 'PART',
      doc: 'test (unless given), train or all. A set in one piece is parted by the seed, as in training',
    },
    seed: { type: 'string', value: 'N', doc: 'the seed of the training; the weights know it' },
    batch: { type: 'string', value: 'N', doc: 'pictures a step' },
    'weights-type': {
      type: 'string',
      value: 'TYPES',
      doc: 'what weights in fewer bits cost: f16, i8, or both as f16,i8, beside f32, as `compile --target web` stores them',
    },
    set: setOption,
    device: deviceOption,
    target: targetOption,
    precision: precisionOption,
    tune: tuneOption,
    'data-memory': memoryOption,
    json: { type: 'boolean', doc: 'print {loss, accuracy, count, confusion, classes} instead' },
  },
  async run({ io, values, positionals: [file = ''] }) {
    const batchAsked = wholeNumber(at('batch'), values.batch, { max: 65_536 });
    const memory = memoryOf('eval', values['data-memory']);
    const seedAsked = wholeNumber(at('seed'), values.seed, { min: 0, max: 2 ** 32 - 1 });
    const part = choice(at('split'), values.split, ['test', 'train', 'all'] as const) ?? 'test';
    const types = typesOf(values['weights-type']);
    const kernels = kernelChoice('eval', values);
    const read = await openModel(io, file, {
      set: settings('eval', values.set),
      ...precisionOf('eval', values.precision),
    });
    const ways = weightsToGive(read.compiled.startsFrom);
    const weightsFile = values.weights ?? refuse(optionMissing('weights', 'FILE', 'eval', 'the weights to test', ways));
    const config = trainConfig(read);
    const weights = await readWeights(io, weightsFile, read.compiled.plan);
    const spec = dataSpec(read, values.data, 'eval');
    const seed = seedAsked ?? metadataNumber(weights, 'seed') ?? config.seed;
    const batch = batchAsked ?? metadataNumber(weights, 'batch') ?? config.batch;
    // The same batch as in training gives the same sums to the last bit.
    const suited = compileSource(read.source, { ...read.options, batch: Math.min(Math.max(batch, 1), 65_536) });
    const { split } = await loadFor(io, suited.compiled.plan, spec, seed);
    const set = part === 'all' ? joined(split) : split[part];
    const job = {
      io,
      device: values.device,
      kernels,
      model: suited,
      weights: weights.values,
      file: weightsFile,
      seed,
      set,
      part,
      spec,
      memory,
    };
    if (types) return compareTypes(job, types, values.json);
    const opened = await openBackend(io, values.device, suited, ['infer', 'evaluate'], kernels);
    const { backend } = opened;
    try {
      backend.initialise(seed);
      backend.setParameters(weights.values);
      const data = upload(opened, set, spec, memory);
      const mean = meanOf(await data.evaluate(io.signal));
      const outputs = await data.outputs(io.signal);
      if (io.signal?.aborted) return 130;
      const found = classified(suited.compiled, outputs, set, spec);
      const iou = found?.maps ? meanIou(found.scores) : null;
      if (values.json) {
        const facts = { model: suited.compiled.plan.model, adapter: backend.name, data: spec, split: part };
        const { confusion, scores: classes } = found ?? {};
        const more = found ? { confusion, classes, ...(found.maps ? { mean_iou: iou } : {}) } : {};
        printJson(io, { ...mean, count: set.count, ...more, ...facts });
      } else {
        const { loss, ...metrics } = mean;
        const figures = [
          ...Object.entries(metrics).map(([name, v]) => metricText(name, v)),
          ...(iou === null ? [] : [`mean IoU ${percent(iou)}`]),
          `loss ${lossText(loss)}`,
        ];
        io.stdout(
          `${suited.compiled.plan.model} on ${grouped(set.count)} pictures (${spec}, ${part}): ${figures.join(', ')}\n`,
        );
        if (found) {
          io.stdout(`\n${confusionText(found.confusion, found.names)}`);
          io.stdout(`\n${scoresText(found.scores, found.maps)}`);
        }
      }
      return 0;
    } finally {
      backend.close();
    }
  },
});
