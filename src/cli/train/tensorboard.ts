// --tensorboard: what TensorBoard shows of a training, written after each epoch. Curves of training and of tests lie in runs of
// their own, `train` and `validation`, so that they share their charts.
import { join } from 'node:path';
import { logsStopped } from '../../diagnostics/catalog/logs.ts';
import { Failure } from '../../diagnostics/index.ts';
import { graph, histograms, image, type Moment, opening, scalars } from '../../interop/tensorboard/events.ts';
import { graphDef, scoped } from '../../interop/tensorboard/graph.ts';
import { confusionPng, kernelsPng } from '../../interop/tensorboard/pictures.ts';
import { scalarsOf } from '../../interop/tensorboard/read.ts';
import { type Io, report } from '../io.ts';
import type { CompiledModel } from '../model.ts';
import { version } from '../version.ts';
import { createEventFile, readEventFiles } from './event-files.ts';
import { epochJson, prepareFolder } from './keep.ts';
import type { Epoch } from './loop.ts';
import type { Sight } from './sight.ts';

export interface EventLog {
  /** Writes an epoch; says so once (W0540) when it cannot, and then writes nothing any more. */
  epoch(e: Epoch): Promise<void>;
  close(): Promise<void>;
}

const WRITER = `cnnc ${version}`;

/** The first parameter that is a kernel over a picture: height x width x channels x filters. */
function firstKernels({ plan }: CompiledModel): { name: string; shape: readonly number[] } | undefined {
  const first = plan.parameters.find((p) => p.shape.length > 1);
  return first?.shape.length === 4 && ((first.shape[0] ?? 0) > 1 || (first.shape[1] ?? 0) > 1) ? first : undefined;
}

/**
 * Opens new event files in `folder`. `done`: epochs of the run that a training goes on from; those that the files there lack are
 * written, and what the files say of later steps is taken back. What another training left there is taken back whole.
 */
export async function openEventLog(
  io: Io,
  folder: string,
  compiled: CompiledModel,
  sight: Sight,
  done: readonly Epoch[],
): Promise<EventLog> {
  const [trainFolder, testFolder] = [join(folder, 'train'), join(folder, 'validation')];
  await prepareFolder(io, trainFolder);
  await prepareFolder(io, testFolder);
  // 1. What is there already.
  const files = done.length > 0 ? await readEventFiles(io, trainFolder) : [];
  const there = scalarsOf(files);
  const drawn = files.some((f) => f.events.some((e) => e.what.case === 'graphDef'));
  const steps = new Set(there.get('loss')?.map((s) => s.step));
  const firstMissing = done.findIndex((e) => !steps.has(e.step));
  const missing = firstMissing === -1 ? [] : done.slice(firstMissing);
  const startStep = missing[0]?.step ?? (done[done.length - 1]?.step ?? -1) + 1;
  // 2. The beginning.
  const now = (step: number): Moment => ({ seconds: Date.now() / 1000, step });
  const start = now(startStep);
  const train = await createEventFile(io, trainFolder, start.seconds);
  const test = await createEventFile(io, testFolder, start.seconds);
  await test.append(opening(start, WRITER));
  await train.append([...opening(start, WRITER), ...(drawn ? [] : graph(start, graphDef(compiled.layers)))]);
  // 3. An epoch.
  /** The test first, and the loss of the training last: when it is there, all of the epoch is. */
  const write = async (e: Epoch, whole: boolean, gradients: boolean): Promise<void> => {
    const moment = now(e.step);
    const { images_per_second } = epochJson(e);
    const matrix = whole && e.test ? await sight.confusion() : undefined;
    await test.append([
      ...(matrix ? image(moment, 'confusion_matrix', await confusionPng(matrix)) : []),
      ...(e.test ? scalars(moment, e.test) : []),
    ]);
    const records: Uint8Array[] = [];
    if (whole) {
      const values = await sight.parameters();
      const named = (kind: string, given: ReadonlyMap<string, ArrayLike<number>>) =>
        [...given].map(([name, v]) => [`${kind}/${scoped(name)}`, v] as const);
      records.push(...histograms(moment, named('weights', values)));
      if (gradients) records.push(...histograms(moment, named('gradients', await sight.gradients(e))));
      const kernels = firstKernels(compiled);
      if (kernels)
        records.push(
          ...image(
            moment,
            `kernels/${scoped(kernels.name)}`,
            await kernelsPng(values.get(kernels.name) ?? [], kernels.shape),
          ),
        );
    }
    const { loss, ...metrics } = e.train;
    const speed = { learning_rate: e.lr, epoch: e.epoch, images_per_second: Number(images_per_second) };
    await train.append([...records, ...scalars(moment, { ...metrics, ...speed, loss })]);
  };
  for (const e of missing) await write(e, e === done[done.length - 1], false);
  let stopped = false;
  return {
    async epoch(e) {
      if (stopped) return;
      try {
        await write(e, e.test !== null, true);
      } catch (error) {
        // Trouble with the device (E0603) is not of the log.
        if (!(error instanceof Failure) || error.diagnostics.some((d) => !d.code.startsWith('E04'))) throw error;
        stopped = true;
        const [trouble] = error.diagnostics;
        report(io, [logsStopped(trouble?.file ?? folder, trouble?.message ?? '', e.epoch)]);
      }
    },
    async close() {
      await train.close();
      await test.close();
    },
  };
}
