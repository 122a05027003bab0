// cnnc.tune.json: schedules that were measured to be better than the rules, by adapter and by what kernels compute.
import type { AdapterFacts } from '../../../runtime/node.ts';
import { type Schedule, type Target, targetNames } from '../../codegen/schedules.ts';
import { tuneEntry, tuneNotRead, tuneVersion, unknownSchedule } from '../../diagnostics/catalog/tune.ts';
import { refuse } from '../../diagnostics/index.ts';
import { isObject, scheduleFrom, scheduleKinds, unknownKind } from './read-schedule.ts';

/** The name of the file beside a model. */
export const TUNE_FILE = 'cnnc.tune.json';
const FORMAT = 'cnnc-tune';
const VERSION = 1;

/** What an adapter says of itself; measurements count for none that differs in any of it. */
export type Identity = Readonly<Record<(typeof identityNames)[number], string>>;
const identityNames = ['vendor', 'architecture', 'description', 'driver'] as const;

export interface TuneEntry {
  readonly schedule: Schedule;
  /** Microseconds of a dispatch with it, and with what the rules choose. */
  readonly us: number;
  readonly ruleUs: number;
}

/** What was measured on one adapter with kernels for one target: entries by what they compute. */
export interface TuneRecord {
  readonly adapter: Identity;
  readonly target: Target;
  readonly kernels: ReadonlyMap<string, TuneEntry>;
}

export const identityOf = ({ vendor, architecture, name, driver }: AdapterFacts): Identity => ({
  vendor,
  architecture,
  description: name,
  driver,
});

const order = ({ adapter, target }: Omit<TuneRecord, 'kernels'>): string =>
  JSON.stringify([...identityNames.map((name) => adapter[name]), target]);

/** The entries of an adapter and target; undefined when there is no record of them. */
export const recordOf = (
  records: readonly TuneRecord[],
  adapter: Identity,
  target: Target,
): ReadonlyMap<string, TuneEntry> | undefined => records.find((r) => order(r) === order({ adapter, target }))?.kernels;

/** The records with one replaced, or added; without it when it is empty. */
export function withRecord(records: readonly TuneRecord[], record: TuneRecord): TuneRecord[] {
  const others = records.filter((r) => order(r) !== order(record));
  return record.kernels.size > 0 ? [...others, record] : others;
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The text of the file: sorted, one line a kernel, so that differences are lines. */
export function tuneText(records: readonly TuneRecord[]): string {
  const sorted = [...records].sort((a, b) => compare(order(a), order(b)));
  const recordText = ({ adapter, target, kernels }: TuneRecord): string => {
    const facts = identityNames.map((name) => `      "${name}": ${JSON.stringify(adapter[name])},`);
    const lines = [...kernels]
      .sort(([a], [b]) => compare(a, b))
      .map(
        ([key, { schedule, us, ruleUs }]) =>
          `        ${JSON.stringify(key)}: ${JSON.stringify({ schedule, us, ruleUs })}`,
      );
    return `    {\n${facts.join('\n')}\n      "target": "${target}",\n      "kernels": {\n${lines.join(',\n')}\n      }\n    }`;
  };
  return `{\n  "format": "${FORMAT}",\n  "version": ${VERSION},\n  "adapters": [\n${sorted.map(recordText).join(',\n')}\n  ]\n}\n`;
}

/** Reads the file; `shown` is its name in messages. Refuses what is damaged, names the entry that is wrong. */
export function readTune(text: string, shown: string): TuneRecord[] {
  let all: unknown;
  try {
    all = JSON.parse(text);
  } catch {
    refuse(tuneNotRead(shown, text.trim() === '' ? 'it is empty' : 'it is not JSON'));
  }
  if (!isObject(all) || all.format !== FORMAT) refuse(tuneNotRead(shown, `it has no "format": "${FORMAT}"`));
  if (all.version !== VERSION) refuse(tuneVersion(shown, JSON.stringify(all.version) ?? 'none', VERSION));
  if (!Array.isArray(all.adapters)) refuse(tuneNotRead(shown, 'it has no list "adapters"'));
  return all.adapters.map((value: unknown, i): TuneRecord => {
    if (!isObject(value)) return refuse(tuneEntry(shown, `adapter ${i + 1}`, 'it is no object'));
    const adapter = Object.fromEntries(identityNames.map((name) => [name, value[name]])) as Identity;
    const missing = identityNames.find((name) => typeof value[name] !== 'string');
    if (missing) refuse(tuneEntry(shown, `adapter ${i + 1}`, `its "${missing}" is no text`));
    const target = targetNames.find((name) => name === value.target);
    if (!target) refuse(tuneEntry(shown, adapter.description, `its "target" is none of ${targetNames.join(', ')}`));
    if (!isObject(value.kernels)) refuse(tuneEntry(shown, adapter.description, 'it has no "kernels"'));
    const kernels = Object.entries(value.kernels).map(([key, entry]): [string, TuneEntry] => {
      const wrong = (reason: string): never => refuse(tuneEntry(shown, `${adapter.description}: ${key}`, reason));
      if (!isObject(entry)) return wrong('it is no object');
      const later = unknownKind(entry.schedule);
      if (later !== undefined) refuse(unknownSchedule(shown, `${adapter.description}: ${key}`, later, scheduleKinds));
      const schedule = scheduleFrom(entry.schedule);
      if (!schedule) return wrong(`${JSON.stringify(entry.schedule) ?? 'nothing'} is no schedule`);
      const { us, ruleUs } = entry;
      if (!isTime(us) || !isTime(ruleUs)) return wrong('"us" and "ruleUs" are microseconds, above 0');
      return [key, { schedule, us, ruleUs }];
    });
    return { adapter, target, kernels: new Map(kernels) };
  });
}

const isTime = (value: unknown): value is number => typeof value === 'number' && value > 0;
