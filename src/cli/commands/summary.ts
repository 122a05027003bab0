// `cnnc summary`: the layers of a model, and what they cost.

import { targetNames } from '../../codegen/schedules.ts';
import { summarise, summaryText } from '../../summary.ts';
import { choice, command, setOption, settings, wholeNumber } from '../args.ts';
import { printJson } from '../io.ts';
import { limitOf, memoryLimitOption } from '../memory-limit.ts';
import { openModel } from '../model.ts';

export const summary = command({
  name: 'summary',
  summary: 'show layers, shapes, parameters, multiply-adds and memory',
  usage: 'cnnc summary models/mnist.cnn\ncnnc summary models/mnist.cnn --batch 1 --json',
  positionals: { name: 'FILE', doc: 'the model file', min: 1, max: 1 },
  options: {
    batch: { type: 'string', value: 'N', doc: 'pictures a step, for the sizes in memory' },
    target: {
      type: 'string',
      value: 'TARGET',
      doc: 'portable (unless given), cpu or gpu: what the kernels are for, for the sizes in memory',
    },
    'memory-limit': memoryLimitOption,
    set: setOption,
    json: { type: 'boolean', doc: 'print one JSON object instead' },
  },
  async run({ io, values, positionals: [file = ''] }) {
    const batch = wholeNumber({ command: 'summary', option: 'batch' }, values.batch, { max: 65_536 });
    const target = choice({ command: 'summary', option: 'target' }, values.target, targetNames);
    const set = settings('summary', values.set);
    const { compiled } = await openModel(io, file, {
      set,
      ...(target ? { target } : {}),
      ...limitOf('summary', values['memory-limit']),
      ...(batch === undefined ? {} : { batch }),
    });
    const facts = summarise(compiled);
    if (values.json) printJson(io, facts);
    else io.stdout(summaryText(facts));
    return 0;
  },
});
