// Pictures read a range at a time are those that are read at once.
import { describe, expect, test } from 'vitest';
import { openRecords, type Records } from '../../src/data/node/records.ts';
import { idx, idxLabels, idxPictures, inFolder, npy } from './files.ts';

const reading = <T>(bytes: Uint8Array, use: (records: Records) => Promise<T>): Promise<T> =>
  inFolder({ x: bytes }, async (cwd) => {
    const records = await openRecords('x', { cwd });
    try {
      return await use(records);
    } finally {
      await records.close();
    }
  });

describe('ranges of pictures', () => {
  test('IDX', async () => {
    await reading(idxPictures(5, 2, 3), async (records) => {
      expect([records.count, records.shape]).toEqual([5, [2, 3]]);
      expect([...(await records.read(1, 2))]).toEqual([6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]);
      expect([...(await records.read(4, 9))]).toEqual([24, 25, 26, 27, 28, 29]);
      expect((await records.read(5, 1)).length).toBe(0);
    });
  });
  test('NPY: bytes and numbers in both byte orders', async () => {
    for (const [descr, bytes] of [
      ['<u2', [1, 0, 2, 0, 3, 1]],
      ['>u2', [0, 1, 0, 2, 1, 3]],
    ] as const) {
      await reading(npy(descr, [3, 1], bytes), async (records) => {
        expect([records.count, records.shape]).toEqual([3, [1]]);
        expect([...(await records.read(1, 2))]).toEqual([2, 259]);
      });
    }
  });
  test.each([
    ['an array in columns', npy('|u1', [2, 2], [1, 2, 3, 4], true), 'E0462'],
    ['a number', npy('|u1', [], [1]), 'E0462'],
    ['a file cut short', npy('|u1', [4, 2], [1, 2, 3]), 'E0458'],
    ['labels', idxLabels(1, 2, 3, 4, 5, 6, 7, 8, 9), 'E0422'],
    ['an IDX file cut short', idx(2051, [2, 2, 2], [1, 2, 3]), 'E0423'],
    ['an IDX header cut short', idxPictures(1, 1, 1).subarray(0, 15), 'E0423'],
    ['a packed file', Uint8Array.of(0x1f, 0x8b, 8, 0), 'E0455'],
  ])('refuses %s', async (_, bytes, code) => {
    await expect(reading(bytes, async () => undefined)).rejects.toThrow(code);
  });
  test('a file that is not there', async () => {
    await expect(openRecords('nothing', { cwd: '/' })).rejects.toThrow('E0401');
  });
});
