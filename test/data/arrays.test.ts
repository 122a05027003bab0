// NPY, NPZ and tables, against bytes that numpy wrote and against bytes written here by hand.
import { deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parseCsv, type TableOptions } from '../../src/data/csv.ts';
import { type LoadOptions, loadData } from '../../src/data/node/load.ts';
import { parseNpy } from '../../src/data/npy.ts';
import { parseSpec } from '../../src/data/spec.ts';
import { crc32 } from '../../src/data/zip.ts';
import { inFolder, npy, zip } from './files.ts';

const base64 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64'));
const latin = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const load = (spec: string, files: Readonly<Record<string, Uint8Array | string>>, options: Partial<LoadOptions> = {}) =>
  inFolder(files, (cwd) => loadData(spec, { seed: 1, cwd, ...options }));

describe('NPY', () => {
  test('the example of the manual of "construct": numpy.asarray([1, 2, 3]), with a header of 70 bytes', () => {
    const header = "{'descr': '<i8', 'fortran_order': False, 'shape': (3,), }            \n";
    const file = latin(`\x93NUMPY\x01\x00F\x00${header}\x01\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0`);
    expect(parseNpy(file, 'a')).toEqual({ shape: [3], values: Float64Array.of(1, 2, 3) });
  });
  test('a published array of random doubles', () => {
    const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }          \n";
    const body =
      '\xa8\x96\x1d\xeb\xe5o\xda? \x06W\xa1s\xcb\xca?*\xdeB>\x12\x7f\xd4?x<h\x81\x99i\xc9?@\xa4\x027\xb0\x1c\xda?<P\x05\x8f\x90R\xe3?';
    const { shape, values } = parseNpy(latin(`\x93NUMPY\x01\x00F\x00${header}${body}`), 'a');
    expect(shape).toEqual([2, 3]);
    const rounded = [...values].map((v) => Number(v.toFixed(8)));
    expect(rounded).toEqual([0.41307972, 0.20933385, 0.32025581, 0.19853514, 0.408001, 0.6038287]);
  });
  test('what numpy 2.4 wrote: columns first, and halves', () => {
    const fortran =
      'k05VTVBZAQB2AHsnZGVzY3InOiAnPmY4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAo/8AAAAAAAAEAQAAAAAAAAQAAAAAAAAABAFAAAAAAAAEAIAAAAAAAAQBgAAAAAAAA=';
    expect(parseNpy(base64(fortran), 'a')).toEqual({ shape: [2, 3], values: Float64Array.of(1, 2, 3, 4, 5, 6) });
    const halves =
      'k05VTVBZAQB2AHsnZGVzY3InOiAnPGYyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAOADAAgD/ew==';
    expect([...parseNpy(base64(halves), 'a').values]).toEqual([0.5, -2, 2 ** -23, 65504]);
  });
  test('versions 2.0 and 3.0, a header of Python 2, a scalar', () => {
    const header = "{'shape': (2L,), 'fortran_order': False, 'descr': '>i2'}\n";
    for (const version of ['\x02', '\x03']) {
      const file = latin(`\x93NUMPY${version}\0${String.fromCharCode(header.length)}\0\0\0${header}\x01\x02\xff\xfe`);
      expect([...parseNpy(file, 'a').values]).toEqual([258, -2]);
    }
    expect(parseNpy(npy('|b1', [], [7]), 'a')).toEqual({ shape: [], values: Uint8Array.of(1) });
  });
  test('halves of all kinds', () => {
    const bits = [0x0000, 0x8001, 0x03ff, 0x0400, 0x3c00, 0x7c00, 0xfc00, 0x7e00];
    const bytes = bits.flatMap((b) => [b & 255, b >> 8]);
    expect([...parseNpy(npy('<f2', [8], bytes), 'a').values]).toEqual([
      0,
      -(2 ** -24),
      1023 * 2 ** -24,
      2 ** -14,
      1,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      Number.NaN,
    ]);
  });
});

