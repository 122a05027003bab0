// What the user sees when files or data are wrong: each message of these catalogues, against test/diagnostics/<code>-<slug>/.
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { encode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import { readBytes, readTrouble, writeAtomic, writeTrouble } from '../../src/cli/files.ts';
import { type LoadOptions, loadData } from '../../src/data/node/load.ts';
import { loadPicture } from '../../src/data/node/picture.ts';
import * as catalogue from '../../src/diagnostics/catalog/data.ts';
import { type Diagnostic, Failure, refuse, renderAll } from '../../src/diagnostics/index.ts';
import { readSafetensors } from '../../src/interop/safetensors.ts';
import { cifar, idx, idxLabels, idxPictures, inFolder } from './files.ts';

const goldens = resolve(import.meta.dirname, '../diagnostics');

/** Files to put in a folder, and what to do there; what it throws or returns is what the user sees. */
interface Case {
  readonly files?: Readonly<Record<string, Uint8Array | string>>;
  readonly run: (folder: string) => unknown;
}
const data =
  (spec: string, options: Partial<LoadOptions> = {}): Case['run'] =>
  async (cwd) =>
    (await loadData(spec, { seed: 0, cwd, ...options })).notes;
const picture =
  (input: readonly number[], strict = false): Case['run'] =>
  async (cwd) =>
    (await loadPicture('7.png', input, { strict, cwd })).notes;
const tensors =
  (header: string, bytes: number, cut = 0): Case['run'] =>
  () => {
    const file = new Uint8Array(8 + header.length + bytes);
    new DataView(file.buffer).setUint32(0, header.length, true);
    file.set(new TextEncoder().encode(header), 8);
    return readSafetensors(file.subarray(0, file.length - cut), 'weights.safetensors');
  };
const f32 = (name: string, shape: string, from: number, to: number): string =>
  `"${name}":{"dtype":"F32","shape":${shape},"data_offsets":[${from},${to}]}`;
const csv = (text: string): Case => ({ files: { 'table.csv': text }, run: data('csv:table.csv') });
const idxFiles = { pictures: idxPictures(4, 8, 8), labels: idxLabels(0, 1, 2, 3) };
const grey = (side: number): Uint8Array =>
  encode({ width: side, height: side, channels: 1, data: new Uint8Array(side * side) });
const mnistFolder = Object.fromEntries(
  ['train-images-idx3', 't10k-images-idx3'].map((name) => [`mnist/${name}-ubyte`, idxFiles.pictures]),
);
const zipped = gzipSync(idxFiles.pictures);
const system = (code: string, message: string): Error => Object.assign(new Error(message), { code });

const cases: Readonly<Record<string, Case>> = {
  'E0401-no-such-file': { files: { 'digits.csv.gz': '' }, run: data('digits:digit.csv.gz') },
  'E0401-no-such-folder': { run: data('mnist:data/mnist') },
  'E0402-folder-for-file': { files: { 'digits/digits.csv': '' }, run: data('digits:digits') },
  'E0403-file-for-folder': { files: { 'mnist.gz': zipped }, run: data('mnist:mnist.gz') },
  'E0404-not-readable': { run: () => refuse(readTrouble(system('EACCES', ''), 'digits.csv')) },
  'E0404-not-writable': { run: () => refuse(writeTrouble(system('EACCES', ''), 'runs/weights.safetensors', 100)) },
  'E0405-disk-full': { run: () => refuse(writeTrouble(system('ENOSPC', ''), 'runs/weights.safetensors', 4348424)) },
  'E0406-read-only': { run: () => refuse(writeTrouble(system('EROFS', ''), 'runs/weights.safetensors', 100)) },
  'E0407-no-folder-to-write': {
    run: (folder) => writeAtomic(join(folder, 'runs/history.json'), '{}', 'runs/history.json'),
  },
  'E0408-input-output-error': { run: () => refuse(readTrouble(system('EIO', 'EIO: i/o error, read'), 'digits.csv')) },
  'E0409-empty-file': { files: { 'digits.csv': '' }, run: data('digits:digits.csv') },
  'E0410-unknown-set': { run: data('fashon-mnist', { dataFolder: 'data' }) },
  'E0411-unknown-kind': { run: data('minst:data/mnist') },
  'E0412-data-folder-unset': { run: data('mnist') },
  'E0413-bad-spec': { run: data('idx:train-images-idx3-ubyte') },
  'E0413-bad-counts': { run: data('drawn:many,few') },
  'E0414-parts-missing': { files: mnistFolder, run: data('mnist:mnist') },
  'E0420-gzip-truncated': {
    files: { 'images.gz': zipped.subarray(0, 60), labels: idxFiles.labels },
    run: data('idx:images.gz,labels'),
  },
  'E0421-gzip-damaged': {
    files: { 'images.gz': zipped.map((b, i) => (i === 4 + zipped.length - 12 ? b ^ 1 : b)), labels: idxFiles.labels },
    run: data('idx:images.gz,labels'),
  },
  'E0422-labels-for-pictures': { files: idxFiles, run: data('idx:labels,pictures') },
  'E0422-not-idx': { files: { ...idxFiles, text: 'label,1,2\n' }, run: data('idx:text,labels') },
  'E0423-idx-too-short': {
    files: { ...idxFiles, pictures: idx(2051, [4, 8, 8], new Array(200).fill(0)) },
    run: data('idx:pictures,labels'),
  },
  'E0423-idx-too-long': {
    files: { ...idxFiles, labels: idx(2049, [3], [0, 1, 2, 3]) },
    run: data('idx:pictures,labels'),
  },
  'E0424-counts-differ': { files: { ...idxFiles, labels: idxLabels(0, 1, 2) }, run: data('idx:pictures,labels') },
  'E0425-label-of-no-class': {
    files: { ...idxFiles, labels: idxLabels(0, 9, 10, 11) },
    run: data('idx:pictures,labels', { expectedClasses: 10 }),
  },
  'E0425-label-of-another-set': {
    files: { 'c/data_batch_1.bin': cifar(0, 77), 'c/test_batch.bin': cifar(1) },
    run: data('cifar10:c'),
  },
  'E0426-csv-ragged': csv('a,b,c,label\n1,2,3,0\n4,5,1\n'),
  'E0427-csv-not-a-number': csv('1,2,3,0\n4,five,6,1\n'),
  'E0427-csv-nothing': csv('1,2,3,0\n4,,6,1\n'),
  'E0428-csv-nan': csv('1,2,3,0\n4,5,NaN,1\n'),
  'E0428-csv-infinite': csv(`${'0.25,'.repeat(64)}0\n${'0.25,'.repeat(40)}1e60,${'0.25,'.repeat(23)}1\n`),
  'E0429-csv-label': csv('1,2,3,0\n4,5,6,-1\n'),
  'E0430-digits-value': {
    files: { 'digits.csv': `${'0,'.repeat(64)}0\n${'17,'.repeat(64)}0\n` },
    run: data('digits:digits.csv'),
  },
  'E0431-no-pictures': {
    files: { pictures: idxPictures(0, 28, 28), labels: idxLabels() },
    run: data('idx:pictures,labels'),
  },
  'E0431-header-only': csv('a,b,label\n'),
  'E0432-one-picture': csv('1,2,3,0\n'),
  'E0433-pictures-do-not-fit': { files: idxFiles, run: data('idx:pictures,labels', { expected: [28, 28, 1] }) },
  'E0434-digits-columns': { files: { 'digits.csv': '1,2,3,0\n' }, run: data('digits:digits.csv') },
  'E0435-cifar-size': {
    files: { 'c/data_batch_1.bin': cifar(0, 1).subarray(5), 'c/test_batch.bin': cifar(1) },
    run: data('cifar10:c'),
  },
  'N0401-padded': { run: data('drawn:4,2', { expected: [32, 32, 1] }) },
  'N0402-some-of-cifar': {
    files: { 'c/data_batch_1.bin': cifar(0, 7), 'c/data_batch_2.bin': cifar(3), 'c/test_batch.bin': cifar(1) },
    run: data('cifar10:c'),
  },
  'N0403-csv-scaled': csv('0,128,255,0\n4,5,6,1\n'),
  'E0440-not-a-picture': { files: { '7.png': 'GIF89a...' }, run: picture([28, 28, 1]) },
  'E0441-picture-damaged': { files: { '7.png': grey(28).subarray(0, 50) }, run: picture([28, 28, 1]) },
  'E0442-picture-size': { files: { '7.png': grey(40) }, run: picture([28, 28, 1], true) },
  'E0443-no-picture-input': { files: { '7.png': grey(4) }, run: picture([28, 28, 10]) },
  'N0440-picture-resized': { files: { '7.png': grey(40) }, run: picture([28, 28, 1]) },
  'E0501-weights-cut-short': { run: tensors(`{${f32('conv1.weight', '[3,3,1,10]', 0, 360)}}`, 360, 100) },
  'E0502-not-weights': { run: tensors('PK..', 60) },
  'E0503-tensor-not-valid': { run: tensors(`{${f32('conv1.weight', '[3,3,1,10]', 0, 320)}}`, 320) },
  'E0504-tensors-overlap': { run: tensors(`{${f32('a', '[2]', 0, 8)},${f32('b', '[2]', 4, 12)}}`, 12) },
  'E0505-unused-bytes': { run: tensors(`{${f32('a', '[2]', 0, 8)}}`, 20) },
};

async function seen({ files = {}, run }: Case): Promise<string> {
  return inFolder(files, async (folder) => {
    try {
      return renderAll((await run(folder)) as readonly Diagnostic[]);
    } catch (error) {
      if (error instanceof Failure) return renderAll(error.diagnostics);
      throw error;
    }
  });
}

describe('messages', () => {
  test.each(Object.keys(cases))('%s', async (name) => {
    const text = await seen(cases[name] as Case);
    expect(text).toContain(`[${name.slice(0, 5)}]`);
    await expect(text).toMatchFileSnapshot(join(goldens, name, 'expected.txt'));
  });

  test('each entry of these catalogues has one', () => {
    const codes = Object.values(catalogue).map((entry) => entry.code);
    expect(new Set(codes).size).toBe(codes.length);
    expect([...new Set(Object.keys(cases).map((name) => name.slice(0, 5)))].sort()).toEqual(codes.sort());
  });

  test('no golden is left of a case that is gone', () => {
    const own = new Set(Object.values(catalogue).map((entry) => entry.code));
    const folders = readdirSync(goldens).filter((name) => own.has(name.slice(0, 5)));
    const plain = folders.filter((name) => !existsSync(join(goldens, name, 'cmd')));
    // Some of these messages have a case in file-messages.test.ts too.
    const others = ['E0427-csv-missing-cell', 'E0441-pictures-damaged'];
    expect(plain.sort()).toEqual([...Object.keys(cases), ...others].sort());
  });
});

describe('writing', () => {
  test('replaces a file at once and leaves nothing beside it', async () => {
    await inFolder({ 'a.txt': 'old' }, async (folder) => {
      await writeAtomic(join(folder, 'a.txt'), 'new');
      expect(new TextDecoder().decode(await readBytes(join(folder, 'a.txt')))).toBe('new');
      expect(readdirSync(folder)).toEqual(['a.txt']);
    });
  });
  test('over a folder is refused, and leaves nothing beside it', async () => {
    await inFolder({ 'runs/a.txt': 'old' }, async (folder) => {
      await expect(writeAtomic(join(folder, 'runs'), 'new')).rejects.toThrow('E0402');
      expect(readdirSync(folder)).toEqual(['runs']);
    });
  });
});
