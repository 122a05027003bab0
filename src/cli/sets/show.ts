// `cnnc data show`: what a data set holds, in numbers and as a contact sheet.
import { permutation } from '../../../runtime/random.ts';
import { channelFacts, classCounts } from '../../data/measure.ts';
import { type Loaded, loadData } from '../../data/node/load.ts';
import { type DataSet, shapeText } from '../../data/types.ts';
import { grouped, table } from '../format.ts';
import { type Io, report } from '../io.ts';
import { writeRaster } from '../look/write.ts';
import { dataFolderFor } from './home.ts';
import { contactSheet } from './sheet.ts';

/** The stream of random numbers that chooses pictures for a sheet. */
const sheetStream = 0x31000000;

/** Loads a set as it is, for no model. */
export async function loadAsIs(io: Io, spec: string, seed: number): Promise<Loaded> {
  const folder = await dataFolderFor(io, spec);
  const loaded = await loadData(spec, { seed, cwd: io.cwd, ...(folder ? { dataFolder: folder } : {}) });
  report(io, loaded.notes);
  return loaded;
}

/** What `--json` prints of one part. */
export const facts = (set: DataSet) => ({
  count: set.count,
  shape: set.shape,
  classes: classCounts(set)?.map((count, i) => ({ class: i, name: set.classNames?.[i] ?? String(i), count })) ?? null,
  channels: channelFacts(set).map(({ mean, variance, min, max }) => ({ mean, std: Math.sqrt(variance), min, max })),
});

export type Facts = ReturnType<typeof facts>;

const number = (v: number): string => (Number.isInteger(v) ? String(v) : v.toFixed(6));

/** The numbers of all parts as text: channels, then classes. */
export function factsText(
  spec: string,
  parts: readonly (readonly [name: string, facts: Facts])[],
  maps: boolean,
): string {
  const [first] = parts;
  if (first === undefined) return '';
  const counts = parts.map(([name, { count }]) => `${grouped(count)} to ${name === 'train' ? 'train' : 'test'} on`);
  const head = `${spec}: pictures of ${shapeText(first[1].shape)}, ${counts.join(', ')}\n`;
  const channels = table(
    [
      ['part', 'channel', 'mean', 'std', 'min', 'max'],
      ...parts.flatMap(([name, { channels }]) =>
        channels.map(({ mean, std, min, max }, i) => [
          name,
          String(i),
          number(mean),
          number(std),
          number(min),
          number(max),
        ]),
      ),
    ],
    [false, true, true, true, true, true],
  );
  const classes = first[1].classes;
  if (classes === null) return `${head}\n${channels}`;
  const rows = classes.map(({ class: i, name }) => [
    String(i),
    name,
    ...parts.map(([, part]) => grouped(part.classes?.[i]?.count ?? 0)),
  ]);
  const named = rows.some(([i, name]) => i !== name);
  const columns = named ? rows : rows.map(([i = '', , ...more]) => [i, ...more]);
  const heads = ['class', ...(named ? ['name'] : []), ...parts.map(([name]) => (maps ? `${name} pixels` : name))];
  return `${head}\n${channels}\n${table(
    [heads, ...columns],
    heads.map((_, i) => !named || i !== 1),
  )}`;
}

/** Draws `count` pictures, the same for the same seed, in the order of their classes; returns how many. */
export async function writeSheet(
  io: Io,
  set: DataSet,
  { count, seed, place, title }: { count: number; seed: number; place: string; title: string },
): Promise<number> {
  const chosen = [...permutation(seed, sheetStream, set.count).subarray(0, count)];
  const each = set.labels.length / set.count;
  const label = (index: number): number =>
    each === 1 && set.labels instanceof Uint32Array ? (set.labels[index] as number) : 0;
  chosen.sort((a, b) => label(a) - label(b) || a - b);
  await writeRaster(io, place, contactSheet(set, chosen, title));
  return chosen.length;
}
