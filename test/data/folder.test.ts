// Folders of pictures by class: classes, parts, sizes, colours, and which way up a photograph is.
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { encode } from 'fast-png';
import { encode as encodeJpeg } from 'jpeg-js';
import { describe, expect, test } from 'vitest';
import { cropTo, middle } from '../../src/data/crop.ts';
import { type LoadOptions, loadData } from '../../src/data/node/load.ts';
import type { DataSet } from '../../src/data/types.ts';
import { orientationOf, upright } from '../../src/interop/exif.ts';
import { decodePicture, type Picture } from '../../src/interop/pictures.ts';
import { inFolder } from './files.ts';

type Png = { readonly width: number; readonly height: number; readonly channels: number; readonly data: number[] };
const png = ({ width, height, channels, data }: Png): Uint8Array =>
  encode({ width, height, channels: channels as 1 | 2 | 3 | 4, data: Uint8Array.from(data) });
/** A grey picture of one value. */
const flat = (value: number, h = 2, w = 2): Uint8Array =>
  png({ width: w, height: h, channels: 1, data: new Array(h * w).fill(value) });
const load = (files: Readonly<Record<string, Uint8Array | string>>, spec: string, options: Partial<LoadOptions> = {}) =>
  inFolder(files, (cwd) => loadData(spec, { seed: 3, cwd, ...options }));
/** First value and label of each picture, in order. */
const seen = ({ pixels, labels, shape }: DataSet): number[][] =>
  [...labels].map((label, i) => [pixels.values[i * shape[0] * shape[1] * shape[2]] as number, label]);

describe('folders', () => {
  const files = {
    'p/dog/b.png': flat(40),
    'p/dog/a.PNG': flat(30),
    'p/cat/deep/x.png': flat(20),
    'p/cat/1.png': flat(10),
    'p/eel/1.png': flat(50),
    'p/.git/1.png': flat(99),
  };
  test('classes by name, pictures by name, folders below', async () => {
    const { split, parted, notes } = await load(files, 'folder:p,train=0.6');
    expect([split.train.count, split.test.count, parted, notes]).toEqual([3, 2, true, []]);
    expect(split.train).toMatchObject({ classNames: ['cat', 'dog', 'eel'], shape: [2, 2, 1], classes: 3 });
    const all = [...seen(split.train), ...seen(split.test)].sort((a, b) => (a[0] as number) - (b[0] as number));
    expect(all).toEqual([
      [10, 0],
      [20, 0],
      [30, 1],
      [40, 1],
      [50, 2],
    ]);
  });
  test('the same parts for the same seed, others for another', async () => {
    const many = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`p/c/${i}.png`, flat(i)]));
    const order = async (seed: number) => seen((await load(many, 'folder:p', { seed })).split.train);
    expect(await order(1)).toEqual(await order(1));
    expect(await order(1)).not.toEqual(await order(2));
  });
  test('parts of their own', async () => {
    const parts = { 'p/train/b/1.png': flat(1), 'p/train/a/1.png': flat(2), 'p/val/b/1.png': flat(3), 'p/README': 'x' };
    const { split, parted } = await load(parts, 'folder:p');
    expect([seen(split.train), seen(split.test), parted]).toEqual([
      [
        [2, 0],
        [1, 1],
      ],
      [[3, 1]],
      false,
    ]);
  });
  test('folders called train and test are classes when they hold pictures', async () => {
    const { split } = await load({ 'p/train/1.png': flat(1), 'p/test/1.png': flat(2) }, 'folder:p');
    expect(split.train.classNames).toEqual(['test', 'train']);
  });
  test('links are followed', async () => {
    await inFolder({ 'p/a/1.png': flat(1), 'far/2.png': flat(2) }, async (cwd) => {
      symlinkSync(join(cwd, 'far'), join(cwd, 'p/b'));
      const { split } = await loadData('folder:p', { seed: 0, cwd });
      expect(split.train.classNames).toEqual(['a', 'b']);
    });
  });
  test('grey, colour, transparency and grey in colour become what the model takes', async () => {
    const mixed = {
      'p/a/1.png': png({ width: 1, height: 1, channels: 3, data: [255, 0, 0] }),
      'p/a/2.png': png({ width: 1, height: 1, channels: 4, data: [255, 255, 255, 51] }),
      'p/a/3.png': png({ width: 1, height: 1, channels: 1, data: [7] }),
      'p/a/4.png': png({ width: 1, height: 1, channels: 3, data: [9, 9, 9] }),
      'p/a/5.png': flat(0),
    };
    const grey = await load(mixed, 'folder:p', { expected: [1, 1, 1] });
    const values = [...grey.split.train.pixels.values, ...grey.split.test.pixels.values].sort((a, b) => a - b);
    expect(values).toEqual([0, 7, 9, 51, 76]);
    const colour = await load(mixed, 'folder:p');
    expect(colour.split.train.shape).toEqual([64, 64, 3]);
    expect((await load(mixed, 'folder:p,size=3x5')).split.train.shape).toEqual([3, 5, 3]);
    expect((await load(mixed, 'folder:p', { expected: [12] })).split.train.shape).toEqual([2, 2, 3]);
  });
});

