// Event files: checksums against published values, and a file that TensorBoard's own writer wrote.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32c, maskedCrc32c } from '../../src/interop/tensorboard/crc32c.ts';
import { opening, scalars } from '../../src/interop/tensorboard/events.ts';
import { histogramOf } from '../../src/interop/tensorboard/histogram.ts';
import { confusionPng, kernelsPng } from '../../src/interop/tensorboard/pictures.ts';
import { readEvents, scalarsOf } from '../../src/interop/tensorboard/read.ts';
import { frame, unframe } from '../../src/interop/tensorboard/records.ts';
import { root } from '../support/need.ts';

/** Written by `EventFileWriter` of the package tensorboard 2.21.0. */
const theirs = new Uint8Array(readFileSync(join(root, 'test/interop/tensorboard/by-tensorboard.tfevents')));

test('CRC-32C is that of RFC 3720, appendix B.4', () => {
  const bytes = (f: (i: number) => number) => Uint8Array.from({ length: 32 }, (_, i) => f(i));
  expect(crc32c(bytes(() => 0)).toString(16)).toBe('8a9136aa');
  expect(crc32c(bytes(() => 0xff)).toString(16)).toBe('62a8ab43');
  expect(crc32c(bytes((i) => i)).toString(16)).toBe('46dd794e');
  expect(crc32c(bytes((i) => 31 - i)).toString(16)).toBe('113fdb5c');
  expect(crc32c(new TextEncoder().encode('123456789')).toString(16)).toBe('e3069283');
  expect(crc32c(new Uint8Array())).toBe(0);
});

test('the records of a file of TensorBoard are framed to the same bytes again', () => {
  const { records, trouble } = unframe(theirs);
  expect(trouble).toBeUndefined();
  expect(records).toHaveLength(6);
  expect(Buffer.concat(records.map((r) => frame(r))).equals(Buffer.from(theirs))).toBe(true);
  // The length of the first record as its file has it: 0x48, and the masked checksum of these eight bytes.
  expect(Buffer.from(theirs.subarray(0, 12)).toString('hex')).toBe('4800000000000000fe92489d');
  expect(maskedCrc32c(theirs.subarray(0, 8))).toBe(0x9d4892fe);
});

test('a file of TensorBoard is read, and what a later session took back is forgotten', () => {
  const file = readEvents(theirs);
  expect(file.damagedAt).toBeUndefined();
  expect(file.events[0]?.what).toEqual({ case: 'fileVersion', value: 'brain.Event:2' });
  // Three steps were written, and a session then started at step 2.
  const before = { events: file.events.slice(0, -1) };
  expect(scalarsOf([before]).get('loss')).toEqual([2.25, 1.5, 0.75].map((value, i) => ({ step: i + 1, value })));
  expect(scalarsOf([file]).get('loss')).toEqual([{ step: 1, value: 2.25 }]);
  const more = readEvents(Buffer.concat(scalars({ seconds: 0, step: 2 }, { loss: 0.5 })));
  expect(scalarsOf([file, more]).get('loss')).toEqual([
    { step: 1, value: 2.25 },
    { step: 2, value: 0.5 },
  ]);
});

test('damage is found wherever it is, and a part of a record is none', () => {
  const whole = unframe(theirs).records.length;
  for (let at = 0; at < theirs.length; at += 5) {
    const spoiled = theirs.slice();
    spoiled[at] = (spoiled[at] as number) ^ 16;
    const { trouble, records } = unframe(spoiled);
    expect(trouble?.kind, `byte ${at}`).toBe('damaged');
    expect(records.length).toBeLessThan(whole);
  }
  const starts = [0];
  for (const { length } of unframe(theirs).records) starts.push((starts.at(-1) as number) + length + 16);
  for (let length = 0; length < theirs.length; length += 3) {
    const { trouble } = unframe(theirs.subarray(0, length));
    expect(trouble?.kind).toBe(starts.includes(length) ? undefined : 'truncated');
  }
});

test('a file begins with its version, byte for byte as published', () => {
  const [version, start] = opening({ seconds: 0, step: 7 }, 'w') as [Uint8Array, Uint8Array];
  // Field 3 (file_version) of 13 bytes, field 10 (source_metadata).
  expect(Buffer.from(unframe(version).records[0] as Uint8Array).toString('latin1')).toBe(
    '\x1a\x0dbrain.Event:2R\x03\x0a\x01w',
  );
  // Field 2 (step) 7, field 7 (session_log) with field 1 (status) START = 1.
  expect([...(unframe(start).records[0] as Uint8Array)]).toEqual([0x10, 7, 0x3a, 2, 8, 1]);
});

test('histograms hold every finite value once, between their ends', () => {
  const value = fc.oneof(
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.constantFrom(0, Number.NaN, 1 / 0, -3, 5e-324, 3e38, -3e38),
  );
  fc.assert(
    fc.property(fc.array(value, { maxLength: 80 }), (values) => {
      const finite = values.filter(Number.isFinite);
      const h = histogramOf(values);
      expect(h === undefined).toBe(finite.length === 0);
      if (!h) return;
      expect(h.num).toBe(finite.length);
      expect(h.bucket.reduce((a, b) => a + b, 0)).toBe(finite.length);
      expect(h.bucketLimit).toHaveLength(h.bucket.length);
      expect(h.min).toBeLessThanOrEqual(Math.min(...finite));
      expect(h.bucketLimit.at(-1)).toBeGreaterThanOrEqual(Math.max(...finite));
      h.bucketLimit.forEach((limit, i) => expect(limit).toBeGreaterThanOrEqual(h.bucketLimit[i - 1] ?? h.min));
    }),
    { numRuns: 200 },
  );
  const { bucket, bucketLimit } = histogramOf([0, 0.5, 15, 29.5, 30]) ?? { bucket: [], bucketLimit: [] };
  expect(bucketLimit).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  expect([bucket[0], bucket[15], bucket[29]]).toEqual([2, 1, 2]);
});

test('pictures: the confusion matrix is dark where it is full, kernels stand in a grid', async () => {
  const { decode } = await import('fast-png');
  const matrix = await confusionPng([
    [5, 0],
    [1, 3],
  ]);
  const seen = decode(matrix.bytes);
  expect([seen.width, seen.height, seen.channels]).toEqual([matrix.width, matrix.height, 3]);
  const pixel = (x: number, y: number) => [...seen.data.slice(3 * (y * seen.width + x), 3 * (y * seen.width + x) + 3)];
  // Cells of 36 pixels behind a margin of 24.
  expect(pixel(24 + 4, 24 + 4)).toEqual([8, 81, 156]);
  expect(pixel(24 + 36 + 4, 24 + 4)).toEqual([255, 255, 255]);
  const many = await confusionPng(Array.from({ length: 200 }, (_, i) => Array.from({ length: 200 }, (_, j) => i + j)));
  expect(many.width).toBeLessThan(700);
  // Two filters of 1 x 2: what is least is black, what is largest white.
  const kernels = decode((await kernelsPng([0, 7, 1, 6], [1, 2, 1, 2])).bytes);
  const at = (x: number) => kernels.data[3 * (10 * kernels.width + x)];
  expect([at(10), at(40), at(62), at(92)]).toEqual([0, 255, 255, 0]);
});
