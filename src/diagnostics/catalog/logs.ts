// Messages about logs of a training and curves drawn of them: E0540 to E0547, and notes.
import { entry } from '../entry.ts';

/** `reason`: what the system answered, in words. */
export const logsStopped = entry('W0540', (file: string, reason: string, epoch: number) => ({
  message: `the event files stop after epoch ${epoch - 1}: ${reason}`,
  file,
  help: [
    'the training goes on without them: its checkpoints, weights and history do not depend on them',
    'when this is mended, the same command with --resume writes what is missing',
  ],
}));

export const noTerminal = entry('N0540', () => ({
  message: 'there is no live curve: the messages do not go to a terminal',
  help: ['without --live this note goes away; cnnc plot draws the curves afterwards'],
}));

const whatRunsAre =
  'a run is the folder of train -o, its history.json, a table of train --csv, or a folder of train --tensorboard';

/** `below`: runs in folders of it. */
export const notARun = entry('E0540', (file: string, reason: string, below: readonly string[]) => ({
  message: `this is no run of cnnc train: ${reason}`,
  file,
  help: [...(below.length > 0 ? [`there are runs in it: ${below.join(' ')}`] : []), whatRunsAre],
}));

export const emptyRun = entry('E0541', (file: string) => ({
  message: 'no epoch of this run was finished: there is nothing to draw',
  file,
  help: ['train for an epoch at least'],
}));

/** `have`: what each run has, a line each. */
export const noSuchMetric = entry('E0542', (metric: string, file: string, have: readonly string[]) => ({
  message: `no "${metric}" was recorded in this run`,
  file,
  help: [...have, 'choose what all of them have with --metric, or draw runs that go together'],
}));

export const notOnLogScale = entry('E0543', (metric: string, runs: number) => ({
  message: `no value of "${metric}" in ${runs === 1 ? 'the run' : `the ${runs} runs`} is above zero, and --log needs such`,
  help: ['leave --log away'],
}));

export const damagedRun = entry('E0544', (file: string, reason: string) => ({
  message: `the log is damaged: ${reason}`,
  file,
  help: ['train again with --resume, or get the file again; other runs can be drawn without this one'],
}));

export const onlySvg = entry('E0545', (file: string) => ({
  message: 'curves are drawn as SVG, and the name of the file ends in something else',
  file,
  help: ['choose a name that ends in .svg, or leave -o away to print it'],
}));

export const nothingFinite = entry('E0546', (metric: string) => ({
  message: `no value of "${metric}" is a number: there is nothing to draw`,
  help: ['--metric chooses another; train --check-nan says where the numbers were lost'],
}));

export const differentAxes = entry('E0547', (file: string, over: string, other: string, otherOver: string) => ({
  message: `these runs do not stand over the same: this one over the ${otherOver}, ${file} over the ${over}`,
  file: other,
  help: ['draw them in charts of their own'],
}));
