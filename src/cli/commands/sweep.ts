// `cnnc sweep`: trains a model at every point of a grid, on pipelines that are made once, and draws the heat map.
import { extname, join, resolve } from 'node:path';
import * as say from '../../diagnostics/catalog/sweep.ts';
import { optionMissing } from '../../diagnostics/catalog/usage.ts';
import { refuse } from '../../diagnostics/index.ts';
import { command, realNumber, setOption, settings, wholeNumber } from '../args.ts';
import { deviceOption, kernelsOfPlans } from '../backend.ts';
import { dataSpec, loadFor, memoryOf, memoryOption } from '../data.ts';
import { targetOption } from '../device-target.ts';
import { writeAtomic } from '../files.ts';
import { duration } from '../format.ts';
import { printJson } from '../io.ts';
import { openModel, trainConfig } from '../model.ts';
import { sweepSvg } from '../sweep/chart.ts';
import { type Axis, gridPoints, parseGrid, randomPoints } from '../sweep/grid.ts';
import { identityOfSweep } from '../sweep/identity.ts';
import { checkAxes, checkHyper, jobOf, wholeNames } from '../sweep/names.ts';
import { progressOf } from '../sweep/progress.ts';
import { openTable, runKey } from '../sweep/record.ts';
import { resultJson, resultsOf, resultsText, rowsCsv } from '../sweep/results.ts';
import { jobsFor, runJobs } from '../sweep/run.ts';
import { prepareFolder } from '../train/keep.ts';
import { kernelChoice, tuneOption } from '../tune/apply.ts';

const at = (option: string) => ({ command: 'sweep', option });
const MOST_RUNS = 100_000;

/** Those of `--axes`, or the first two. */
function drawnAxes(axes: readonly Axis[], asked: string | undefined): readonly Axis[] {
  if (asked === undefined) return axes.slice(0, 2);
  const found = asked.split(',').flatMap((name) => axes.filter((a) => a.name === name.trim()));
  const count = asked.split(',').length;
  const good = found.length === count && new Set(found).size === count && count <= 2;
  return good
    ? found
    : refuse(
        say.badAxes(
          asked,
          axes.map((a) => a.name),
        ),
      );
}

