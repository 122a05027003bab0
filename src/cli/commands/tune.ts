// `cnnc tune`: measures how the kernels of a model run best on this adapter, and keeps what beats the rules in a file.

import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { scheduleText } from '../../codegen/schedules.ts';
import * as say from '../../diagnostics/catalog/tune.ts';
import { refuse } from '../../diagnostics/index.ts';
import type { Family } from '../../schedule/index.ts';
import { choice, command, realNumber, setOption, settings, wholeNumber } from '../args.ts';
import { deviceOption, openFor } from '../backend.ts';
import { remedyHere } from '../device.ts';
import { targetOption, targetWord } from '../device-target.ts';
import { readText, writeAtomic } from '../files.ts';
import { duration } from '../format.ts';
import { type Io, printJson, report } from '../io.ts';
import { openModel, trainConfig } from '../model.ts';
import { besideModel } from '../tune/apply.ts';
import { identityOf, readTune, recordOf, TUNE_FILE, type TuneRecord, tuneText, withRecord } from '../tune/file.ts';
import { type Found, search } from '../tune/search.ts';
import { foundLine, tuneTable } from '../tune/table.ts';
import { tunable, worksOf } from '../tune/works.ts';

const at = (option: string) => ({ command: 'tune', option });
/** Dawn rounds timestamps to 65 microseconds unless told otherwise. */
const EXACT = ['-timestamp_quantization'];

/** The records of a file; none where there is none yet. */
async function recordsIn(io: Io, shown: string): Promise<TuneRecord[]> {
  const path = resolve(io.cwd, shown);
  return (await stat(path).catch(() => undefined)) ? readTune(await readText(path, shown), shown) : [];
}

export const tune = command({
  name: 'tune',
  summary: 'measure which schedules of the kernels are fastest on this adapter, and keep them in a file',
  usage: `cnnc tune models/mnist.cnn
cnnc tune models/mnist.cnn --seconds 300 --program train
cnnc tune models/mnist.cnn --family window,pointwise
cnnc tune models/mnist.cnn --batch 1 --program infer`,
  positionals: { name: 'FILE', doc: 'the model file', min: 1, max: 1 },
  options: {
    seconds: { type: 'string', value: 'S', doc: 'when to stop, the costliest kernels first; 60 unless given' },
    batch: { type: 'string', value: 'N', doc: "pictures a step; the train section's, or 32, unless given" },
    family: {
      type: 'string',
      value: 'NAMES',
      doc: `only kernels of these families, with commas between: ${tunable.join(', ')}`,
    },
    program: { type: 'string', value: 'NAME', doc: 'train or infer; both unless given' },
    set: setOption,
    out: {
      type: 'string',
      short: 'o',
      value: 'FILE',
      doc: `the file to write; ${TUNE_FILE} beside the model unless given. What it holds of other adapters and kernels stays`,
    },
    device: deviceOption,
    target: targetOption,
    json: { type: 'boolean', doc: 'print {model, adapter, target, batch, file, kernels} instead' },
  },
  async run({ io, values, positionals: [file = ''] }) {
    // 1. What is asked for, and what there is already.
    const seconds = realNumber(at('seconds'), values.seconds, { min: 0, above: true, max: 86_400 }) ?? 60;
    const batch = wholeNumber(at('batch'), values.batch, { max: 65_536 });
    const asked = choice(at('program'), values.program, ['train', 'infer'] as const);
    const target = targetWord('tune', values.target);
    const families = values.family?.split(',').map((name) => choice(at('family'), name.trim(), tunable) as Family);
    const read = await openModel(io, file, {
      set: settings('tune', values.set),
      ...(batch === undefined ? {} : { batch }),
    });
    if (asked === 'train') trainConfig(read);
    const programs = (['train', 'infer'] as const).filter(
      (p) => (asked ?? p) === p && read.compiled.plan.programs[p].length > 0,
    );
    const works = worksOf(read.compiled.emitted, programs, 'portable');
    if (!works.some((w) => families?.includes(w.family) ?? true))
      refuse(say.nothingToTune(file, families ?? tunable, new Set(works.map((w) => w.family))));
    const shown = values.out ?? besideModel(read);
    let records = await recordsIn(io, shown);
    if (values.device === 'reference')
      refuse(say.tuneNeedsAdapter(['leave --device out to take the best adapter there is']));
    const quiet = { ...io, stderr: () => undefined };
    const found = await openFor(quiet, values.device, read, EXACT, { target, tune: 'none' });
    if (!found) return refuse(say.tuneNeedsAdapter(remedyHere()));
    const { opened, model } = found;
    try {
      // 2. The search. Each better schedule is written at once, so that nothing found is lost.
      const { emitted, plan } = model.compiled;
      const record = {
        adapter: identityOf(opened.adapter),
        target: model.options.target ?? ('portable' as const),
      };
      const kernels = new Map(recordOf(records, record.adapter, record.target));
      let changed = false;
      const keep = async ({ better, key, schedule, us, rule_us }: Found): Promise<void> => {
        if (!better && !kernels.has(key)) return;
        if (better) kernels.set(key, { schedule, us, ruleUs: rule_us });
        else kernels.delete(key);
        changed = true;
        records = withRecord(records, { ...record, kernels });
        await writeAtomic(resolve(io.cwd, shown), tuneText(records), shown);
      };
      const clear = io.isTTY ? '\r\x1b[K' : '';
      const began = performance.now();
      const status = (text: string): void => {
        const spent = `${duration((performance.now() - began) / 1000)} of ${duration(seconds)}`;
        io.stderr(`${clear}${spent}  ${text}`.slice(0, io.columns + clear.length - 1));
      };
      io.stderr(
        `${plan.model}, batch ${plan.batch}, ${programs.join(' and ')}, kernels for ${record.target}; on ${opened.adapter.name}\n`,
      );
      const searched = await search(opened, emitted, record.target, {
        programs,
        families,
        seconds,
        seed: 1,
        signal: io.signal,
        known: new Map([...kernels].map(([key, { schedule }]) => [key, schedule])),
        ...(io.isTTY ? { onStatus: status } : {}),
        onDrop: (kernel, schedule, reason) => {
          io.stderr(clear);
          report(io, [say.scheduleDropped(kernel, scheduleText(schedule), reason)]);
        },
        onFound: async (one) => {
          await keep(one);
          io.stderr(`${clear}${foundLine(one)}`);
        },
      });
      io.stderr(clear);
      // 3. The result.
      const better = searched.found.filter((f) => f.better).length;
      const interrupted = io.signal?.aborted === true;
      if (values.json) {
        const { found: all, clock, kernels: count, small } = searched;
        printJson(io, {
          model: plan.model,
          adapter: opened.adapter.name,
          target: record.target,
          batch: plan.batch,
          file: changed ? shown : null,
          clock,
          measurable: count,
          small,
          interrupted,
          kernels: all.map((f) => ({ ...f, rule: scheduleText(f.rule), schedule: scheduleText(f.schedule) })),
        });
        return 0;
      }
      io.stdout(tuneTable(searched));
      if (interrupted) io.stdout('stopped by Ctrl-C: what was found by then is kept\n');
      const counted = `${better} of ${searched.found.length} kernels ${better === 1 ? 'is' : 'are'} faster than by the rules`;
      io.stdout(changed ? `${counted}: ${shown}\n` : `${counted}; nothing to write\n`);
      return 0;
    } finally {
      opened.close();
    }
  },
});
