// `cnnc train`: trains a model on pictures, tests it after each epoch, and keeps its weights.
import { resolve } from 'node:path';
import { Failure } from '../../diagnostics/index.ts';
import { command, realNumber, setOption, settings, wholeNumber } from '../args.ts';
import { deviceOption, openBackend } from '../backend.ts';
import { ownNames } from '../classes.ts';
import { dataSpec, loadFor, memoryOf, memoryOption, upload } from '../data.ts';
import { targetOption } from '../device-target.ts';
import { writeAtomic } from '../files.ts';
import { duration, grouped, lossText, metricText } from '../format.ts';
import { besideFile } from '../imports.ts';
import { type Io, printJson } from '../io.ts';
import { limitOf, limitText, memoryLimitOption } from '../memory-limit.ts';
import { openModel, parameterCount, trainConfig } from '../model.ts';
import { checkHyper } from '../sweep/names.ts';
import { openCached } from '../train/cached-base.ts';
import { checkpointsIn } from '../train/checkpoint.ts';
import { identityOf } from '../train/identity.ts';
import { epochJson, epochsCsv, type Kept, keep, prepareFolder } from '../train/keep.ts';
import { type Epoch, type Outcome, trainLoop } from '../train/loop.ts';
import { measured } from '../train/normalise.ts';
import { progressFor } from '../train/progress.ts';
import { goOn } from '../train/resume.ts';
import { sightOf } from '../train/sight.ts';
import { judgeEpochs } from '../train/stopping.ts';
import type { EventLog } from '../train/tensorboard.ts';
import { watchFor } from '../train/watch.ts';
import { kernelChoice, tuneOption } from '../tune/apply.ts';
import { readStart, startText } from '../weights.ts';

const at = (option: string) => ({ command: 'train', option });

/** The lines after a training. */
function conclusion(file: string, data: string, outcome: Outcome, kept: Kept | undefined, seconds: number): string {
  const { epochs, interrupted, stoppedEarly, best } = outcome;
  const ran = epochs[epochs.length - 1];
  const last = epochs.find((e) => e.epoch === kept?.epoch);
  if (!ran || !last || !kept) return 'interrupted before the first report: nothing is saved\n';
  const steps = `${grouped(ran.step)} steps in ${duration(seconds)}`;
  const { loss = 0, ...metrics } = last.test ?? {};
  const figures = [...Object.entries(metrics).map(([name, v]) => metricText(name, v)), `loss ${lossText(loss)}`];
  const score = last.test
    ? `test ${figures.join(', ')}, after ${last.epoch} ${last.epoch === 1 ? 'epoch' : 'epochs'} (${steps})`
    : `interrupted in epoch ${last.epoch} (${steps}): its weights are kept, and not tested`;
  const next = last.test ? [] : [`to test them: cnnc eval ${file} --weights ${kept.weights} --data ${data}`];
  const early = stoppedEarly
    ? [`stopped early after epoch ${ran.epoch}: the best was epoch ${best}, ${ran.epoch - (best ?? 0)} before`]
    : interrupted && last.test
      ? ['stopped early by Ctrl-C']
      : [];
  const restored = last === ran ? [] : [`the weights are those of epoch ${last.epoch}, the best of ${ran.epoch}`];
  const finished = epochs.filter((e) => e.test !== null).length;
  const on = interrupted && finished > 0 ? [`to go on after epoch ${finished}: the same command with --resume`] : [];
  return [
    score,
    ...early,
    ...restored,
    ...next,
    ...on,
    `weights  ${kept.weights}`,
    `history  ${kept.history}`,
    '',
  ].join('\n');
}

/** When the device is lost, the message also says what is on the disk. */
async function saying<T>(work: Promise<T>, kept: () => Kept | undefined): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    const saved = kept();
    const help = saved
      ? `${saved.weights} holds the weights after epoch ${saved.epoch}`
      : 'no epoch was finished, so no weights are saved';
    throw new Failure(
      error.diagnostics.map((d) => (d.code === 'E0603' ? { ...d, help: [...(d.help ?? []), help] } : d)),
    );
  }
}

const header = (io: Io, quiet: boolean, text: string): void => {
  if (!quiet) io.stderr(text);
};

