// safetensors: a length, a JSON header of names, types, shapes and offsets, then the numbers, little-endian.
// Format: https://huggingface.co/docs/safetensors ("Format"); the checks are those of its reference implementation.
import { halfToNumber, numberToHalf, type Stored } from '../../runtime/index.ts';
import {
  tensorEntry,
  tensorsHeader,
  tensorsHole,
  tensorsOverlap,
  tensorsTruncated,
} from '../diagnostics/catalog/tensors.ts';
import { refuse } from '../diagnostics/index.ts';

export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  /** As many as the product of the shape, the last dimension fastest. Single precision is stored as F32, double as F64. */
  readonly values: Float32Array | Float64Array;
  /** F16, or I8 for whole numbers from -127 to 127, instead. */
  readonly stored?: Stored | undefined;
}

export interface ReadTensor {
  /** The type in the file; the values are converted to f32. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
  /** Its bytes in the file, for who needs more than single precision. */
  readonly bytes: Uint8Array;
}

/** What the reference implementation allows. */
const maxHeader = 100_000_000;

/** Bytes and reader of each type. */
const dtypes: Readonly<Record<string, readonly [number, (view: DataView, at: number) => number]>> = {
  BOOL: [1, (v, i) => v.getUint8(i)],
  U8: [1, (v, i) => v.getUint8(i)],
  I8: [1, (v, i) => v.getInt8(i)],
  U16: [2, (v, i) => v.getUint16(i, true)],
  I16: [2, (v, i) => v.getInt16(i, true)],
  F16: [2, (v, i) => halfToNumber(v.getUint16(i, true))],
  BF16: [2, (v, i) => bitsToFloat(v.getUint16(i, true) << 16)],
  U32: [4, (v, i) => v.getUint32(i, true)],
  I32: [4, (v, i) => v.getInt32(i, true)],
  F32: [4, (v, i) => v.getFloat32(i, true)],
  U64: [8, (v, i) => Number(v.getBigUint64(i, true))],
  I64: [8, (v, i) => Number(v.getBigInt64(i, true))],
  F64: [8, (v, i) => v.getFloat64(i, true)],
};

/** Bytes and writer of the types that are written. */
const writers = {
  F64: [8, (v: DataView, at: number, x: number) => v.setFloat64(at, x, true)],
  F32: [4, (v: DataView, at: number, x: number) => v.setFloat32(at, x, true)],
  F16: [2, (v: DataView, at: number, x: number) => v.setUint16(at, numberToHalf(x), true)],
  I8: [1, (v: DataView, at: number, x: number) => v.setInt8(at, x)],
} as const;

const scratch = new DataView(new ArrayBuffer(4));
function bitsToFloat(bits: number): number {
  scratch.setInt32(0, bits);
  return scratch.getFloat32(0);
}

/**
 * The bytes of a file that holds these tensors, in this order, and `metadata`. The header is filled with
 * spaces so that the numbers start at a multiple of 8. Equal arguments give equal bytes.
 */
