// `cnnc verify`: every kernel of a model on this adapter against the reference, and every gradient against differences.
import * as say from '../../diagnostics/catalog/finite.ts';
import { command, realNumber, setOption, settings, wholeNumber } from '../args.ts';
import { deviceOption, openFor } from '../backend.ts';
import { targetOption } from '../device-target.ts';
import { duration } from '../format.ts';
import { printJson, report } from '../io.ts';
import { limitOf, memoryLimitOption } from '../memory-limit.ts';
import { openModel } from '../model.ts';
import { kernelChoice, kernelsText, tuneOption } from '../tune/apply.ts';
import { type GradientRow, referenceWork, verifyGradients } from '../verify/gradients.ts';
import { type KernelRow, verifyKernels } from '../verify/kernels.ts';
import { gradientTable, kernelTable } from '../verify/table.ts';

const at = (option: string) => ({ command: 'verify', option });
/** Multiply-adds a second of the reference on one core, roughly. */
const SPEED = 5e7;
/** Seconds from which on it is said how long the reference will take. */
const LONG = 90;
const KERNEL_TOLERANCE = 1e-5;
const GRADIENT_TOLERANCE = 1e-4;

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

export const verify = command({
  name: 'verify',
  summary: 'check each kernel and each gradient of a model against the reference',
  usage: `cnnc verify models/mnist.cnn
cnnc verify models/lenet5.cnn --device software --batch 1 --json`,
  positionals: { name: 'FILE', doc: 'the model file', min: 1, max: 1 },
  options: {
    batch: { type: 'string', value: 'N', doc: 'pictures a step: 3 unless given, as the reference is slow' },
    tolerance: {
      type: 'string',
      value: 'X',
      doc: `largest relative error of a kernel in the Euclidean norm; ${KERNEL_TOLERANCE} unless given`,
    },
    set: setOption,
    samples: {
      type: 'string',
      value: 'N',
      doc: 'elements of each parameter whose gradient is compared; 4 unless given',
    },
    seed: { type: 'string', value: 'N', doc: 'what weights, pictures and samples follow from; 1 unless given' },
    device: deviceOption,
    target: targetOption,
    tune: tuneOption,
    'memory-limit': memoryLimitOption,
    json: { type: 'boolean', doc: 'print {ok, kernels, gradients} instead' },
  },
  async run({ io, values, positionals: [file = ''] }) {
    // 1. What is asked for, and how long it will take.
    const batch = wholeNumber(at('batch'), values.batch, { max: 65_536 }) ?? 3;
    const tolerance = realNumber(at('tolerance'), values.tolerance, { min: 0, above: true }) ?? KERNEL_TOLERANCE;
    const samples = wholeNumber(at('samples'), values.samples, { max: 10_000 }) ?? 4;
    const seed = wholeNumber(at('seed'), values.seed, { min: 0, max: 2 ** 32 - 1 }) ?? 1;
    const kernelsAsked = kernelChoice('verify', values);
    const read = await openModel(io, file, {
      batch,
      set: settings('verify', values.set),
      ...limitOf('verify', values['memory-limit']),
    });
    const seconds = referenceWork(read.compiled, samples) / SPEED;
    if (seconds > LONG) report(io, [say.verifyTakesLong(file, duration(seconds), batch)]);
    // 2. Kernels, on a device.
    const found = await openFor(io, values.device, read, [], kernelsAsked);
    const kernels: KernelRow[] = [];
    if (found) {
      const { opened, model } = found;
      try {
        const rows = verifyKernels(opened.device, model.compiled.emitted, { seed, tolerance });
        for await (const row of rows) {
          if (io.signal?.aborted) return 130;
          kernels.push(row);
        }
      } finally {
        opened.close();
      }
    }
    // 3. Gradients, in double precision.
    const gradients: GradientRow[] = [];
    for (const row of verifyGradients(read.compiled, { seed, samples, tolerance: GRADIENT_TOLERANCE })) {
      gradients.push(row);
      await turn();
      if (io.signal?.aborted) return 130;
    }
    // 4. The judgement.
    const wrong = [...kernels, ...gradients].filter(({ ok }) => !ok).length;
    const adapter = found?.opened.adapter.name ?? null;
    const { target = 'portable', tuned } = found?.model.options ?? {};
    if (values.json) {
      const { model } = read.compiled.plan;
      printJson(io, {
        ok: wrong === 0,
        model,
        adapter,
        target,
        tuned: tuned?.size ?? 0,
        batch,
        seed,
        kernels,
        gradients,
      });
    } else {
      const counted = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
      if (found)
        io.stdout(`on ${adapter}, kernels for ${kernelsText(found.model)}, batch ${batch}\n${kernelTable(kernels)}\n`);
      if (gradients.length > 0) io.stdout(`${gradientTable(gradients)}\n`);
      const all = `${counted(kernels.length, 'kernel')} and ${counted(gradients.length, 'gradient')}`;
      io.stdout(wrong === 0 ? `${all}: all within tolerance\n` : `${all}: ${wrong} OUT OF TOLERANCE\n`);
    }
    return wrong === 0 ? 0 : 1;
  },
});