describe('arrays as sets', () => {
  const pictures = npy(
    '|u1',
    [4, 2, 3],
    Array.from({ length: 24 }, (_, i) => 10 * i),
  );
  test('pictures, and classes of 8 bytes; the part to train on', async () => {
    const labels = npy(
      '<i8',
      [4],
      [0, 1, 2, 1].flatMap((c) => [c, 0, 0, 0, 0, 0, 0, 0]),
    );
    const { split, parted, notes } = await load('npy:x.npy,y.npy,train=0.5', { 'x.npy': pictures, 'y.npy': labels });
    expect([split.train.count, split.test.count, parted]).toEqual([2, 2, true]);
    expect(split.train).toMatchObject({ shape: [2, 3, 1], classes: 3, pixels: { dtype: 'u8', scale: 1 / 255 } });
    expect(notes.map((n) => n.code)).toEqual(['N0404']);
    const seen = [split.train, split.test].flatMap(({ pixels, labels }) =>
      [...labels].map((label, i) => [pixels.values[6 * i], label]),
    );
    expect(seen.sort((a, b) => (a[0] as number) - (b[0] as number))).toEqual([
      [0, 0],
      [60, 1],
      [120, 2],
      [180, 1],
    ]);
  });
  test('one-hot labels, parts of their own, one scale for both', async () => {
    const files = {
      'x.npy': npy('|u1', [2, 1, 1, 1], [3, 4]),
      'y.npy': npy('|u1', [2, 3], [0, 0, 1, 1, 0, 0]),
      'tx.npy': npy('|u1', [1, 1, 1, 1], [200]),
      'ty.npy': npy('|u1', [1, 3], [0, 1, 0]),
    };
    const { split } = await load('npy:x.npy,y.npy,tx.npy,ty.npy', files);
    expect([[...split.train.labels], [...split.test.labels]]).toEqual([[2, 0], [1]]);
    expect([split.train.classes, split.train.pixels.scale, split.test.pixels.scale]).toEqual([3, 1 / 255, 1 / 255]);
  });
  test('channels first are turned where the model says so, with a note', async () => {
    const files = {
      'x.npy': npy('|u1', [2, 3, 1, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 200]),
      'y.npy': npy('|u1', [2], [0, 1]),
    };
    const { split, notes } = await load('npy:x.npy,y.npy,x.npy,y.npy', files, { expected: [1, 2, 3] });
    expect([...split.train.pixels.values]).toEqual([1, 3, 5, 2, 4, 6, 7, 9, 11, 8, 10, 200]);
    expect(notes.map((n) => n.code)).toEqual(['N0405', 'N0405', 'N0404']);
    const asIs = await load('npy:x.npy,y.npy,x.npy,y.npy', files, { expected: [3, 1, 2] });
    expect([...asIs.split.train.pixels.values].slice(0, 3)).toEqual([1, 2, 3]);
  });
  test('values, where the model wants values; a class for each pixel', async () => {
    const files = { 'x.npy': npy('|u1', [2, 1, 2], [0, 1, 1, 0]), 'y.npy': npy('|u1', [2, 1, 2], [0, 1, 2, 3]) };
    const values = await load('npy:x.npy,y.npy,x.npy,y.npy', files, { expectedValues: [2] });
    expect(values.split.train).toMatchObject({ labels: Float32Array.of(0, 1, 2, 3), labelShape: [2], classes: 0 });
    const maps = await load('npy:x.npy,y.npy,x.npy,y.npy', files);
    expect(maps.split.train).toMatchObject({ labels: Uint32Array.of(0, 1, 2, 3), labelShape: [1, 2], classes: 4 });
  });
});

