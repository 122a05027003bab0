// Finds the log of a run: in the folder of train -o, in its history or a table, or in event files.
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import * as say from '../../diagnostics/catalog/logs.ts';
import { refuse } from '../../diagnostics/index.ts';
import { needFolder, readBytes, readText } from '../files.ts';
import type { Io } from '../io.ts';
import { type RunLog, runOfCsv, runOfJson } from './run.ts';

const isEvents = (name: string): boolean => name.includes('tfevents');

/** `NAME=RUN` gives a run a name of its own, unless there is a file of the whole name. */
async function parted(io: Io, word: string): Promise<{ name?: string; place: string }> {
  const at = word.indexOf('=');
  if (at <= 0 || (await stat(resolve(io.cwd, word)).catch(() => undefined))) return { place: word };
  return { name: word.slice(0, at), place: word.slice(at + 1) };
}

/** Event files are read by what is loaded only then. */
const eventRun = async (io: Io, folder: string, parts: readonly string[]): Promise<RunLog> =>
  (await import('./events.ts')).runOfEvents(io, folder, parts);

async function inFolder(io: Io, folder: string): Promise<RunLog> {
  const names = (await readdir(resolve(io.cwd, folder))).sort();
  const history = join(folder, 'history.json');
  if (names.includes('history.json')) return runOfJson(await readText(resolve(io.cwd, history), history), history);
  if (names.some(isEvents)) return eventRun(io, folder, ['']);
  const inside = async (name: string): Promise<string[]> => readdir(resolve(io.cwd, folder, name)).catch(() => []);
  const parts = ['train', 'validation'].filter((part) => names.includes(part));
  const withEvents = [];
  for (const part of parts) if ((await inside(part)).some(isEvents)) withEvents.push(part);
  if (withEvents.length > 0) return eventRun(io, folder, withEvents);
  const below = [];
  for (const name of names) {
    const there = await inside(name);
    const holds = there.some((n) => n === 'history.json' || isEvents(n)) || there.includes('train');
    if (holds) below.push(join(folder, name));
  }
  const reason = names.length === 0 ? 'the folder is empty' : 'the folder has no history.json and no event files';
  return refuse(say.notARun(folder, reason, below));
}

/** Reads what a word of the command line names. Refuses what holds no run (E0540), or an empty or damaged one. */
export async function readRun(io: Io, word: string): Promise<RunLog> {
  const { name, place } = await parted(io, word);
  const path = resolve(io.cwd, place);
  const found = await stat(path).catch(() => undefined);
  let run: RunLog;
  if (found?.isDirectory()) {
    run = await inFolder(io, place);
    const own = basename(path);
    run = { ...run, name: own };
  } else {
    if (place.endsWith('/')) await needFolder(path, place);
    const bytes = await readBytes(path, place);
    if (bytes.length === 0) refuse(say.notARun(place, 'the file is empty', []));
    if (isEvents(basename(place))) refuse(say.notARun(place, 'event files are read by their folder', []));
    const text = new TextDecoder().decode(bytes);
    run = /^\s*[[{]/.test(text) ? runOfJson(text, place) : runOfCsv(text, place);
  }
  if (run.at.length === 0) refuse(say.emptyRun(run.file));
  return name === undefined ? run : { ...run, name };
}