export const sweep = command({
  name: 'sweep',
  summary: 'train a model at every point of a grid, and draw the heat map',
  usage: `cnnc sweep models/digits.cnn --grid lr=1e-5..10:7log --grid l2=1e-5..10:7log -o runs/sweep
cnnc sweep models/digits.cnn --grid lr=1e-3..1:log --grid momentum=0,0.9 --random 20 --epochs 10
cnnc sweep models/drawn.cnn --grid batch=16,32,64 --seeds 3`,
  positionals: { name: 'FILE', doc: 'the model file, with a train section', min: 1, max: 1 },
  options: {
    grid: {
      type: 'string',
      value: 'NAME=VALUES',
      many: true,
      doc: 'what is swept: NAME=FROM..TO:COUNTlog, NAME=FROM..TO:COUNTlin or NAME=A,B,C. Names are lr, batch, epochs, seed, numbers of the optimizer, l1 and l2 (for all weights), and parameters of the model',
    },
    random: { type: 'string', value: 'N', doc: 'N points at random in the ranges, in place of the grid' },
    seeds: {
      type: 'string',
      value: 'N',
      doc: 'trainings of each point, with one seed after the other; 1 unless given',
    },
    jobs: {
      type: 'string',
      value: 'N',
      doc: 'trainings at a time; unless given, one, or one more than cores where the processor computes',
    },
    data: { type: 'string', value: 'SPEC', doc: 'the pictures, as train takes them' },
    epochs: { type: 'string', value: 'N', doc: 'passes over the pictures' },
    batch: { type: 'string', value: 'N', doc: 'pictures a step' },
    seed: { type: 'string', value: 'N', doc: 'what all random numbers follow from' },
    lr: { type: 'string', value: 'X', doc: 'learning rate, where it is not swept' },
    hyper: {
      type: 'string',
      value: 'NAME=NUMBER',
      doc: 'sets a number of the optimizer, or l1 or l2 of all weights; may be given several times',
      many: true,
    },
    set: setOption,
    out: {
      type: 'string',
      short: 'o',
      value: 'DIR',
      doc: 'where the table and the picture go; runs/MODEL-sweep unless given',
    },
    heatmap: {
      type: 'string',
      value: 'FILE',
      doc: 'where the picture goes, .svg; heatmap.svg in the folder unless given',
    },
    axes: {
      type: 'string',
      value: 'A,B',
      doc: 'which two names are drawn (rows, columns), where more are swept; the first two unless given',
    },
    device: deviceOption,
    target: targetOption,
    tune: tuneOption,
    'data-memory': memoryOption,
    json: { type: 'boolean', doc: 'print the results as one JSON object on the last line' },
    quiet: { type: 'boolean', doc: 'show no progress' },
  },
  async run({ io, values, positionals: [file = ''] }) {
    // 1. What is asked for, and whether it can be done.
    if (values.grid.length === 0)
      refuse(optionMissing('grid', 'NAME=VALUES', 'sweep', 'it says what is swept, such as lr=1e-3,1e-2,1e-1'));
    const random = wholeNumber(at('random'), values.random, { max: MOST_RUNS });
    const axes = values.grid.map((spec) => parseGrid(spec, random !== undefined));
    const drawn = drawnAxes(axes, values.axes);
    if (values.heatmap !== undefined && extname(values.heatmap).toLowerCase() !== '.svg')
      refuse(say.onlyHeatMapSvg(values.heatmap));
    const seeds = wholeNumber(at('seeds'), values.seeds, { max: 1000 }) ?? 1;
    const jobsAsked = wholeNumber(at('jobs'), values.jobs, { max: 64 });
    const batch = wholeNumber(at('batch'), values.batch, { max: 65_536 });
    const lr = realNumber(at('lr'), values.lr, { min: 0, above: true });
    const kernels = { ...kernelChoice('sweep', values), quiet: values.quiet };
    const memory = memoryOf('sweep', values['data-memory']);
    const epochsAsked = wholeNumber(at('epochs'), values.epochs, { max: 1_000_000 });
    const seedAsked = wholeNumber(at('seed'), values.seed, { min: 0, max: 2 ** 32 - 1 });
    const hyper = { ...settings('sweep', values.hyper, 'hyper'), ...(lr === undefined ? {} : { lr }) };
    const base = { set: settings('sweep', values.set), hyper, ...(batch === undefined ? {} : { batch }) };
    const model = await openModel(io, file, base);
    const config = trainConfig(model);
    checkHyper(config, hyper);
    checkAxes(model, config, axes);
    const [epochs, seed] = [epochsAsked ?? config.epochs, seedAsked ?? config.seed];
    const runs = (random ?? axes.reduce((n, a) => n * a.values.length, 1)) * seeds;
    if (runs > MOST_RUNS) {
      const factors = [...(random === undefined ? axes.map((a) => a.values.length) : [random]), seeds];
      refuse(say.tooManyRuns(factors.join(' x '), runs, MOST_RUNS));
    }
    const points =
      random === undefined ? gridPoints(axes) : randomPoints(axes, random, seed, wholeNames(model, config));
    const swept = new Set(axes.map((a) => a.name));
    const all = points.flatMap((point) =>
      Array.from({ length: seeds }, (_, i) =>
        jobOf(point, config, model.options, { seed: swept.has('seed') ? i : seed + i, epochs }),
      ),
    );
    const spec = dataSpec(model, values.data, 'sweep');
    const { split } = await loadFor(io, model.compiled.plan, spec, seed);
    const folder = values.out ?? `runs/${model.compiled.plan.model}-sweep`;
    await prepareFolder(io, folder);
    const identity = identityOfSweep(model, split, {
      data: spec,
      grid: values.grid.join(' '),
      random: random === undefined ? 'none' : String(random),
      epochs,
      seed,
      seeds,
    });
    const keys = all.map((job) => runKey(job.point, job.seed));
    const plans = [...new Map(all.map((job) => [job.key, job.options])).values()];
    const table = await openTable(io, folder, identity, keys, () =>
      kernelsOfPlans(io, values.device, model, plans, kernels),
    );
    // 2. Training what is not there yet.
    const there = new Set(table.rows.map((row) => runKey(row.point, row.seed)));
    const left = all.filter((job) => !there.has(runKey(job.point, job.seed)));
    const began = performance.now();
    const [metric = 'loss'] = config.metrics;
    const progress = progressOf(io, { total: all.length, done: all.length - left.length, metric, quiet: values.quiet });
    const jobs = jobsAsked ?? (await jobsFor(values.device));
    let sessions = 0;
    await runJobs(
      {
        io,
        model,
        data: values.data,
        device: values.device,
        kernels,
        memory,
        jobs,
        table,
        onRow: progress.row,
        onSession: () => {
          sessions++;
        },
      },
      left,
    );
    // 3. The results, in the order of the grid and best first.
    const order = new Map(keys.map((key, i) => [key, i]));
    const rows = [...table.rows].sort(
      (a, b) => (order.get(runKey(a.point, a.seed)) ?? 0) - (order.get(runKey(b.point, b.seed)) ?? 0),
    );
    const results = resultsOf(rows, metric);
    const interrupted = rows.length < all.length;
    const csv = join(folder, 'sweep.csv');
    await writeAtomic(resolve(io.cwd, csv), rowsCsv(rows, axes), csv);
    const hidden = axes.filter((a) => !drawn.includes(a)).map((a) => a.name);
    const svg = sweepSvg(results, {
      model: model.compiled.plan.model,
      metric,
      axes: drawn,
      hidden,
      random: random !== undefined,
      epochs: `${swept.has('epochs') ? 'swept' : epochs} epochs${interrupted ? `, ${rows.length} of ${all.length} trainings` : ''}`,
    });
    const heatmap = values.heatmap ?? join(folder, 'heatmap.svg');
    if (svg !== undefined) await writeAtomic(resolve(io.cwd, heatmap), svg, heatmap);
    const diverged = rows.filter((row) => row.diverged !== null).length;
    const note =
      hidden.length > 0
        ? [`drawn   ${drawn.map((a) => a.name).join(', ')}: the best over ${hidden.join(', ')}; --axes chooses others`]
        : [];
    const text = [
      resultsText(results, axes, metric).trimEnd(),
      `${rows.length} of ${all.length} trainings, ${diverged} of them diverged (${left.length > 0 ? `${duration((performance.now() - began) / 1000)} for ${rows.length - (all.length - left.length)}` : 'all were there'})`,
      ...(interrupted ? ['to go on: the same command again'] : []),
      `table   ${csv}`,
      ...(svg === undefined ? [] : [`picture ${heatmap}`]),
      ...note,
      '',
    ].join('\n');
    if (!values.json) io.stdout(text);
    else
      printJson(io, {
        model: model.compiled.plan.model,
        data: spec,
        metric,
        trainings: all.length,
        done: rows.length,
        diverged,
        sessions,
        interrupted,
        results: results.map(resultJson),
        table: csv,
        picture: svg === undefined ? null : heatmap,
      });
    return 0;
  },
});
