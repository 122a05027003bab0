// NPY, the format of numpy.save, versions 1.0 to 3.0: a header that says type, order and shape, then the values ("NEP 1").
import { npyHeader, npyMagic, npySize, npyType } from '../diagnostics/catalog/data-files.ts';
import { refuse } from '../diagnostics/index.ts';
import { sizeOf } from './types.ts';

export type Numbers = Uint8Array | Float32Array | Float64Array;

/** What the header says. */
export interface NpyHeader {
  readonly kind: 'b' | 'u' | 'i' | 'f';
  /** Bytes of one value. */
  readonly size: 1 | 2 | 4 | 8;
  readonly bigEndian: boolean;
  /** Columns first: the first index runs fastest. */
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Where the values begin, in bytes. */
  readonly start: number;
}

export interface NumberArray {
  readonly shape: readonly number[];
  /** In the order of C: the last index runs fastest. Bytes and truth values are bytes; what 32 bits hold exactly is f32. */
  readonly values: Numbers;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const types = ['b1', 'u1', 'u2', 'u4', 'u8', 'i1', 'i2', 'i4', 'i8', 'f2', 'f4', 'f8'];

/** Reads the header; `bytes` is the start of the file at least, `file` is for messages. */
export function readNpyHeader(bytes: Uint8Array, file: string): NpyHeader {
  if (magic.some((b, i) => bytes[i] !== b)) {
    const start = [...bytes.subarray(0, 6)].map((b) => b.toString(16).padStart(2, '0')).join(' ');
    refuse(npyMagic(file, start));
  }
  // 1. The length of the header: two bytes in version 1, four from version 2 on.
  const [major = 0, minor = 0] = bytes.subarray(6, 8);
  if (major < 1 || major > 3)
    refuse(npyHeader(file, `its version is ${major}.${minor}, and versions 1.0 to 3.0 are known`));
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const from = major === 1 ? 10 : 12;
  if (bytes.length < from) refuse(npyHeader(file, `the file ends after ${bytes.length} bytes`));
  const start = from + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true));
  if (start > bytes.length) {
    refuse(npyHeader(file, `it is said to end at byte ${start}, and the file has ${bytes.length}`));
  }
  // 2. The header is a dictionary as Python writes it.
  const text = new TextDecoder(major === 3 ? 'utf-8' : 'latin1').decode(bytes.subarray(from, start));
  const value = (key: string, form: RegExp): string =>
    new RegExp(`['"]${key}['"]\\s*:\\s*${form.source}`).exec(text)?.[1] ??
    refuse(npyHeader(file, `it has no "${key}" of a known form in ${text.trim().slice(0, 120)}`));
  const descr = value('descr', /('[^']*'|"[^"]*"|\[.*\]|\([^)]*\))/);
  const fortran = value('fortran_order', /(True|False)/) === 'True';
  const dims = value('shape', /\(([\dL,\s]*)\)/);
  const shape = dims
    .split(',')
    .map((n) => n.replace('L', '').trim())
    .filter((n) => n !== '')
    .map(Number);
  const [, order = '', type = ''] = /^['"]([<>=|]?)([a-z]\d+)['"]$/.exec(descr) ?? [];
  if (!types.includes(type)) refuse(npyType(file, descr));
  return {
    kind: type[0] as NpyHeader['kind'],
    size: Number(type[1]) as NpyHeader['size'],
    bigEndian: order === '>',
    fortran,
    shape,
    start,
  };
}

/** Checks the length of the file against its header: start + shape x size of a value. */
export function checkNpySize({ shape, size, start }: NpyHeader, file: string, found: number): void {
  const needed = start + sizeOf(shape) * size;
  if (needed !== found) refuse(npySize(file, `${start} + ${[...shape, size].join(' x ')}`, needed, found));
}

/** A number of 16 bits (IEEE 754 binary16). */
function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** Values of the header's type as numbers, in the order of the file. `bytes` are whole values. */
export function npyNumbers({ kind, size, bigEndian }: NpyHeader, bytes: Uint8Array): Numbers {
  if (kind === 'b') return bytes.map((b) => (b === 0 ? 0 : 1));
  if (kind === 'u' && size === 1) return bytes.slice();
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.length / size;
  const little = !bigEndian;
  const read: Readonly<Record<string, (at: number) => number>> = {
    i1: (at) => data.getInt8(at),
    u2: (at) => data.getUint16(at, little),
    i2: (at) => data.getInt16(at, little),
    u4: (at) => data.getUint32(at, little),
    i4: (at) => data.getInt32(at, little),
    u8: (at) => Number(data.getBigUint64(at, little)),
    i8: (at) => Number(data.getBigInt64(at, little)),
    f2: (at) => half(data.getUint16(at, little)),
    f4: (at) => data.getFloat32(at, little),
    f8: (at) => data.getFloat64(at, little),
  };
  // Wide integers stay exact up to 2^53: labels may be large.
  const wide = size === 8 || (size === 4 && kind !== 'f');
  const out = wide ? new Float64Array(count) : new Float32Array(count);
  const one = read[`${kind}${size}`] as (at: number) => number;
  for (let i = 0; i < count; i++) out[i] = one(i * size);
  return out;
}

/** Values that lie in columns, in the order of C. */
function toRows<T extends Numbers>(values: T, shape: readonly number[]): T {
  const out = values.slice() as T;
  const last = shape.length - 1;
  const index = shape.map(() => 0);
  const strides = shape.map((_, i) => sizeOf(shape.slice(0, i)));
  for (let to = 0, from = 0; to < values.length; to++) {
    out[to] = values[from] as number;
    for (let axis = last; axis >= 0; axis--) {
      const [n, stride] = [(index[axis] as number) + 1, strides[axis] as number];
      from += stride;
      if (n < (shape[axis] as number)) {
        index[axis] = n;
        break;
      }
      index[axis] = 0;
      from -= n * stride;
    }
  }
  return out;
}

/**
 * Reads an array. `file` is for messages. Refuses what is no NPY file, types that are no numbers, and files that are
 * shorter or longer than their header says.
 */
export function parseNpy(bytes: Uint8Array, file: string): NumberArray {
  const header = readNpyHeader(bytes, file);
  checkNpySize(header, file, bytes.length);
  const { shape, fortran, start } = header;
  const values = npyNumbers(header, bytes.subarray(start));
  return { shape, values: fortran && shape.length > 1 ? toRows(values, shape) : values };
}