describe('NPZ', () => {
  test('what numpy.savez_compressed wrote, with the names of Keras', async () => {
    const file = base64(
      'UEsDBC0AAAAIAAAAIQDFIoSg//////////8LABQAeF90cmFpbi5ucHkBABAAjAAAAAAAAABUAAAAAAAAAJvsF+obEMnIUMZQrZ6SWpxcpG6loF5Taqiuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CkBkrKmjUKtAHuBiYGRiZmFlY+fg5OIGAFBLAwQtAAAACAAAACEAcfs5q///////////CwAUAHlfdHJhaW4ubnB5AQAQAJAAAAAAAAAASAAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mhrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOpo6CrUKFAAuRgZUAABQSwMELQAAAAgAAAAhAJ1TOIb//////////woAFAB4X3Rlc3QubnB5AQAQAIYAAAAAAAAATwAAAAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBeU2qorqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RqGOgpGOgrGmjoKtQrkAS4GRiZmFlYAUEsDBC0AAAAIAAAAIQB7sqbA//////////8KABQAeV90ZXN0Lm5weQEAEACBAAAAAAAAAEUAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgXlNqqK6joJ6WX1RSlJgXn1+UkgoSd0vMKU4FihdnJBakAvkahjqaOgq1ChQALkYAUEsBAi0DLQAAAAgAAAAhAMUihKBUAAAAjAAAAAsAAAAAAAAAAAAAAIABAAAAAHhfdHJhaW4ubnB5UEsBAi0DLQAAAAgAAAAhAHH7OatIAAAAkAAAAAsAAAAAAAAAAAAAAIABkQAAAHlfdHJhaW4ubnB5UEsBAi0DLQAAAAgAAAAhAJ1TOIZPAAAAhgAAAAoAAAAAAAAAAAAAAIABFgEAAHhfdGVzdC5ucHlQSwECLQMtAAAACAAAACEAe7KmwEUAAACBAAAACgAAAAAAAAAAAAAAgAGhAQAAeV90ZXN0Lm5weVBLBQYAAAAABAAEAOIAAAAiAgAAAAA=',
    );
    const { split, parted } = await load('npz:keras.npz', { 'keras.npz': file });
    expect(parted).toBe(false);
    expect(split.train).toMatchObject({ shape: [2, 3, 1], count: 2, labels: Uint32Array.of(1, 0) });
    expect([...split.train.pixels.values]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect([split.test.count, [...split.test.labels]]).toEqual([1, [1]]);
  });
  test('what numpy.savez wrote without names: floats stay, one-hot labels', async () => {
    const file = base64(
      'UEsDBC0AAAAAAAAAIQDN+MpX//////////8JABQAYXJyXzAubnB5AQAQALAAAAAAAAAAsAAAAAAAAACTTlVNUFkBAHYAeydkZXNjcic6ICc8ZjQnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoMiwgMiwgMyksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgCgAAAAAAAIA+AAAAPwAAQD8AAIA/AACgPwAAwD8AAOA/AAAAQAAAEEAAACBAAAAwQFBLAwQtAAAAAAAAACEAwcajPP//////////CQAUAGFycl8xLm5weQEAEACQAAAAAAAAAJAAAAAAAAAAk05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDIpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAIA/AAAAAAAAAAAAAIA/UEsBAi0DLQAAAAAAAAAhAM34ylewAAAAsAAAAAkAAAAAAAAAAAAAAIABAAAAAGFycl8wLm5weVBLAQItAy0AAAAAAAAAIQDBxqM8kAAAAJAAAAAJAAAAAAAAAAAAAACAAesAAABhcnJfMS5ucHlQSwUGAAAAAAIAAgBuAAAAtgEAAAAA',
    );
    const { split, notes } = await load('npz:a.npz', { 'a.npz': file });
    const all = [...split.train.pixels.values, ...split.test.pixels.values].sort((a, b) => a - b);
    expect(all).toEqual(Array.from({ length: 12 }, (_, i) => i / 4));
    expect([split.train.pixels.dtype, split.train.classes, notes]).toEqual(['f32', 2, []]);
  });
  test('names that the spec says', async () => {
    const file = zip({ 'pix.npy': npy('|u1', [2, 1, 1], [0, 1]), 'lab.npy': npy('|u1', [2], [1, 0]) }, deflateRawSync);
    const { split } = await load('npz:a.npz,x=pix,y=lab', { 'a.npz': file });
    expect(split.train.count + split.test.count).toBe(2);
  });
  test('the checksum of the standard', () => expect(crc32(latin('123456789'))).toBe(0xcbf43926));
});

describe('tables', () => {
  const csv = (text: string, options: TableOptions = {}) => parseCsv(new TextEncoder().encode(text), 'a.csv', options);
  test('MNIST as a table: the label first, under its name', () => {
    const table = csv('label,1x1,1x2\n5,0,255\n3,7,8\n');
    expect([[...table.labels], [...table.values], table.classNames]).toEqual([[5, 3], [0, 255, 7, 8], undefined]);
    expect([...csv('0,1,label\n5,6,1\n').values]).toEqual([5, 6]);
  });
  test('a column by its name or number', () => {
    expect([...csv('a,kind,b\n1,0,2\n3,1,4\n', { label: 'kind' }).values]).toEqual([1, 2, 3, 4]);
    expect([...csv('7,1,2\n8,3,4\n', { label: '1' }).labels]).toEqual([7, 8]);
  });
  test('words as classes, sorted, with quotes and line feeds in them', () => {
    const table = csv('w,h,kind\n1,2,"zebra, ""Grevy\'s"""\n3,4,ant\n5,6,"zebra, ""Grevy\'s"""\n7,8,"bee\nfly"\n', {
      label: 'kind',
    });
    expect(table.classNames).toEqual(['ant', 'bee\nfly', 'zebra, "Grevy\'s"']);
    expect([[...table.labels], [...table.values]]).toEqual([
      [2, 0, 2, 1],
      [1, 2, 3, 4, 5, 6, 7, 8],
    ]);
  });
  test('no header, and words as classes', () => {
    const table = csv('5.1,3.5,setosa\n6.2,2.9,virginica\n');
    expect([table.count, table.classNames]).toEqual([2, ['setosa', 'virginica']]);
  });
  test('two files, with the classes of the first', async () => {
    const files = { 'a.csv': 'x,y,class\n1,2,b\n3,4,a\n', 'b.csv': 'x,y,class\n5,6,b\n' };
    const { split, parted } = await load('csv:a.csv,b.csv', files);
    expect([[...split.train.labels], [...split.test.labels], parted]).toEqual([[1, 0], [1], false]);
    expect(split.test.classNames).toEqual(['a', 'b']);
  });
  test('values in the last columns, where the model wants values', async () => {
    const files = { 'a.csv': 'a,b,u,v\n1,2,0.5,-1\n3,4,1.5,2\n' };
    const { split } = await load('csv:a.csv,a.csv', files, { expectedValues: [2] });
    expect(split.train).toMatchObject({ labels: Float32Array.of(0.5, -1, 1.5, 2), labelShape: [2], shape: [1, 1, 2] });
  });
});

test('specs with options', () => {
  expect(parseSpec('npy:a.npy,b.npy,train=.75')).toEqual({ kind: 'npy', paths: ['a.npy', 'b.npy'], train: 0.75 });
  expect(parseSpec('npz:C:/a,b=c/x.npz,y=t,x=p')).toEqual({ kind: 'npz', path: 'C:/a,b=c/x.npz', x: 'p', y: 't' });
  expect(parseSpec('csv:a.csv,b.csv,label=kind of')).toEqual({
    kind: 'csv',
    path: 'a.csv',
    test: 'b.csv',
    label: 'kind of',
  });
  expect(parseSpec('folder:my, pets,size=32x48')).toEqual({ kind: 'folder', path: 'my, pets', size: [32, 48] });
});