describe('cropping', () => {
  test('the middle, in the proportions that are wanted', () => {
    expect(middle(10, 20, [5, 5])).toEqual([0, 5, 10, 10]);
    expect(middle(21, 10, [4, 2])).toEqual([0, 0, 20, 10]);
    expect(middle(1, 100, [50, 10])).toEqual([0, 49, 1, 1]);
  });
  test('then resized', () => {
    const values = Uint8Array.from([0, 10, 20, 30, 40, 50, 0, 10, 20, 30, 40, 50]);
    expect([...cropTo({ width: 6, height: 2, channels: 1, values }, [1, 1, 1])]).toEqual([25]);
    expect([...cropTo({ width: 6, height: 2, channels: 1, values }, [2, 2, 1])]).toEqual([20, 30, 20, 30]);
  });
});

describe('EXIF', () => {
  /** A JPEG file of a bright left upper quarter, said to be turned. */
  function jpeg(orientation: number, little: boolean): Uint8Array {
    const [w, h] = [32, 16];
    const data = new Uint8Array(w * h * 4).fill(255);
    for (let y = 0; y < h; y++)
      for (let x = 0; x < w; x++) data.fill(x < w / 2 && y < h / 2 ? 255 : 0, 4 * (y * w + x), 4 * (y * w + x) + 3);
    const plain = new Uint8Array(encodeJpeg({ width: w, height: h, data }, 100).data);
    const two = (n: number): number[] => (little ? [n & 255, n >> 8] : [n >> 8, n & 255]);
    const four = (n: number): number[] => (little ? [...two(n), 0, 0] : [0, 0, ...two(n)]);
    const entry = [...two(0x0112), ...two(3), ...four(1), ...two(orientation), 0, 0];
    const tiff = [...(little ? [0x49, 0x49] : [0x4d, 0x4d]), ...two(42), ...four(8), ...two(1), ...entry, ...four(0)];
    const block = [0x45, 0x78, 0x69, 0x66, 0, 0, ...tiff];
    const length = block.length + 2;
    return Uint8Array.from([
      ...plain.subarray(0, 2),
      0xff,
      0xe1,
      length >> 8,
      length & 255,
      ...block,
      ...plain.subarray(2),
    ]);
  }
  /** Where the bright quarter is seen: 'left upper', ... */
  const corner = ({ width, height, values }: Picture): string => {
    const at = (x: number, y: number): number =>
      values[(Math.floor(y * height) * width + Math.floor(x * width)) * 3] as number;
    return ['upper left', 'upper right', 'lower left', 'lower right']
      .filter((_, i) => at(i % 2 ? 0.75 : 0.25, i < 2 ? 0.25 : 0.75) > 128)
      .join();
  };
  // Row 0 and column 0 of what is stored, as the standard says where they are seen: 1 top left, 2 top right, 3 bottom
  // right, 4 bottom left, 5 left top, 6 right top, 7 right bottom, 8 left bottom.
  const places = [
    'upper left',
    'upper right',
    'lower right',
    'lower left',
    'upper left',
    'upper right',
    'lower right',
    'lower left',
  ];
  test.each(places.map((place, i) => [i + 1, place] as const))('orientation %i: %s', async (orientation, place) => {
    for (const little of [true, false]) {
      const file = jpeg(orientation, little);
      expect(orientationOf(file)).toBe(orientation);
      const picture = await decodePicture(file, 'a.jpg');
      expect([picture.width, picture.height]).toEqual(orientation > 4 ? [16, 32] : [32, 16]);
      expect(corner(picture)).toBe(place);
    }
  });
  test('swapped axes: each pixel', () => {
    const picture: Picture = { width: 3, height: 2, channels: 1, values: Uint8Array.of(1, 2, 3, 4, 5, 6) };
    expect([...upright(picture, 5).values]).toEqual([1, 4, 2, 5, 3, 6]);
    expect([...upright(picture, 6).values]).toEqual([4, 1, 5, 2, 6, 3]);
    expect([...upright(picture, 7).values]).toEqual([6, 3, 5, 2, 4, 1]);
    expect([...upright(picture, 8).values]).toEqual([3, 6, 2, 5, 1, 4]);
  });
  test('what cannot be read counts as upright', () => {
    const file = jpeg(6, true);
    for (let length = 2; length < 60; length++) expect([1, 6]).toContain(orientationOf(file.subarray(0, length)));
    expect(orientationOf(jpeg(9, false))).toBe(1);
  });
});
