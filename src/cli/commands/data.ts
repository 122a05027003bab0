// `cnnc data`: downloads well-known data sets, and shows what a data set holds.
import { join } from 'node:path';
import { setNames } from '../../data/spec.ts';
import { unknownDownload } from '../../diagnostics/catalog/downloads.ts';
import { argumentMissing, noSuchOption, tooManyArguments, unknownCommand } from '../../diagnostics/catalog/usage.ts';
import { refuse } from '../../diagnostics/index.ts';
import { choice, command, wholeNumber } from '../args.ts';
import { bytesText, duration } from '../format.ts';
import { type Io, printJson } from '../io.ts';
import { checkAddress, dataHome, type Got, getSet } from '../sets/get.ts';
import { cacheFolder } from '../sets/home.ts';
import { facts, factsText, loadAsIs, writeSheet } from '../sets/show.ts';
import { sources } from '../sets/sources.ts';

interface Given {
  readonly to: string | undefined;
  readonly from: string | undefined;
  readonly out: string | undefined;
  readonly count: string | undefined;
  readonly split: string | undefined;
  readonly seed: string | undefined;
  readonly json: boolean;
}

/** Options that only one of the two words takes. */
const own = { get: ['to', 'from'], show: ['out', 'count', 'split', 'seed'] } as const;

function checkOptions(word: 'get' | 'show', values: Given): void {
  const other = own[word === 'get' ? 'show' : 'get'];
  const wrong = other.find((option) => values[option] !== undefined);
  if (wrong !== undefined) refuse(noSuchOption(`--${wrong}`, `data ${word}`, [...own[word], 'json']));
}

/** How `data mnist` finds what was downloaded, when it does not by itself. */
function hint(io: Io, home: string): string {
  const found = home === io.env.CNNC_DATA || (!io.env.CNNC_DATA && home === cacheFolder(io));
  return found ? '' : `CNNC_DATA=${home} lets model files find it by its name\n`;
}

async function get(io: Io, names: readonly string[], values: Given): Promise<number> {
  if (names.length === 0) refuse(argumentMissing('data get', 'SET', `one of ${Object.keys(sources).join(', ')}`));
  const wanted = names.map((name) => {
    const plain = name.replace(/^fashion[-_]mnist$/, 'fashion').replace(/^cifar-10$/, 'cifar10');
    return [plain, sources[plain] ?? refuse(unknownDownload(name, Object.keys(sources)))] as const;
  });
  const from = values.from === undefined ? undefined : checkAddress(values.from);
  const home = dataHome(io, values.to);
  const start = performance.now();
  const done: (Got & { readonly set: string })[] = [];
  for (const [name, source] of wanted) {
    io.stderr(`${source.title}\n`);
    const got = await getSet(io, name, source, home, from);
    if (got.stopped) {
      io.stderr(`stopped; what came is kept in ${join(home, source.folder)}: the same command goes on from there\n`);
      return 130;
    }
    done.push({ set: name, ...got });
  }
  const seconds = (performance.now() - start) / 1000;
  if (values.json) {
    const sets = done.map(({ set, folder, files }) => ({ set, folder, files }));
    printJson(io, { ok: true, home, sets, seconds: Number(seconds.toFixed(3)) });
    return 0;
  }
  for (const { set, folder, files } of done) {
    const bytes = bytesText(files.reduce((sum, file) => sum + file.bytes, 0));
    const fresh = files.some(({ state }) => state === 'new');
    io.stdout(
      `${set}: ${fresh ? `${bytes} in ${folder}, checked, ${duration(seconds)}` : `is there already: ${folder}`}\n`,
    );
  }
  io.stdout(hint(io, home));
  return 0;
}

async function show(io: Io, spec: string, values: Given): Promise<number> {
  const at = (option: string) => ({ command: 'data', option });
  const count = wholeNumber(at('count'), values.count, { max: 10_000 }) ?? 64;
  const seed = wholeNumber(at('seed'), values.seed, { min: 0, max: 2 ** 32 - 1 }) ?? 0;
  const split = choice(at('split'), values.split, ['train', 'test'] as const);
  const { split: loaded, parted } = await loadAsIs(io, spec, seed);
  const parts = (split === undefined ? (['train', 'test'] as const) : [split]).map(
    (name) => [name, facts(loaded[name])] as const,
  );
  const set = loaded[split ?? 'train'];
  const maps = (set.labelShape?.length ?? 0) > 0 && set.labels instanceof Uint32Array;
  const title = `${spec}: ${split ?? 'train'}`;
  const drawn =
    values.out === undefined ? undefined : await writeSheet(io, set, { count, seed, place: values.out, title });
  if (values.json) {
    const sheet = values.out === undefined ? null : { file: values.out, pictures: drawn, part: split ?? 'train' };
    printJson(io, { ok: true, data: spec, parted, ...Object.fromEntries(parts), sheet });
    return 0;
  }
  io.stdout(factsText(spec, parts, maps));
  if (values.out !== undefined) io.stdout(`\n${drawn} pictures to ${split ?? 'train'} on: ${values.out}\n`);
  return 0;
}

export const data = command({
  name: 'data',
  summary: 'download well-known data sets, and show what a set holds',
  usage: `cnnc data get mnist
cnnc data get cifar10 --to sets
cnnc data show mnist -o sheet.png
cnnc data show folder:pets,size=64x64 --split test --count 20 -o sheet.png`,
  positionals: {
    name: 'get SET... | show SPEC',
    doc: `\`get\` and names of sets (${Object.keys(sources).join(', ')}), or \`show\` and a set as for \`train --data\``,
    min: 1,
    max: 16,
  },
  options: {
    to: {
      type: 'string',
      value: 'DIR',
      doc: 'get: the folder for data sets; that of CNNC_DATA, or the cache, unless given',
    },
    from: {
      type: 'string',
      value: 'URL',
      doc: 'get: the address of a folder with the files, instead of that of the publisher',
    },
    out: { type: 'string', short: 'o', value: 'FILE', doc: 'show: draw pictures with their labels into this PNG' },
    count: { type: 'string', value: 'N', doc: 'show: pictures to draw; 64 unless given' },
    split: {
      type: 'string',
      value: 'PART',
      doc: 'show: train or test; the numbers of both unless given, and pictures to train on',
    },
    seed: {
      type: 'string',
      value: 'N',
      doc: 'show: chooses the pictures, and parts sets in one piece; 0 unless given',
    },
    json: { type: 'boolean', doc: 'print one JSON object instead' },
  },
  async run({ io, values, positionals: [word = '', ...rest] }) {
    if (word !== 'get' && word !== 'show') refuse(unknownCommand(`data ${word}`, ['data get', 'data show']));
    checkOptions(word, values);
    if (word === 'get') return get(io, rest, values);
    const [spec, more] = rest;
    if (spec === undefined)
      refuse(argumentMissing('data show', 'SPEC', `a data set, such as ${setNames[0]} or folder:DIR`));
    if (more !== undefined) refuse(tooManyArguments('data show', more, 1, 'SPEC'));
    return show(io, spec, values);
  },
});
