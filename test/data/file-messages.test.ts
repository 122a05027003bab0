// What the user sees when arrays, tables or folders of pictures are wrong: each message, against test/diagnostics/<code>-<slug>/.
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { type LoadOptions, loadData } from '../../src/data/node/load.ts';
import * as catalogue from '../../src/diagnostics/catalog/data-files.ts';
import { Failure, renderAll } from '../../src/diagnostics/index.ts';
import { inFolder, npy, zip } from './files.ts';

const goldens = resolve(import.meta.dirname, '../diagnostics');

interface Case {
  readonly files?: Readonly<Record<string, Uint8Array | string>>;
  readonly spec: string;
  readonly options?: Partial<LoadOptions>;
}
const png = (side: number): Uint8Array =>
  encode({ width: side, height: side, channels: 1, data: new Uint8Array(side * side) });
const pictures = npy('|u1', [3, 2, 2], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
const labels = npy('|u1', [3], [0, 1, 2]);
const arrays = (x: Uint8Array, y: Uint8Array = labels): Pick<Case, 'files' | 'spec'> => ({
  files: { 'x.npy': x, 'y.npy': y },
  spec: 'npy:x.npy,y.npy',
});
const archive = zip({ 'pix.npy': pictures, 'lab.npy': labels });
const table = (text: string, options = ''): Case => ({ files: { 'table.csv': text }, spec: `csv:table.csv${options}` });
const pets = { 'pets/cat/1.png': png(4), 'pets/cat/2.png': png(4), 'pets/dog/1.png': png(4) };

const cases: Readonly<Record<string, Case>> = {
  'E0454-unknown-option': { spec: 'folder:pets,sizes=32x32' },
  'E0454-bad-fraction': { spec: 'csv:table.csv,train=80' },
  'E0455-not-npy': arrays(archive),
  'E0456-npy-version': arrays(pictures.map((b, i) => (i === 6 ? 4 : b))),
  'E0456-npy-header-cut': arrays(pictures.subarray(0, 40)),
  'E0457-npy-complex': arrays(npy('<c8', [1, 1, 1], [0, 0, 0, 0, 0, 0, 0, 0])),
  'E0458-npy-too-short': arrays(npy('|u1', [60000, 28, 28], [1, 2, 3])),
  'E0458-npy-too-long': arrays(pictures, npy('<f4', [2], [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])),
  'E0460-npz-cut': { files: { 'a.npz': archive.subarray(0, 300) }, spec: 'npz:a.npz' },
  'E0460-npz-checksum': {
    files: { 'a.npz': archive.map((b, i) => (i === 165 ? b ^ 1 : b)) },
    spec: 'npz:a.npz,x=pix,y=lab',
  },
  'E0461-npz-names': { files: { 'a.npz': archive }, spec: 'npz:a.npz' },
  'E0462-one-axis': arrays(labels),
  'E0462-map-of-another-size': arrays(pictures, npy('|u1', [3, 4, 4], new Array(48).fill(0))),
  'E0463-not-one-hot': arrays(pictures, npy('|u1', [3, 2], [1, 0, 0, 1, 1, 1])),
  'E0463-not-finite': arrays(npy('<f4', [2, 1, 1], [0, 0, 0, 0, 0, 0, 0xc0, 0x7f]), npy('|u1', [2], [0, 1])),
  'E0463-label-of-no-class': arrays(pictures, npy('|i1', [3], [0, 255, 1])),
  'E0464-no-classes': { files: { 'pets/1.png': png(4) }, spec: 'folder:pets' },
  'E0464-empty-class': { files: { ...pets, 'pets/owl/notes.txt': 'later' }, spec: 'folder:pets' },
  'E0465-no-such-column': table('width,height,kind\n1,2,cat\n3,4,dog\n', ',label=kidn'),
  'E0465-no-header': table('1,2,0\n3,4,1\n', ',label=kind'),
  'E0466-open-quote': table('a,kind\n1,"cat\n2,dog\n'),
  'E0467-class-not-trained': {
    files: { 'a/train/cat/1.png': png(4), 'a/train/dog/1.png': png(4), 'a/test/cow/1.png': png(4) },
    spec: 'folder:a',
  },
  'E0467-word-not-trained': {
    files: { 'a.csv': 'a,class\n1,cat\n2,dog\n', 'b.csv': 'a,class\n1,cow\n' },
    spec: 'csv:a.csv,b.csv',
  },
  'E0427-csv-missing-cell': table('width,height,label\n1,2,0\n3,,1\n'),
  'E0441-pictures-damaged': {
    files: {
      ...pets,
      'pets/dog/2.png': png(4).subarray(0, 50),
      'pets/dog/3.jpg': Uint8Array.of(0xff, 0xd8, 0xff, 0xe0),
    },
    spec: 'folder:pets',
  },
  'N0404-values-scaled': arrays(npy('|u1', [3, 1, 1], [0, 7, 200])),
  'N0405-channels-first': arrays(npy('<f4', [3, 3, 1, 5], new Array(180).fill(0))),
  'N0406-files-left-out': {
    files: { ...pets, 'pets/cat/notes.txt': 'Tom', 'pets/cat/.DS_Store': '' },
    spec: 'folder:pets',
  },
  'N0407-pictures-resized': { files: pets, spec: 'folder:pets', options: { expected: [8, 8, 3] } },
  'N0408-part-left-out': {
    files: { 'a/train/cat/1.png': png(4), 'a/val/cat/1.png': png(4), 'a/test/cat/1.png': png(4) },
    spec: 'folder:a',
  },
};

const seen = ({ files = {}, spec, options }: Case): Promise<string> =>
  inFolder(files, async (cwd) => {
    try {
      return renderAll((await loadData(spec, { seed: 0, cwd, ...options })).notes);
    } catch (error) {
      if (error instanceof Failure) return renderAll(error.diagnostics);
      throw error;
    }
  });

describe('messages about files of data', () => {
  test.each(Object.keys(cases))('%s', async (name) => {
    const text = await seen(cases[name] as Case);
    expect(text).toContain(`[${name.slice(0, 5)}]`);
    await expect(text).toMatchFileSnapshot(join(goldens, name, 'expected.txt'));
  });

  test('each entry of the catalogue has one', () => {
    const codes = Object.values(catalogue).map((entry) => entry.code);
    const covered = new Set(Object.keys(cases).map((name) => name.slice(0, 5)));
    expect(codes.filter((code) => !covered.has(code))).toEqual([]);
  });

  test('no golden is left of a case that is gone', () => {
    const own = new Set(Object.values(catalogue).map((entry) => entry.code));
    const folders = readdirSync(goldens).filter((name) => own.has(name.slice(0, 5)));
    expect(folders.filter((name) => !existsSync(join(goldens, name, 'cmd')) && !(name in cases))).toEqual([]);
  });
});