export const train = command({
  name: 'train',
  summary: 'train a model, test it after each epoch, and keep its weights',
  usage: `cnnc train models/drawn.cnn
cnnc train models/mnist.cnn --data mnist:DIR --epochs 3 -o runs/mnist
cnnc train models/mnist.cnn --data mnist:DIR --epochs 3 -o runs/mnist --resume
cnnc train models/mnist.cnn --data mnist:DIR --tensorboard logs/mnist
cnnc train models/digits.cnn --lr 0.05 --seed 7 --json --quiet`,
  positionals: { name: 'FILE', doc: 'the model file, with a train section', min: 1, max: 1 },
  options: {
    data: {
      type: 'string',
      value: 'SPEC',
      doc: 'the pictures: drawn, mnist, fashion, digits, cifar10 (from `cnnc data get`, or in CNNC_DATA), or mnist:DIR, folder:DIR, npz:FILE, csv:FILE ...',
    },
    epochs: { type: 'string', value: 'N', doc: 'passes over the pictures' },
    batch: { type: 'string', value: 'N', doc: 'pictures a step' },
    seed: { type: 'string', value: 'N', doc: 'what all random numbers of the run follow from' },
    lr: { type: 'string', value: 'X', doc: 'learning rate; a schedule begins from it' },
    weights: { type: 'string', short: 'w', value: 'FILE', doc: 'weights to start from, as far as they fit' },
    hyper: {
      type: 'string',
      value: 'NAME=NUMBER',
      doc: 'sets a number of the optimizer, or l1 or l2 of all weights; may be given several times',
      many: true,
    },
    set: setOption,
    out: { type: 'string', short: 'o', value: 'DIR', doc: 'where weights and history go; runs/MODEL unless given' },
    device: deviceOption,
    target: targetOption,
    tune: tuneOption,
    'memory-limit': memoryLimitOption,
    'cache-base': {
      type: 'boolean',
      doc: 'run the frozen layers at the beginning of the model once over all pictures, and train what comes after on what they gave',
    },
    'data-memory': memoryOption,
    'check-nan': {
      type: 'boolean',
      doc: 'when a value is no number any more, say which layer, tensor and step it began with. Slower',
    },
    resume: {
      type: 'boolean',
      doc: 'go on from the last checkpoint in the folder of -o, as if the training had never stopped',
    },
    csv: { type: 'string', value: 'FILE', doc: 'write the numbers of each epoch to a table, a line an epoch' },
    tensorboard: {
      type: 'string',
      value: 'DIR',
      doc: 'write event files for TensorBoard: curves, histograms of weights and gradients, the graph, pictures',
    },
    live: { type: 'boolean', doc: 'draw a small curve in the terminal while it trains' },
    json: {
      type: 'boolean',
      doc: 'print the result as one JSON object on the last line, and before it, without --quiet, one for each epoch',
    },
    quiet: { type: 'boolean', doc: 'show no progress' },
  },
  async run({ io, values, positionals: [file = ''] }) {
    // 1. What is asked for, and whether it can be done.
    const batch = wholeNumber(at('batch'), values.batch, { max: 65_536 });
    const lr = realNumber(at('lr'), values.lr, { min: 0, above: true });
    const memory = memoryOf('train', values['data-memory']);
    const epochsAsked = wholeNumber(at('epochs'), values.epochs, { max: 1_000_000 });
    const seedAsked = wholeNumber(at('seed'), values.seed, { min: 0, max: 2 ** 32 - 1 });
    const hyper = { ...settings('train', values.hyper, 'hyper'), ...(lr === undefined ? {} : { lr }) };
    const read = await openModel(io, file, {
      set: settings('train', values.set),
      ...(batch === undefined ? {} : { batch }),
      hyper,
      ...limitOf('train', values['memory-limit']),
    });
    const kernels = { ...kernelChoice('train', values), quiet: values.quiet };
    const config = trainConfig(read);
    checkHyper(config, hyper);
    const spec = dataSpec(read, values.data, 'train');
    const [epochs, seed] = [epochsAsked ?? config.epochs, seedAsked ?? config.seed];
    const folder = values.out ?? `runs/${read.compiled.plan.model}`;
    const { startsFrom } = read.compiled;
    const startFile = values.weights ?? (startsFrom && besideFile(startsFrom.path, startsFrom.span.source));
    const place = values.weights === undefined ? startsFrom?.span : undefined;
    const start = startFile === undefined ? undefined : await readStart(io, startFile, read.compiled.plan, place);
    const { split } = await loadFor(io, read.compiled.plan, spec, seed);
    await prepareFolder(io, folder);
    const classes = values.tensorboard !== undefined && read.compiled.plan.labels?.dtype === 'u32';
    const programs = classes ? (['infer', 'evaluate', 'train'] as const) : (['evaluate', 'train'] as const);
    const cached = values['cache-base'] ? await openCached(io, values.device, read, programs, kernels) : undefined;
    const opened = cached ?? (await openBackend(io, values.device, read, programs, kernels));
    const { backend, model } = opened;
    const { plan } = model.compiled;
    // 2. Training.
    const began = performance.now();
    let kept: Kept | undefined;
    let logs: EventLog | undefined;
    const done: Epoch[] = [];
    try {
      const facts = {
        model: plan.model,
        data: spec,
        optimizer: config.optimizer.name,
        lr: plan.train?.lr ?? lr ?? 0,
        ...(config.schedule ? { schedule: config.schedule.name } : {}),
        batch: plan.batch,
        seed,
        ...ownNames(spec, split.train.classNames),
      };
      const identity = identityOf(model, facts, split, epochs);
      backend.initialise(seed);
      const resumed = values.resume
        ? await goOn(io, { folder, identity, plan, backend, facts, kernels: opened.kernels })
        : undefined;
      if (resumed) {
        kept = resumed.kept;
        done.push(...resumed.epochs);
      } else {
        if (start) backend.setParameters(start.values);
        backend.setParameters(measured(model.compiled, split.train, start?.values));
      }
      const [trainSet, testSet] = [upload(opened, split.train, spec, memory), upload(opened, split.test, spec, memory)];
      const parameters = parameterCount(plan);
      header(
        io,
        values.quiet,
        `${plan.model}: ${grouped(parameters)} parameters; ${spec}: ${grouped(trainSet.count)} pictures to train on, ${grouped(testSet.count)} to test on
${facts.optimizer}, learning rate ${facts.lr}${facts.schedule ? ` (${facts.schedule})` : ''}, batch ${plan.batch}, seed ${seed}; on ${backend.name}\n`,
      );
      if (values['memory-limit'] !== undefined) header(io, values.quiet, `${limitText(model.compiled)}\n`);
      if (resumed) header(io, values.quiet, `going on after epoch ${done.length} of ${epochs}\n`);
      else if (start) header(io, values.quiet, startText(start));
      if (cached) header(io, values.quiet, await cached.ready());
      const checkpoints = checkpointsIn(io.cwd, folder, identity, resumed?.epochs.length);
      const writeCsv = async (): Promise<void> => {
        if (values.csv !== undefined) await writeAtomic(resolve(io.cwd, values.csv), epochsCsv(done), values.csv);
      };
      await writeCsv(); // whether it can be written shows now
      const progress = await progressFor(
        io,
        { epochs, pictures: trainSet.count, scheduled: config.schedule !== undefined },
        values.quiet,
        values.live,
      );
      if (values.tensorboard !== undefined) {
        const { openEventLog } = await import('../train/tensorboard.ts');
        const seen = sightOf(opened, { train: trainSet, test: testSet, labels: split.test.labels, seed });
        logs = await openEventLog(progress.io, values.tensorboard, model.compiled, seen, done);
      }
      const loop = trainLoop({
        train: trainSet,
        test: testSet,
        epochs,
        seed,
        lr: facts.lr,
        earlyStopping: config.earlyStopping,
        signal: io.signal,
        done: kept && { epochs: [...done], kept: { file: kept.weights, epoch: kept.epoch } },
        watch: values['check-nan'] ? watchFor(backend, trainSet, plan) : undefined,
        onReport: progress.report,
        onEpoch: async (result, replace) => {
          progress.epoch(result);
          done.push(result);
          if (values.json && !values.quiet) printJson(progress.io, epochJson(result));
          // The checkpoint first: what a kill keeps from being written after it, --resume writes.
          if (result.test) {
            const { sha256 = '', epoch = 0 } = kept ?? {};
            const tensors = await backend.state();
            await checkpoints.save({
              tensors,
              epochs: done,
              kept: kept ? { sha256, epoch } : null,
              adapter: backend.name,
              kernels: opened.kernels,
            });
            if (judgeEpochs(config.earlyStopping, done).best === result.epoch) await checkpoints.best();
          }
          await writeCsv();
          kept = await keep(io, folder, plan, backend, facts, done, replace ? undefined : kept);
          await logs?.epoch(result);
          return kept.weights;
        },
      });
      const outcome = await saying(loop, () => kept).finally(progress.stop);
      // 3. The result.
      const seconds = (performance.now() - began) / 1000;
      const text = conclusion(file, spec, outcome, kept, seconds);
      if (!values.json) io.stdout(text);
      else header(io, values.quiet, text);
      if (values.json)
        printJson(io, {
          ...resultJson(plan.model, backend.name, outcome, kept, seconds, facts),
          resumed_after: resumed?.epochs.length ?? null,
        });
      return 0;
    } finally {
      await logs?.close();
      backend.close();
    }
  },
});

function resultJson(
  model: string,
  adapter: string,
  { epochs, interrupted, stoppedEarly, best }: Outcome,
  kept: Kept | undefined,
  seconds: number,
  facts: object,
): Record<string, unknown> {
  const ran = epochs[epochs.length - 1];
  const last = epochs.find((e) => e.epoch === kept?.epoch);
  const pictures = epochs.reduce((n, e) => n + e.pictures, 0);
  const training = epochs.reduce((n, e) => n + e.seconds, 0);
  return {
    ...facts,
    model,
    adapter,
    epochs: epochs.filter((e) => e.test !== null).length,
    steps: ran?.step ?? 0,
    train: last?.train ?? null,
    test: last?.test ?? null,
    images_per_second: Number((pictures / Math.max(training, 1e-9)).toFixed(1)),
    seconds: Number(seconds.toFixed(3)),
    weights: kept?.weights ?? null,
    weights_sha256: kept?.sha256 ?? null,
    history: kept?.history ?? null,
    interrupted,
    stopped_early: stoppedEarly,
    best_epoch: best ?? null,
  };
}
