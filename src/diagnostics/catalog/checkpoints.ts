// Messages about checkpoints of a training: E0510 to E0513, and notes.
import { entry } from '../entry.ts';

/** What to do instead: `offer` names another checkpoint that is whole and fits. */
const ways = (offer: string | undefined): string[] => [
  offer ?? 'no other checkpoint in the folder is whole and fits',
  'without --resume the training starts again and replaces the checkpoints',
];

export const checkpointDamaged = entry('E0510', (file: string, reason: string, offer: string | undefined) => ({
  message: `the checkpoint is damaged: ${reason}`,
  file,
  help: ways(offer),
}));

/** `differences`: what the checkpoint has and what is asked for, a line each. */
export const checkpointForeign = entry(
  'E0511',
  (file: string, differences: readonly string[], offer: string | undefined) => ({
    message: `the checkpoint is of another training: ${differences.length === 1 ? 'one thing differs' : `${differences.length} things differ`}`,
    file,
    help: [
      differences.join('\n'),
      'to go on bit for bit, give what the training was started with; another -o starts another training',
      ...(offer === undefined ? [] : [offer]),
    ],
  }),
);

export const notACheckpoint = entry('E0512', (file: string, reason: string, offer: string | undefined) => ({
  message: `this is no checkpoint that can be gone on from: ${reason}`,
  file,
  help: ways(offer),
}));

/** Where there is no checkpoint yet: the beginning is where the training was. */
export const noCheckpoint = entry('N0510', (folder: string) => ({
  message: 'there is no checkpoint yet: the training starts at its beginning',
  file: folder,
  help: ['checkpoints are written after each epoch; -o names the folder they are in'],
}));

export const otherAdapter = entry('N0511', (file: string, was: string, is: string) => ({
  message: `the checkpoint was made on ${was}, and the training goes on on ${is}`,
  file,
  help: ['the result is as good, but only on one adapter are bits the same; --device chooses it'],
}));
