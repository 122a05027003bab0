// A run from the event files of a folder: of cnnc, where epochs are known, or of others, where steps are.
import { basename, join, resolve } from 'node:path';
import * as say from '../../diagnostics/catalog/logs.ts';
import { refuse } from '../../diagnostics/index.ts';
import { type Scalar, scalarsOf } from '../../interop/tensorboard/read.ts';
import type { Io } from '../io.ts';
import { readEventFiles } from '../train/event-files.ts';
import type { RunLog } from './run.ts';

/** What the columns of a history are called here. */
const shorter: Readonly<Record<string, string>> = { learning_rate: 'lr' };
/** Of a run, not of its training or test. */
const common = ['learning_rate', 'images_per_second'];

/** `parts`: `train` and `validation`, or the folder itself (''). Refuses damaged files. */
export async function runOfEvents(io: Io, folder: string, parts: readonly string[]): Promise<RunLog> {
  const columns = new Map<string, readonly Scalar[]>();
  for (const part of parts) {
    const files = await readEventFiles(io, join(folder, part));
    const damaged = files.find((f) => f.damagedAt !== undefined);
    if (damaged)
      refuse(say.damagedRun(damaged.shown, `the checksum of the record at byte ${damaged.damagedAt} is wrong`));
    const front = { train: 'train_', validation: 'test_' }[part] ?? '';
    for (const [tag, values] of scalarsOf(files)) {
      if (tag === 'epoch' && front !== '') columns.set('epoch', values);
      else columns.set(common.includes(tag) ? (shorter[tag] ?? tag) : `${front}${tag}`, values);
    }
  }
  const epochs = columns.get('epoch');
  columns.delete('epoch');
  const epochAt = new Map(epochs?.map(({ step, value }) => [step, value]));
  const known = [...columns.values()].flatMap((values) => values.map(({ step }) => step));
  const steps = [...new Set(known)].sort((a, b) => a - b);
  const over = steps.length > 0 && steps.every((step) => epochAt.has(step)) ? 'epoch' : 'step';
  return {
    name: basename(resolve(io.cwd, folder)),
    file: folder,
    over,
    at: over === 'epoch' ? steps.map((step) => epochAt.get(step) as number) : steps,
    columns: new Map(
      [...columns].map(([name, values]) => {
        const at = new Map(values.map(({ step, value }) => [step, value]));
        return [name, steps.map((step) => at.get(step) ?? Number.NaN)];
      }),
    ),
  };
}
