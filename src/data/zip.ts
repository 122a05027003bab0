// Zip archives, as far as NPZ files need them: the directory at the end, entries stored or deflated, sizes of 64 bits, and checksums.
import { inflateSync } from 'fflate';
import { zipDamaged } from '../diagnostics/catalog/data-files.ts';
import { refuse } from '../diagnostics/index.ts';

interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly crc: number;
  readonly packed: number;
  readonly size: number;
  /** Where its own header begins. */
  readonly at: number;
}

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

/** The checksum of zip, gzip and PNG (ISO 3309). */
export function crc32(bytes: Uint8Array): number {
  let c = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) c = (table[(c ^ (bytes[i] as number)) & 255] as number) ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

const hex = (n: number): string => n.toString(16).padStart(8, '0');
const none32 = 0xffffffff;

/** The entries of an archive. `file` is for messages. Refuses what is cut short: the directory stands at the end. */
export function zipEntries(bytes: Uint8Array, file: string): readonly ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = (at: number): number => Number(view.getBigUint64(at, true));
  // 1. The end record: 22 bytes and a comment of at most 65,535.
  let end = bytes.length - 22;
  while (end >= 0 && end > bytes.length - 65558 && view.getUint32(end, true) !== 0x06054b50) end--;
  if (end < 0 || view.getUint32(end, true) !== 0x06054b50) {
    const starts = bytes.length >= 4 && view.getUint32(0, true) === 0x04034b50;
    const why = starts
      ? `its directory, which stands at the end, is not there (${bytes.length} bytes)`
      : 'it is no zip archive';
    refuse(zipDamaged(file, why));
  }
  let count = view.getUint16(end + 10, true);
  let at = view.getUint32(end + 16, true);
  if ((at === none32 || count === 0xffff) && end >= 20 && view.getUint32(end - 20, true) === 0x07064b50) {
    const record = wide(end - 12);
    if (record + 56 > bytes.length) refuse(zipDamaged(file, `its end points to byte ${record} of ${bytes.length}`));
    [count, at] = [wide(record + 32), wide(record + 48)];
  }
  // 2. The directory.
  const entries: ZipEntry[] = [];
  for (let n = 0; n < count; n++) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50) {
      refuse(zipDamaged(file, `entry ${n + 1} of ${count} of its directory is not at byte ${at}`));
    }
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((o) => view.getUint16(at + o, true)) as [
      number,
      number,
      number,
    ];
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength));
    let [packed, size, own] = [20, 24, 42].map((o) => view.getUint32(at + o, true)) as [number, number, number];
    // Sizes of 64 bits stand in an extra field, those that are needed, in this order.
    const extraEnd = Math.min(at + 46 + nameLength + extraLength, bytes.length);
    for (let x = at + 46 + nameLength; x + 4 <= extraEnd; x += 4 + view.getUint16(x + 2, true)) {
      if (view.getUint16(x, true) !== 1) continue;
      let field = x + 4;
      const next = (): number => {
        field += 8;
        return wide(field - 8);
      };
      if (size === none32) size = next();
      if (packed === none32) packed = next();
      if (own === none32) own = next();
    }
    entries.push({
      name,
      method: view.getUint16(at + 10, true),
      crc: view.getUint32(at + 16, true),
      packed,
      size,
      at: own,
    });
    at += 46 + nameLength + extraLength + commentLength;
  }
  return entries;
}

/** The content of an entry. Refuses other methods than stored and deflated, and content whose checksum is another. */
export function zipContent(bytes: Uint8Array, entry: ZipEntry, file: string): Uint8Array {
  const { name, method, at, packed, size, crc } = entry;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (at + 30 > bytes.length || view.getUint32(at, true) !== 0x04034b50) {
    refuse(zipDamaged(file, `${name} is not at byte ${at}`));
  }
  const start = at + 30 + view.getUint16(at + 26, true) + view.getUint16(at + 28, true);
  if (start + packed > bytes.length) {
    refuse(
      zipDamaged(
        file,
        `${name} goes to byte ${start} + ${packed} = ${start + packed}, and the file has ${bytes.length}`,
      ),
    );
  }
  if (view.getUint16(at + 6, true) & 1) refuse(zipDamaged(file, `${name} is encrypted`));
  const raw = bytes.subarray(start, start + packed);
  let out: Uint8Array = raw;
  if (method === 8) {
    try {
      out = inflateSync(raw, { out: new Uint8Array(size) });
    } catch (error) {
      refuse(zipDamaged(file, `${name} cannot be inflated (${error instanceof Error ? error.message : error})`));
    }
  } else if (method !== 0)
    refuse(zipDamaged(file, `${name} is packed by method ${method}; 0 (stored) and 8 (deflated) are known`));
  const sum = crc32(out);
  if (out.length !== size || sum !== crc) {
    refuse(zipDamaged(file, `the checksum of ${name} is ${hex(sum)}, and ${hex(crc)} is written in the directory`));
  }
  return out;
}