export function writeSafetensors(
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const entries: string[] = [];
  if (Object.keys(metadata).length > 0) entries.push(`"__metadata__":${JSON.stringify(metadata)}`);
  const names = new Set(['__metadata__']);
  const runs: (readonly [keyof typeof writers, ArrayLike<number>])[] = [];
  let end = 0;
  for (const { name, shape, values, stored } of tensors) {
    if (names.has(name)) throw new Error(`tensor name "${name}" twice`);
    if (shape.reduce((a, b) => a * b, 1) !== values.length) throw new Error(`"${name}": ${shape} of ${values.length}`);
    names.add(name);
    const dtype = stored === 'f16' ? 'F16' : stored === 'i8' ? 'I8' : values instanceof Float64Array ? 'F64' : 'F32';
    const to = end + values.length * writers[dtype][0];
    entries.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [end, to] })}`);
    runs.push([dtype, values]);
    end = to;
  }
  const header = new TextEncoder().encode(`{${entries.join(',')}}`);
  const start = 8 + Math.ceil(header.length / 8) * 8;
  const out = new Uint8Array(start + end);
  const view = new DataView(out.buffer);
  view.setBigUint64(0, BigInt(start - 8), true);
  out.fill(0x20, 8, start).set(header, 8);
  let at = start;
  for (const [dtype, values] of runs) {
    const [size, put] = writers[dtype];
    for (let i = 0; i < values.length; i++, at += size) put(view, at, values[i] as number);
  }
  return out;
}

interface Entry {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly start: number;
  readonly end: number;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isSize = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Checks one entry of the header by itself. */
function checkEntry(name: string, value: unknown, file: string): Entry {
  const bad = (reason: string): never => refuse(tensorEntry(file, name, reason));
  if (!isRecord(value)) return bad('its entry in the header is not an object');
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string') return bad('it has no "dtype"');
  const type = Object.hasOwn(dtypes, dtype) ? dtypes[dtype] : undefined;
  if (type === undefined) return bad(`its type ${dtype} is not one of ${Object.keys(dtypes).join(', ')}`);
  if (!Array.isArray(shape) || !shape.every(isSize)) return bad('its "shape" is not a list of sizes');
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isSize)) {
    return bad('its "data_offsets" are not two byte offsets');
  }
  const [start, end] = offsets as [number, number];
  if (start > end) return bad(`its bytes start at ${start}, after their end at ${end}`);
  const needed = shape.reduce((a: number, b: number) => a * b, type[0]);
  if (needed !== end - start) {
    const sizes = [...shape, `${type[0]} bytes`].join(' x ');
    return bad(`${dtype} [${shape.join(', ')}] needs ${sizes} = ${needed} bytes, but its offsets span ${end - start}`);
  }
  return { name, dtype, shape, start, end };
}

function readHeader(bytes: Uint8Array, file: string): { header: Record<string, unknown>; start: number } {
  const bad = (reason: string): never => refuse(tensorsHeader(file, reason));
  if (bytes.length < 8) refuse(tensorsTruncated(file, 'the length of the header alone takes', 8, bytes.length));
  const length = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true);
  if (length > BigInt(maxHeader))
    bad(`its first 8 bytes, the header's length, say ${length}; at most ${maxHeader} are allowed`);
  const start = 8 + Number(length);
  if (start > bytes.length) {
    if (bytes.length > 8 && bytes[8] !== 0x7b) bad('its header does not start with "{"');
    refuse(tensorsTruncated(file, `the header alone takes 8 + ${length} =`, start, bytes.length));
  }
  const text = bytes.subarray(8, start);
  if (text[0] !== 0x7b) bad('its header does not start with "{"');
  try {
    const header: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(text));
    return isRecord(header) ? { header, start } : bad('its header is not a JSON object');
  } catch {
    return bad('its header is not valid JSON');
  }
}

/** Reads all tensors of a file, converted to f32, in the order of their bytes. `file` is for messages. */
export function readSafetensors(
  bytes: Uint8Array,
  file = 'weights',
): { tensors: Map<string, ReadTensor>; metadata: Record<string, string> } {
  const { header, start } = readHeader(bytes, file);
  const dataBytes = bytes.length - start;
  // 1. Each entry by itself.
  const metadata = header.__metadata__ ?? {};
  if (!isRecord(metadata) || !Object.values(metadata).every((v) => typeof v === 'string')) {
    refuse(tensorsHeader(file, '"__metadata__" in its header does not map words to words'));
  }
  const given = Object.entries(header).filter(([name]) => name !== '__metadata__');
  const entries = given.map(([name, value]) => checkEntry(name, value, file));
  // 2. Together they take each byte once.
  entries.sort((a, b) => a.start - b.start || a.end - b.end);
  let end = 0;
  let before = '';
  for (const entry of entries) {
    if (entry.start < end) refuse(tensorsOverlap(file, before, end, entry.name, entry.start));
    if (entry.start > end) refuse(tensorsHole(file, end, entry.start));
    [end, before] = [entry.end, entry.name];
  }
  if (end > dataBytes) refuse(tensorsTruncated(file, 'its tensors end after', start + end, bytes.length));
  if (end < dataBytes) refuse(tensorsHole(file, end, dataBytes));
  // 3. The numbers.
  const tensors = new Map<string, ReadTensor>();
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, dataBytes);
  for (const { name, dtype, shape, start: from, end: to } of entries) {
    const [size, read] = dtypes[dtype] as (typeof dtypes)[string];
    const values = new Float32Array((to - from) / size);
    for (let i = 0; i < values.length; i++) values[i] = read(view, from + i * size);
    tensors.set(name, { dtype, shape, values, bytes: bytes.subarray(start + from, start + to) });
  }
  return { tensors, metadata: metadata as Record<string, string> };
}
