// CIFAR-10, binary version: records of one label byte and 3 x 32 x 32 bytes, planes red, green, blue (Krizhevsky 2009).
import { cifarSize, emptySet } from '../diagnostics/catalog/data.ts';
import { refuse } from '../diagnostics/index.ts';

const plane = 32 * 32;
const record = 1 + 3 * plane;

/** Pictures (count x 32 x 32 x 3 bytes) and labels of one file. `file` is for messages. */
export function parseCifar10(bytes: Uint8Array, file: string): { values: Uint8Array; labels: Uint32Array } {
  if (bytes.length === 0) refuse(emptySet(file, '0 bytes'));
  if (bytes.length % record !== 0) refuse(cifarSize(file, bytes.length));
  const count = bytes.length / record;
  const values = new Uint8Array(count * 3 * plane);
  const labels = new Uint32Array(count);
  for (let n = 0, to = 0; n < count; n++) {
    const from = n * record;
    labels[n] = bytes[from] as number;
    for (let i = from + 1; i <= from + plane; i++) {
      values[to++] = bytes[i] as number;
      values[to++] = bytes[i + plane] as number;
      values[to++] = bytes[i + 2 * plane] as number;
    }
  }
  return { values, labels };
}
