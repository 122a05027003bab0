// PNG and JPEG: kinds of pixels, damage, and the way from a file to a network's input.
import { encode } from 'fast-png';
import jpeg from 'jpeg-js';
import { describe, expect, test } from 'vitest';
import { loadPicture } from '../../src/data/node/picture.ts';
import { Failure } from '../../src/diagnostics/index.ts';
import { decodePicture } from '../../src/interop/pictures.ts';
import { inFolder } from '../data/files.ts';

/** CRC-32 of PNG, for pictures that the encoder cannot make. */
function crc(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (const b of bytes) {
    c ^= b;
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  }
  return (c ^ 0xffffffff) >>> 0;
}
async function png(
  width: number,
  height: number,
  depth: number,
  type: number,
  rows: number[],
  palette?: number[],
): Promise<Uint8Array> {
  const { deflateSync } = await import('node:zlib');
  const chunk = (name: string, data: Uint8Array): number[] => {
    const body = Uint8Array.from([...name].map((c) => c.charCodeAt(0)).concat([...data]));
    const out = new Uint8Array(8 + body.length);
    const view = new DataView(out.buffer);
    view.setUint32(0, data.length);
    out.set(body, 4);
    view.setUint32(4 + body.length, crc(body));
    return [...out];
  };
  const header = [0, 0, 0, width, 0, 0, 0, height, depth, type, 0, 0, 0];
  return Uint8Array.from([
    ...[0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10],
    ...chunk('IHDR', Uint8Array.from(header)),
    ...(palette === undefined ? [] : chunk('PLTE', Uint8Array.from(palette))),
    ...chunk('IDAT', deflateSync(Uint8Array.from(rows))),
    ...chunk('IEND', new Uint8Array(0)),
  ]);
}

describe('decoding', () => {
  const of = async (bytes: Uint8Array) => {
    const { width, height, channels, values } = await decodePicture(bytes, 'p');
    return { size: [width, height, channels], values: [...values] };
  };
  test('grey, colour, transparency on black, 16 bits', async () => {
    const image = (channels: number, data: number[]) =>
      encode({ width: 2, height: 1, channels, data: Uint8Array.from(data) });
    expect(await of(image(1, [7, 200]))).toEqual({ size: [2, 1, 1], values: [7, 200] });
    expect(await of(image(3, [1, 2, 3, 4, 5, 6]))).toEqual({ size: [2, 1, 3], values: [1, 2, 3, 4, 5, 6] });
    expect(await of(image(2, [200, 255, 200, 51]))).toEqual({ size: [2, 1, 1], values: [200, 40] });
    expect(await of(image(4, [10, 20, 30, 255, 10, 20, 30, 0]))).toEqual({
      size: [2, 1, 3],
      values: [10, 20, 30, 0, 0, 0],
    });
    const deep = encode({ width: 2, height: 1, channels: 1, depth: 16, data: Uint16Array.from([65535, 257 * 3 + 10]) });
    expect(await of(deep)).toEqual({ size: [2, 1, 1], values: [255, 3] });
  });
  test('palettes, and fewer bits than 8', async () => {
    const palette = [0, 0, 0, 255, 0, 0, 0, 255, 0, 1, 2, 3];
    expect(await of(await png(3, 2, 2, 3, [0, 0b00011011, 0, 0b11000000], palette))).toEqual({
      size: [3, 2, 3],
      values: [0, 0, 0, 255, 0, 0, 0, 255, 0, 1, 2, 3, 0, 0, 0, 0, 0, 0],
    });
    expect(await of(await png(9, 1, 1, 0, [0, 0b10100000, 0b10000000]))).toEqual({
      size: [9, 1, 1],
      values: [255, 0, 255, 0, 0, 0, 0, 0, 255],
    });
    await expect(of(await png(1, 1, 8, 3, [0, 9], palette))).rejects.toThrow('E0441');
  });
  test('JPEG', async () => {
    const data = new Uint8Array(8 * 8 * 4).fill(128);
    const { size, values } = await of(jpeg.encode({ width: 8, height: 8, data }, 90).data);
    expect(size).toEqual([8, 8, 3]);
    for (const v of values) expect(Math.abs(v - 128)).toBeLessThan(3);
  });
  test('damaged and cut files are refused, never thrown as bugs', async () => {
    const noise = Uint8Array.from({ length: 24 * 24 * 4 }, (_, i) => (i * 2654435761) >>> 13);
    const whole = [
      encode({ width: 24, height: 24, channels: 4, data: noise }),
      new Uint8Array(jpeg.encode({ width: 24, height: 24, data: noise }, 90).data),
    ];
    for (const bytes of whole) {
      for (let n = 9; n < bytes.length; n += 13) {
        const cut = await decodePicture(bytes.subarray(0, n), 'p').catch((e: unknown) => e);
        if (cut instanceof Error) expect(cut).toBeInstanceOf(Failure);
        const bent = bytes.slice();
        bent[n]! ^= 0x55;
        const bad = await decodePicture(bent, 'p').catch((e: unknown) => e);
        if (bad instanceof Error) expect(bad).toBeInstanceOf(Failure);
      }
    }
    await expect(decodePicture(whole[0]!.subarray(0, 200), 'p')).rejects.toThrow('E0441');
    await expect(decodePicture(whole[1]!.subarray(0, 300), 'p')).rejects.toThrow('E0441');
  });
});

describe('as input', () => {
  const grey = (side: number, value: number): Uint8Array =>
    encode({ width: side, height: side, channels: 1, data: new Uint8Array(side * side).fill(value) });
  const load = (bytes: Uint8Array, input: readonly number[], strict = false) =>
    inFolder({ 'p.png': bytes }, (cwd) => loadPicture('p.png', input, { strict, cwd }));

  test('as it is', async () => {
    const { values, notes } = await load(grey(4, 51), [4, 4, 1], true);
    expect([values.length, notes.length]).toEqual([16, 0]);
    expect(values[0]).toBeCloseTo(0.2, 6);
    expect((await load(grey(4, 51), [16], true)).values.length).toBe(16);
  });
  test('resized, padded and converted with a note; refused when strict', async () => {
    const codes = async (bytes: Uint8Array, input: readonly number[]) =>
      (await load(bytes, input)).notes.map((n) => n.message);
    expect(await codes(grey(40, 9), [28, 28, 1])).toEqual([expect.stringContaining('resized')]);
    expect(await codes(grey(28, 9), [32, 32, 1])).toEqual([expect.stringContaining('border of zeros')]);
    expect(await codes(grey(8, 9), [8, 8, 3])).toEqual([expect.stringContaining('converted')]);
    await expect(load(grey(40, 9), [28, 28, 1], true)).rejects.toThrow('E0442');
  });
  test('a colour file of greys counts as grey', async () => {
    const bytes = encode({ width: 2, height: 2, channels: 3, data: new Uint8Array(12).fill(7) });
    expect((await load(bytes, [2, 2, 1], true)).notes).toEqual([]);
  });
});
