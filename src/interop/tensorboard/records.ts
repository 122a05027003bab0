// TFRecord files: each record stands between its length and its checksums.
import { maskedCrc32c } from './crc32c.ts';

/** Length (8 bytes, little-endian), its checksum (4), the bytes, their checksum (4). */
const HEAD = 12;
const FOOT = 4;

export function frame(record: Uint8Array): Uint8Array<ArrayBuffer> {
  const framed = new Uint8Array(HEAD + record.length + FOOT);
  const view = new DataView(framed.buffer);
  view.setBigUint64(0, BigInt(record.length), true);
  view.setUint32(8, maskedCrc32c(framed.subarray(0, 8)), true);
  framed.set(record, HEAD);
  view.setUint32(HEAD + record.length, maskedCrc32c(record), true);
  return framed;
}

export interface Records {
  readonly records: readonly Uint8Array[];
  /**
   * What is wrong after them: a last record of which only a part is there, as a kill leaves it, or bytes that a checksum does not
   * fit, from `at` on.
   */
  readonly trouble?: { readonly kind: 'truncated' | 'damaged'; readonly at: number };
}

/** All whole records from the start. */
export function unframe(bytes: Uint8Array): Records {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; ) {
    if (bytes.length - at < HEAD) return { records, trouble: { kind: 'truncated', at } };
    if (view.getUint32(at + 8, true) !== maskedCrc32c(bytes.subarray(at, at + 8)))
      return { records, trouble: { kind: 'damaged', at } };
    const length = Number(view.getBigUint64(at, true));
    const end = at + HEAD + length;
    if (bytes.length < end + FOOT) return { records, trouble: { kind: 'truncated', at } };
    const record = bytes.subarray(at + HEAD, end);
    if (view.getUint32(end, true) !== maskedCrc32c(record)) return { records, trouble: { kind: 'damaged', at } };
    records.push(record);
    at = end + FOOT;
  }
  return { records };
}
