// IDX, the format of the MNIST files: a big-endian header of sizes, then bytes (Y. LeCun, "The MNIST database").
import { emptySet, idxMagic, idxSize } from '../diagnostics/catalog/data.ts';
import { refuse } from '../diagnostics/index.ts';

/** Checks the magic number and the sizes; the header is the magic number and `dimensions` sizes of 4 bytes each. */
function open(bytes: Uint8Array, file: string, magic: 2051 | 2049): { sizes: readonly number[]; data: Uint8Array } {
  const dimensions = magic & 0xff;
  const start = 4 * (1 + dimensions);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length >= 4 && view.getUint32(0) !== magic) refuse(idxMagic(file, magic, view.getUint32(0)));
  const terms = Array.from({ length: 1 + dimensions }, () => '4').join(' + ');
  if (bytes.length < start) refuse(idxSize(file, `a header of ${terms}`, start, bytes.length));
  const sizes = Array.from({ length: dimensions }, (_, i) => view.getUint32(4 * (i + 1)));
  const needed = start + sizes.reduce((a, b) => a * b, 1);
  if (needed !== bytes.length) refuse(idxSize(file, `${start} + ${sizes.join(' x ')}`, needed, bytes.length));
  if (needed === start) refuse(emptySet(file, `its sizes are ${sizes.join(' x ')}`));
  return { sizes, data: bytes.subarray(start) };
}

/** Pictures of one channel: count x height x width bytes, a view of `bytes`. `file` is for messages. */
export function parseIdxPictures(
  bytes: Uint8Array,
  file: string,
): { count: number; height: number; width: number; values: Uint8Array } {
  const { sizes, data } = open(bytes, file, 2051);
  const [count, height, width] = sizes as [number, number, number];
  return { count, height, width, values: data };
}

/** Labels, one a picture. */
export function parseIdxLabels(bytes: Uint8Array, file: string): Uint32Array {
  return Uint32Array.from(open(bytes, file, 2049).data);
}
