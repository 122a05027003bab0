// Files that are damaged anywhere are read or refused with a message: nothing else is thrown, and nothing takes forever.
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tarFiles } from '../../src/cli/sets/tar.ts';
import { parseCsv } from '../../src/data/csv.ts';
import { parseNpy } from '../../src/data/npy.ts';
import { zipContent, zipEntries } from '../../src/data/zip.ts';
import { Failure } from '../../src/diagnostics/index.ts';
import { orientationOf } from '../../src/interop/exif.ts';
import { npy, zip } from './files.ts';

const array = npy(
  '<f4',
  [2, 3],
  Array.from({ length: 24 }, (_, i) => i),
);
const archive = { plain: zip({ 'x.npy': array, 'y.npy': array }), packed: zip({ 'x.npy': array }, deflateRawSync) };
const text = new TextEncoder().encode('width,"the ""height""",kind\n1,2,cat\n3.5,-4e2,"a, b"\n');
const unzip = (bytes: Uint8Array): unknown =>
  zipEntries(bytes, 'f').map((entry) => parseNpy(zipContent(bytes, entry, 'f'), 'f'));

const readers: readonly (readonly [string, Uint8Array, (bytes: Uint8Array) => unknown])[] = [
  ['NPY', array, (bytes) => parseNpy(bytes, 'f')],
  ['NPZ', archive.plain, unzip],
  ['NPZ, deflated', archive.packed, unzip],
  ['CSV', text, (bytes) => parseCsv(bytes, 'f')],
  ['CSV with a label', text, (bytes) => parseCsv(bytes, 'f', { label: 'kind' })],
  ['tar', array, tarFiles],
  [
    'EXIF',
    Uint8Array.of(
      0xff,
      0xd8,
      0xff,
      0xe1,
      0,
      34,
      69,
      120,
      105,
      102,
      0,
      0,
      73,
      73,
      42,
      0,
      8,
      0,
      0,
      0,
      1,
      0,
      18,
      1,
      3,
      0,
      1,
      0,
      0,
      0,
      6,
      0,
      0,
      0,
    ),
    orientationOf,
  ],
];

describe('damaged files', () => {
  test.each(readers)('%s', (_, good, read) => {
    let refused = 0;
    expect(() => read(good)).not.toThrow();
    const change = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), fc.nat(good.length), fc.boolean(), (changes, length, cut) => {
        const bytes = good.slice(0, cut ? length : good.length);
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        try {
          read(bytes);
        } catch (error) {
          if (!(error instanceof Failure)) throw error;
          refused++;
        }
      }),
      { numRuns: 1500 },
    );
    if (read !== tarFiles && read !== orientationOf) expect(refused).toBeGreaterThan(100);
  });
});
