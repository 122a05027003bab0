// The table of a sweep on the disk: what it is of, and a line for each training that is finished, synchronised before the next begins.
import { open } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import * as say from '../../diagnostics/catalog/sweep.ts';
import { refuse } from '../../diagnostics/index.ts';
import { readText, writeAtomic, writeTrouble } from '../files.ts';
import type { Io } from '../io.ts';
import type { Mean } from '../train/loop.ts';
import type { Point } from './grid.ts';

/** A training that came to its end. */
export interface Row {
  readonly point: Point;
  readonly seed: number;
  /** Epochs that were finished. */
  readonly epochs: number;
  /** Of the last of them, or of the best with `restore_best`; null when it diverged before. */
  readonly train: Mean | null;
  readonly test: Mean | null;
  /** The epoch in which the loss was no number any more. */
  readonly diverged: number | null;
  /** SHA-256 of the values of all parameters, in the order of the plan; null when it diverged. */
  readonly parameters_sha256: string | null;
  readonly seconds: number;
  readonly adapter: string;
}

/** What two calls must agree on to be one sweep: words by name. */
export type SweepIdentity = Readonly<Record<string, string>>;

export interface Table {
  readonly rows: readonly Row[];
  add(row: Row): Promise<void>;
}

export const TABLE = 'sweep.jsonl';
export const runKey = (point: Point, seed: number): string => JSON.stringify([Object.entries(point), seed]);

/**
 * Opens the table in a folder that is there. Refuses that of another sweep (E0864), and damaged ones (E0865). `runs`: the keys of all
 * trainings that there will be. `kernelsNow`: their target, and which measured schedules they have; asked where trainings are left to do,
 * which alone must agree on it.
 */
export async function openTable(
  io: Io,
  folder: string,
  identity: SweepIdentity,
  runs: readonly string[],
  kernelsNow: () => Promise<string>,
): Promise<Table> {
  const shown = join(folder, TABLE);
  const path = resolve(io.cwd, shown);
  const exists = await open(path, 'r').then(
    (file) => file.close().then(() => true),
    () => false,
  );
  const rows: Row[] = [];
  let kernels: unknown;
  const text = exists ? await readText(path, shown) : '';
  // The last line may have been cut by a kill: it has no line feed, and its run is done again.
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  const lines = whole === '' ? [] : whole.trimEnd().split('\n');
  lines.forEach((line, i) => {
    const value = parsed(line);
    if (typeof value !== 'object' || value === null)
      return refuse(say.damagedTable(shown, i + 1, 'it is no JSON object'));
    if (i > 0) {
      if (!('point' in value && 'seed' in value && 'parameters_sha256' in value))
        refuse(say.damagedTable(shown, i + 1, 'it is not of a run'));
      rows.push(value as Row);
      return;
    }
    const was =
      'sweep' in value
        ? (value.sweep as Record<string, unknown>)
        : refuse(say.damagedTable(shown, 1, 'it does not say what was swept'));
    kernels = was.kernels;
    // Tables of before say nothing of the precision.
    const before = (name: string): unknown => was[name] ?? (name === 'precision' ? 'f32' : undefined);
    const differ = Object.keys(identity).filter((name) => before(name) !== identity[name]);
    const hashes = ['network', 'pictures'];
    if (differ.length > 0)
      refuse(
        say.otherSweep(
          folder,
          differ.map((name) =>
            hashes.includes(name)
              ? `the ${name} changed since`
              : `${name}: ${before(name) ?? 'none'} there, ${identity[name]} now`,
          ),
        ),
      );
  });
  const there = new Set(rows.map((row) => runKey(row.point, row.seed)));
  const now = runs.some((key) => !there.has(key)) ? await kernelsNow() : undefined;
  // Tables of before say nothing of the kernels either.
  if (now !== undefined && kernels !== undefined && kernels !== now)
    refuse(
      say.otherSweep(folder, [`kernels: ${kernels} there, ${now} now; --device, --target and --tune choose them`]),
    );
  if (lines.length === 0)
    await writeAtomic(path, `${JSON.stringify({ sweep: { ...identity, kernels: now } })}\n`, shown);
  else if (whole !== text) await writeAtomic(path, whole, shown);
  return {
    rows,
    async add(row) {
      const line = `${JSON.stringify(row)}\n`;
      try {
        const file = await open(path, 'a');
        try {
          await file.writeFile(line);
          await file.sync();
        } finally {
          await file.close();
        }
      } catch (error) {
        refuse(writeTrouble(error, shown, Buffer.byteLength(line)));
      }
      rows.push(row);
    },
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
