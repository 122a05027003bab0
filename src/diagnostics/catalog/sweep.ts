// Messages about sweeps: E0860 to E0869.
import { entry } from '../entry.ts';
import { listOf, nearest } from '../suggest.ts';

const grids = [
  'a grid is NAME=FROM..TO:COUNTlog, NAME=FROM..TO:COUNTlin or NAME=A,B,C: lr=1e-5..10:7log',
  'all it takes: cnnc sweep --help',
];

export const badGrid = entry('E0860', (spec: string, reason: string) => ({
  message: `--grid "${spec}" cannot be read: ${reason}`,
  help: grids,
}));

export const unknownName = entry(
  'E0861',
  (name: string, file: string, settings: readonly string[], parameters: readonly string[]) => {
    const near = nearest(name, [...settings, ...parameters]);
    return {
      message: `"${name}" is no number of the training, and no parameter of the model`,
      file,
      help: [
        ...(near === undefined ? [] : [`did you mean ${near}?`]),
        `of the training: ${listOf(settings, 'and')}`,
        parameters.length > 0
          ? `of the model: ${listOf(parameters, 'and')}`
          : 'a model has parameters when it begins with `model NAME(filters = 8)`',
      ],
    };
  },
);

/** `needed`: `a number above 0`, `a whole number from 1 to 65536`. */
export const notAllowed = entry('E0862', (name: string, value: number, needed: string, option: 'grid' | 'hyper') => ({
  message: `${name} takes ${needed}, and ${value} is ${option === 'grid' ? 'among its values' : 'given'}`,
  help: [
    option === 'grid'
      ? `write values that it takes: --grid ${name}=A,B,C`
      : `write one that it takes: --hyper ${name}=A`,
  ],
}));

export const namedTwice = entry('E0863', (name: string) => ({
  message: `--grid gives ${name} twice`,
  help: [`write all values of ${name} in one: --grid ${name}=A,B,C`],
}));

/** `differences`: what is not the same, a line each. */
export const otherSweep = entry('E0864', (folder: string, differences: readonly string[]) => ({
  message: 'the folder holds the runs of another sweep',
  file: folder,
  help: [
    ...differences,
    'choose another folder with -o; or go on with that sweep by its own command; or delete the folder to begin anew',
  ],
}));

export const damagedTable = entry('E0865', (file: string, line: number, reason: string) => ({
  message: `the table of the sweep is damaged in line ${line}: ${reason}`,
  file,
  help: [
    line === 1
      ? 'delete the file to begin anew, or choose another folder with -o'
      : 'delete that line, and its run is done again; or choose another folder with -o',
  ],
}));

export const badAxes = entry('E0866', (axes: string, names: readonly string[]) => ({
  message: `--axes takes two of the names that are swept, and "${axes}" is given`,
  help: [`swept are ${listOf(names, 'and')}: --axes ${names.slice(0, 2).join(',')}`],
}));

export const unknownHyper = entry('E0867', (name: string, optimizer: string, names: readonly string[]) => {
  const near = nearest(name, names);
  return {
    message: `--hyper sets numbers of the optimizer, and ${optimizer} has no "${name}"`,
    help: [...(near === undefined ? [] : [`did you mean ${near}?`]), `it has ${listOf(names, 'and')}`],
  };
});

export const tooManyRuns = entry('E0868', (arithmetic: string, runs: number, most: number) => ({
  message: `the grid is ${arithmetic} = ${runs} runs, and ${most} are the most of one sweep`,
  help: ['take fewer values, or draw points at random: --random 50'],
}));

export const onlyHeatMapSvg = entry('E0869', (file: string) => ({
  message: 'the heat map is drawn as SVG, and the name of its file ends in something else',
  file,
  help: ['choose a name that ends in .svg'],
}));
