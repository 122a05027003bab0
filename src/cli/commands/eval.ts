// `cnnc eval`: loss, accuracy and the confusion matrix of trained weights.
import { optionMissing } from '../../diagnostics/catalog/usage.ts';
import { refuse } from '../../diagnostics/index.ts';
import { choice, command, setOption, settings, wholeNumber } from '../args.ts';
import { deviceOption, openBackend } from '../backend.ts';
import { argmax, namesFor } from '../classes.ts';
import { dataSpec, joined, loadFor, upload } from '../data.ts';
import { grouped, lossText, percent, table } from '../format.ts';
import { printJson } from '../io.ts';
import { compileSource, openModel, trainConfig } from '../model.ts';
import { meanOf } from '../train/loop.ts';
import { metadataNumber, readWeights } from '../weights.ts';

/** Pictures of class r (row) that were taken for class c (column). */
function confusionOf(outputs: Float32Array, labels: Uint32Array, classes: number): number[][] {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (const [i, label] of labels.entries()) {
    const row = matrix[label] as number[];
    const guess = argmax(outputs.subarray(i * classes, (i + 1) * classes));
    row[guess] = (row[guess] as number) + 1;
  }
  return matrix;
}

function confusionText(matrix: readonly (readonly number[])[], names: readonly string[] | undefined): string {
  const name = (i: number): string => names?.[i] ?? String(i);
  const short = (i: number): string => name(i).slice(0, 6);
  const head = ['', ...matrix.map((_, i) => short(i)), 'correct'];
  const rows = matrix.map((row, i) => {
    const sum = row.reduce((a, b) => a + b, 0);
    const right = sum === 0 ? '-' : percent((row[i] as number) / sum, 1);
    return [name(i), ...row.map((n) => (n === 0 ? '.' : String(n))), right];
  });
  return `rows: the class it is; columns: the class the network says\n${table([head, ...rows], [false, ...head.slice(1).map(() => true)])}`;
}

const at = (option: string) => ({ command: 'eval', option });

export const evaluate = command({
  name: 'eval',
  summary: 'test trained weights: loss, accuracy, confusion matrix',
  usage: `cnnc eval models/drawn.cnn --weights runs/drawn/drawn.safetensors
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
    set: setOption,
    device: deviceOption,
    json: { type: 'boolean', doc: 'print {loss, accuracy, count, confusion} instead' },
  },
  async run({ io, values, positionals: [file = ''] }) {
    const batchAsked = wholeNumber(at('batch'), values.batch, { max: 65_536 });
    const seedAsked = wholeNumber(at('seed'), values.seed, { min: 0, max: 2 ** 32 - 1 });
    const part = choice(at('split'), values.split, ['test', 'train', 'all'] as const) ?? 'test';
    const weightsFile = values.weights ?? refuse(optionMissing('weights', 'FILE', 'eval', 'the weights to test'));
    const read = await openModel(io, file, { set: settings('eval', values.set) });
    const config = trainConfig(read);
    const weights = await readWeights(io, weightsFile, read.compiled.plan);
    const spec = dataSpec(read, values.data, 'eval');
    const seed = seedAsked ?? metadataNumber(weights, 'seed') ?? config.seed;
    const batch = batchAsked ?? metadataNumber(weights, 'batch') ?? config.batch;
    // The same batch as in training gives the same sums to the last bit.
    const suited = compileSource(read.source, { ...read.options, batch: Math.min(Math.max(batch, 1), 65_536) });
    const { split } = await loadFor(io, suited.compiled.plan, spec, seed);
    const set = part === 'all' ? joined(split) : split[part];
    const opened = await openBackend(io, values.device, suited, ['infer', 'evaluate']);
    const { backend } = opened;
    try {
      backend.initialise(seed);
      backend.setParameters(weights.values);
      const data = upload(opened, set, part, spec);
      const mean = meanOf(await data.evaluate(io.signal));
      const outputs = await data.outputs(io.signal);
      if (io.signal?.aborted) return 130;
      const classes = outputs.length / set.count;
      const confusion = confusionOf(outputs, set.labels, classes);
      if (values.json) {
        const facts = { model: suited.compiled.plan.model, adapter: backend.name, data: spec, split: part };
        printJson(io, { ...mean, count: set.count, confusion, ...facts });
      } else {
        io.stdout(
          `${suited.compiled.plan.model} on ${grouped(set.count)} pictures (${spec}, ${part}): accuracy ${percent(mean.accuracy)}, loss ${lossText(mean.loss)}\n\n`,
        );
        io.stdout(confusionText(confusion, set.classNames ?? namesFor(spec, classes)));
      }
      return 0;
    } finally {
      backend.close();
    }
  },
});
