// `cnnc bench`: how fast a model trains and infers on this adapter, kernel by kernel, against what the adapter can do.
import { availableParallelism, loadavg } from 'node:os';
import { resolve } from 'node:path';
import { benchNeedsAdapter } from '../../diagnostics/catalog/bench.ts';
import { refuse } from '../../diagnostics/index.ts';
import { command, realNumber, setOption, settings, wholeNumber } from '../args.ts';
import { deviceOption, openFor } from '../backend.ts';
import { measure } from '../bench/measure.ts';
import { benchText } from '../bench/table.ts';
import { traceOf } from '../bench/trace-file.ts';
import { remedyHere } from '../device.ts';
import { targetOption } from '../device-target.ts';
import { writeAtomic } from '../files.ts';
import { printJson } from '../io.ts';
import { limitOf, memoryLimitOption } from '../memory-limit.ts';
import { openModel } from '../model.ts';
import { kernelChoice, kernelsText, tuneOption } from '../tune/apply.ts';

const at = (option: string) => ({ command: 'bench', option });
/** Dawn rounds timestamps to 65 microseconds unless told otherwise. */
const EXACT = ['-timestamp_quantization'];

export const bench = command({
  name: 'bench',
  summary: 'measure a model on this adapter: images/s, and each kernel against the ceilings',
  usage: `cnnc bench models/mnist.cnn
cnnc bench models/digits.cnn --seconds 4 --json
cnnc bench models/lenet5.cnn --batch 256 --trace step.json`,
  positionals: { name: 'FILE', doc: 'the model file', min: 1, max: 1 },
  options: {
    batch: { type: 'string', value: 'N', doc: "pictures a step; the train section's, or 32, unless given" },
    seconds: {
      type: 'string',
      value: 'S',
      doc: 'about how long to measure; 10 unless given. Each thing is measured three times at least',
    },
    set: setOption,
    seed: { type: 'string', value: 'N', doc: 'what weights and pictures follow from; 1 unless given' },
    device: deviceOption,
    target: targetOption,
    tune: tuneOption,
    'memory-limit': memoryLimitOption,
    trace: { type: 'string', value: 'OUT', doc: 'write one step as a trace that Perfetto (ui.perfetto.dev) opens' },
    json: { type: 'boolean', doc: 'print {model, adapter, ceilings, programs, memory} instead' },
  },
  async run({ io, values, positionals: [file = ''] }) {
    const batch = wholeNumber(at('batch'), values.batch, { max: 65_536 });
    const seconds = realNumber(at('seconds'), values.seconds, { min: 0, above: true, max: 3600 }) ?? 10;
    const seed = wholeNumber(at('seed'), values.seed, { min: 0, max: 2 ** 32 - 1 }) ?? 1;
    const set = settings('bench', values.set);
    const kernels = kernelChoice('bench', values);
    const read = await openModel(io, file, {
      set,
      ...limitOf('bench', values['memory-limit']),
      ...(batch === undefined ? {} : { batch }),
    });
    if (values.device === 'reference')
      refuse(benchNeedsAdapter(['leave --device out to take the best adapter there is']));
    // What would compute without an adapter is not said: nothing does here.
    const found = await openFor({ ...io, stderr: () => undefined }, values.device, read, EXACT, kernels);
    if (!found) return refuse(benchNeedsAdapter(remedyHere()));
    const { opened, model } = found;
    try {
      const { emitted, plan } = model.compiled;
      const busy = (loadavg()[0] ?? 0) / availableParallelism();
      const measured = await measure(opened, emitted, {
        seconds,
        seed,
        ...(io.signal ? { signal: io.signal } : {}),
        ...(io.isTTY ? { onPart: (what: string) => io.stderr(`\r\x1b[Kmeasuring ${what} ...`) } : {}),
      });
      if (io.isTTY) io.stderr('\r\x1b[K');
      if (!measured) return 130;
      const adapter = opened.adapter.name;
      const { target = 'portable', tuned } = model.options;
      const [first] = measured.programs;
      if (values.trace !== undefined && first) {
        const trace = `${JSON.stringify({ displayTimeUnit: 'ms', ...traceOf(emitted, first, adapter) }, null, 1)}\n`;
        await writeAtomic(resolve(io.cwd, values.trace), trace, values.trace);
      }
      if (values.json) {
        const { ceilings, programs, ...memory } = measured;
        const listed = programs.map(({ step: _, ...p }) => p);
        printJson(io, {
          model: plan.model,
          adapter,
          target,
          tuned: tuned?.size ?? 0,
          batch: plan.batch,
          seed,
          load: busy,
          ceilings,
          programs: listed,
          memory,
        });
      } else {
        const about = `${plan.model}, batch ${plan.batch}, on ${adapter}, kernels for ${kernelsText(model)}; load of the machine before: ${busy.toFixed(2)} a core`;
        io.stdout(benchText(about, measured));
        if (values.trace !== undefined) io.stdout(`\none step, for Perfetto: ${values.trace}\n`);
      }
      return 0;
    } finally {
      opened.close();
    }
  },
});
