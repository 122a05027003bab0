// Small data files for tests: IDX, CIFAR-10 records, and folders of them.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

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
