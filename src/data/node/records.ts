// Pictures read from a file a range at a time, for sets that do not fit into memory: NPY in the order of C, and IDX.
import { type FileHandle, open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { readTrouble } from '../../cli/files.ts';
import { idxMagic, idxSize } from '../../diagnostics/catalog/data.ts';
import { arrayShape } from '../../diagnostics/catalog/data-files.ts';
import { refuse } from '../../diagnostics/index.ts';
import { checkNpySize, type Numbers, npyNumbers, readNpyHeader } from '../npy.ts';
import { sizeOf } from '../types.ts';
import type { Place } from './read.ts';

export interface Records {
  readonly count: number;
  /** The shape of one picture, as the file has it. */
  readonly shape: readonly number[];
  /** The values of pictures `from` to `from + count` (cut off at the end), in the order of the file and unscaled. */
  read(from: number, count: number): Promise<Numbers>;
  close(): Promise<void>;
}

/** Headers of NPY files are shorter than this, but for structured types. */
const headerBytes = 4096;

/** Bytes `at` to `at + length` of a file. */
async function bytesAt(file: FileHandle, shown: string, at: number, length: number): Promise<Uint8Array> {
  const out = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await file
      .read(out, done, length - done, at + done)
      .catch((error: unknown) => refuse(readTrouble(error, shown)));
    if (bytesRead === 0) return out.subarray(0, done);
    done += bytesRead;
  }
  return out;
}

/**
 * Opens a file of pictures without reading them. `shown` is the path as the user wrote it. The header and the length of
 * the file are checked; refuses packed files, other formats, and arrays in the order of Fortran, whose pictures lie apart.
 */
export async function openRecords(shown: string, { cwd }: Place): Promise<Records> {
  const file = await open(resolve(cwd, shown), 'r').catch((error: unknown) => refuse(readTrouble(error, shown)));
  try {
    const { size: length } = await file.stat();
    const start = await bytesAt(file, shown, 0, Math.min(headerBytes, length));
    const close = (): Promise<void> => file.close();
    if (start[0] !== 0) {
      const header = readNpyHeader(start, shown);
      checkNpySize(header, shown, length);
      const [count, ...shape] = header.shape;
      if (count === undefined || (header.fortran && shape.length > 0)) {
        const why =
          count === undefined
            ? 'and no axis counts pictures'
            : 'in the order of Fortran: each picture is spread over the file';
        refuse(arrayShape(shown, header.shape, why, 'in Python: numpy.save(file, numpy.ascontiguousarray(array))'));
      }
      const each = sizeOf(shape) * header.size;
      return {
        count,
        shape,
        close,
        read: async (from, n) =>
          npyNumbers(
            header,
            await bytesAt(file, shown, header.start + from * each, Math.max(0, Math.min(n, count - from)) * each),
          ),
      };
    }
    const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
    if (length < 16) refuse(idxSize(shown, 'a header of 4 + 4 + 4 + 4', 16, length));
    if (view.getUint32(0) !== 2051) refuse(idxMagic(shown, 2051, view.getUint32(0)));
    const [count, height, width] = [4, 8, 12].map((at) => view.getUint32(at)) as [number, number, number];
    const each = height * width;
    if (16 + count * each !== length) {
      refuse(idxSize(shown, `16 + ${count} x ${height} x ${width}`, 16 + count * each, length));
    }
    const read = (from: number, n: number): Promise<Uint8Array> =>
      bytesAt(file, shown, 16 + from * each, Math.max(0, Math.min(n, count - from)) * each);
    return { count, shape: [height, width], read, close };
  } catch (error) {
    await file.close();
    throw error;
  }
}
