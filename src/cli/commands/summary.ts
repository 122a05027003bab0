// `cnnc summary`: the layers of a model, and what they cost.

import { summarise, summaryText } from '../../summary.ts';
import { command, setOption, settings, wholeNumber } from '../args.ts';
import { printJson } from '../io.ts';
import { openModel } from '../model.ts';

export const summary = command({
  name: 'summary',
  summary: 'show layers, shapes, parameters, multiply-adds and memory',
  usage: 'cnnc summary models/mnist.cnn\ncnnc summary models/mnist.cnn --batch 1 --json',
  positionals: { name: 'FILE', doc: 'the model file', min: 1, max: 1 },
  options: {
    batch: { type: 'string', value: 'N', doc: 'pictures a step, for the sizes in memory' },
    set: setOption,
    json: { type: 'boolean', doc: 'print one JSON object instead' },
  },
  async run({ io, values, positionals: [file = ''] }) {
    const batch = wholeNumber({ command: 'summary', option: 'batch' }, values.batch, { max: 65_536 });
    const set = settings('summary', values.set);
    const { compiled } = await openModel(io, file, { set, ...(batch === undefined ? {} : { batch }) });
    const facts = summarise(compiled);
    if (values.json) printJson(io, facts);
    else io.stdout(summaryText(facts));
    return 0;
  },
});
