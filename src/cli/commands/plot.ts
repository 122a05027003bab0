// `cnnc plot`: the curves of one run or several over epochs, as SVG for a slide.
import { extname, resolve } from 'node:path';
import { onlySvg } from '../../diagnostics/catalog/logs.ts';
import { refuse } from '../../diagnostics/index.ts';
import { curvesSvg } from '../../graphics/index.ts';
import { command } from '../args.ts';
import { writeAtomic } from '../files.ts';
import { chartOf } from '../plot/chart.ts';
import { readRun } from '../plot/read.ts';
import type { RunLog } from '../plot/run.ts';

export const plot = command({
  name: 'plot',
  summary: 'draw the curves of trainings over epochs: accuracy, loss, several runs in one chart',
  usage: `cnnc plot runs/mnist -o curves.svg
cnnc plot runs/adam runs/sgd --metric loss --log -o losses.svg
cnnc plot 'with dropout=runs/a' without=runs/b --metric val_accuracy -o dropout.svg`,
  positionals: {
    name: 'RUN',
    doc: 'a folder of train -o or --tensorboard, its history.json, or a table of --csv; NAME=RUN names it in the chart',
    min: 1,
    max: 100,
  },
  options: {
    out: { type: 'string', short: 'o', value: 'FILE', doc: 'where to write, .svg; printed when not given, or -' },
    metric: {
      type: 'string',
      value: 'NAME',
      doc: 'what is drawn: accuracy (training and test) unless given, val_accuracy (the test alone), loss, lr, images_per_second ...',
    },
    log: { type: 'boolean', doc: 'a logarithmic scale' },
    title: {
      type: 'string',
      value: 'TEXT',
      doc: 'what stands above; the name of the run or of the metric unless given',
    },
  },
  async run({ io, values, positionals }) {
    const { out } = values;
    const printed = out === undefined || out === '-';
    if (!printed && extname(out).toLowerCase() !== '.svg') refuse(onlySvg(out));
    const runs: RunLog[] = [];
    for (const word of positionals) runs.push(await readRun(io, word));
    const drawn = curvesSvg(chartOf(runs, { metric: values.metric, log: values.log, title: values.title }));
    if (printed) io.stdout(drawn);
    else await writeAtomic(resolve(io.cwd, out), drawn, out);
    return 0;
  },
});
