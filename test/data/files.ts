// Small data files for tests: IDX, CIFAR-10 records, and folders of them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { crc32 } from '../../src/data/zip.ts';

/** An IDX file of that magic number and these sizes, its data 0, 1, 2 ... unless given. */
export function idx(magic: number, sizes: readonly number[], data?: readonly number[]): Uint8Array {
  const length = sizes.reduce((a, b) => a * b, 1);
  const out = new Uint8Array(4 * (1 + sizes.length) + (data?.length ?? length));
  const view = new DataView(out.buffer);
  view.setUint32(0, magic);
  for (const [i, size] of sizes.entries()) view.setUint32(4 * (i + 1), size);
  out.set(data ?? Array.from({ length }, (_, i) => i & 255), 4 * (1 + sizes.length));
  return out;
}

export const idxPictures = (count: number, h: number, w: number): Uint8Array => idx(2051, [count, h, w]);
export const idxLabels = (...labels: number[]): Uint8Array => idx(2049, [labels.length], labels);

/** CIFAR-10 records with these labels; red is 1, green 2, blue 3 plus the pixel's number, modulo 256. */
export function cifar(...labels: number[]): Uint8Array {
  const out = new Uint8Array(labels.length * 3073);
  for (const [n, label] of labels.entries()) {
    out[n * 3073] = label;
    for (let c = 0; c < 3; c++) for (let i = 0; i < 1024; i++) out[n * 3073 + 1 + c * 1024 + i] = i + c + 1;
  }
  return out;
}

/** Runs `use` in a new folder that holds these files, and removes it afterwards. */
export async function inFolder<T>(
  files: Readonly<Record<string, Uint8Array | string>>,
  use: (folder: string) => Promise<T> | T,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'cnnc-test-'));
  try {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An NPY file of version 1.0 whose data are these bytes. */
export function npy(descr: string, shape: readonly number[], data: readonly number[], fortran = false): Uint8Array {
  const dims = `(${shape.map((n) => `${n},`).join(' ')})`;
  const header = `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${dims}, }`;
  const padded = `${header.padEnd(64 * Math.ceil((header.length + 11) / 64) - 11)}\n`;
  const start = [0x93, ...[...'NUMPY'].map((c) => c.charCodeAt(0)), 1, 0, padded.length & 255, padded.length >> 8];
  return Uint8Array.from([...start, ...[...padded].map((c) => c.charCodeAt(0)), ...data]);
}

/** A zip archive of these files, stored, or packed by `deflate` (raw). */
export function zip(
  files: Readonly<Record<string, Uint8Array>>,
  deflate?: (bytes: Uint8Array) => Uint8Array,
): Uint8Array {
  const [own, directory]: [number[], number[]] = [[], []];
  const le = (n: number, bytes: number): number[] =>
    Array.from({ length: bytes }, (_, i) => Math.floor(n / 256 ** i) & 255);
  for (const [name, content] of Object.entries(files)) {
    const at = own.length;
    const packed = deflate?.(content) ?? content;
    const letters = [...new TextEncoder().encode(name)];
    const common = [
      ...le(20, 2),
      ...le(0, 2),
      ...le(deflate ? 8 : 0, 2),
      ...le(0, 4),
      ...le(crc32(content), 4),
      ...le(packed.length, 4),
      ...le(content.length, 4),
      ...le(letters.length, 2),
      ...le(0, 2),
    ];
    own.push(...le(0x04034b50, 4), ...common, ...letters, ...packed);
    directory.push(...le(0x02014b50, 4), ...le(20, 2), ...common, ...le(0, 10), ...le(at, 4), ...letters);
  }
  const count = Object.keys(files).length;
  const end = [...le(0x06054b50, 4), ...le(0, 4), ...le(count, 2), ...le(count, 2), ...le(directory.length, 4)];
  return Uint8Array.from([...own, ...directory, ...end, ...le(own.length, 4), ...le(0, 2)]);
}
