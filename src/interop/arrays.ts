// Named arrays of a file: safetensors, or an archive of NPY arrays as numpy.savez writes it.
import { parseNpy } from '../data/npy.ts';
import { zipContent, zipEntries } from '../data/zip.ts';
import type { Given } from './orders/match.ts';
import { readSafetensors } from './safetensors.ts';

const isZip = (bytes: Uint8Array): boolean => bytes[0] === 0x50 && bytes[1] === 0x4b;

/** The arrays in the order of the file, in single precision. `file` is for messages. */
export function readArrays(bytes: Uint8Array, file: string): Map<string, Given> {
  if (!isZip(bytes)) return new Map(readSafetensors(bytes, file).tensors);
  const arrays = new Map<string, Given>();
  for (const entry of zipEntries(bytes, file)) {
    const inside = `${file}: ${entry.name}`;
    const { shape, values } = parseNpy(zipContent(bytes, entry, file), inside);
    arrays.set(entry.name.replace(/\.npy$/, ''), { shape, values: Float32Array.from(values) });
  }
  return arrays;
}
