// A run as plot draws it: columns of numbers over epochs, from whatever holds them.
import { basename, dirname, extname } from 'node:path';
import * as say from '../../diagnostics/catalog/logs.ts';
import { refuse } from '../../diagnostics/index.ts';

export interface RunLog {
  readonly name: string;
  /** Where it was read from. */
  readonly file: string;
  /** A line about it: the optimizer, the batch. */
  readonly facts?: string;
  /** What the numbers stand over. */
  readonly over: 'epoch' | 'step';
  /** Rising. */
  readonly at: readonly number[];
  /** By name, as many values as there are epochs: `train_loss`, `test_accuracy`, `lr`. What is not known is NaN. */
  readonly columns: ReadonlyMap<string, readonly number[]>;
}

/** Keras, and the lecture, call the test `val_`, and write the numbers of training without a word in front. */
export function tidied(columns: ReadonlyMap<string, readonly number[]>): Map<string, readonly number[]> {
  const keras = [...columns.keys()].filter((name) => name.startsWith('val_')).map((name) => name.slice(4));
  return new Map(
    [...columns].map(([name, v]) => [
      keras.includes(name) ? `train_${name}` : name.startsWith('val_') ? `test_${name.slice(4)}` : name,
      v,
    ]),
  );
}

/** `runs/mnist/history.json` is the run `mnist`; a file of another name has that. */
export function nameOf(file: string): string {
  const stem = basename(file, extname(file));
  return stem === 'history' && dirname(file) !== '.' ? basename(dirname(file)) : stem;
}

const asNumber = (v: unknown): number => (typeof v === 'number' ? v : Number.NaN);

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v);

/** One epoch of a history, flat: `train: {loss}` is `train_loss`. */
const flat = (epoch: Record<string, unknown>): [string, number][] =>
  Object.entries(epoch).flatMap(([name, v]): [string, number][] =>
    isObject(v) ? Object.entries(v).map(([k, x]) => [`${name}_${k}`, asNumber(x)]) : [[name, asNumber(v)]],
  );

/** The history.json of `train -o`, or what Keras keeps: an object of lists. */
export function runOfJson(text: string, file: string): RunLog {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch {
    return refuse(say.damagedRun(file, 'it is no whole JSON'));
  }
  if (!isObject(read)) return refuse(say.notARun(file, 'it is JSON of something else', []));
  const { epochs, optimizer, lr, batch, seed } = read;
  const name = nameOf(file);
  if (Array.isArray(epochs)) {
    const rows = epochs.filter(isObject).map((e) => new Map(flat(e)));
    const names = [...new Set(rows.flatMap((row) => [...row.keys()]))].filter(
      (n) => !['epoch', 'train', 'test'].includes(n),
    );
    const facts = [optimizer, `learning rate ${lr}`, `batch ${batch}`, `seed ${seed}`].join(', ');
    return {
      ...{ name, file, over: 'epoch' },
      at: rows.map((row, i) => row.get('epoch') ?? i + 1),
      columns: new Map(names.map((n) => [n, rows.map((row) => row.get(n) ?? Number.NaN)])),
      ...(typeof optimizer === 'string' ? { facts } : {}),
    };
  }
  const lists = Object.entries(read).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
  if (lists.length === 0 || lists.length < Object.keys(read).length)
    return refuse(say.notARun(file, 'it is JSON of something else', []));
  const length = Math.max(...lists.map(([, v]) => v.length));
  const columns = lists.map(([n, v]) => [n, Array.from({ length }, (_, i) => asNumber(v[i]))] as const);
  return { name, file, over: 'epoch', at: Array.from({ length }, (_, i) => i + 1), columns: tidied(new Map(columns)) };
}

/** `0.5`, `nan`, `inf`; undefined for what is no number. */
function cell(words: string): number | undefined {
  const plain = words
    .trim()
    .replace(/^"(.*)"$/, '$1')
    .toLowerCase();
  if (plain === '' || plain === 'nan' || plain === 'na') return Number.NaN;
  const infinite = /^([+-]?)inf(inity)?$/.exec(plain);
  if (infinite) return infinite[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  const value = Number(plain);
  return Number.isNaN(value) ? undefined : value;
}

/** A table with a header, as `train --csv` writes it, or the CSVLogger of Keras (whose epochs begin at 0). */
export function runOfCsv(text: string, file: string): RunLog {
  const lines = text.split(/\r?\n/);
  const header = (lines[0] ?? '').split(',').map((word) => word.trim().replace(/^"(.*)"$/, '$1'));
  if (!header.includes('epoch')) return refuse(say.notARun(file, 'its first line has no column "epoch"', []));
  const rows = lines.flatMap((line, n): number[][] => {
    if (n === 0 || line.trim() === '') return [];
    const words = line.split(',');
    if (words.length !== header.length)
      refuse(say.damagedRun(file, `line ${n + 1} has ${words.length} columns, and the first line ${header.length}`));
    return [
      words.map(
        (word, c) => cell(word) ?? refuse(say.damagedRun(file, `line ${n + 1}, ${header[c]}: "${word}" is no number`)),
      ),
    ];
  });
  const column = (name: string): number[] => rows.map((row) => row[header.indexOf(name)] as number);
  const epochs = column('epoch');
  const columns = header.filter((name) => name !== 'epoch').map((name) => [name, column(name)] as const);
  const first = epochs[0] === 0 ? 1 : 0;
  return {
    name: nameOf(file),
    file,
    over: 'epoch',
    at: epochs.map((e) => e + first),
    columns: tidied(new Map(columns)),
  };
}
