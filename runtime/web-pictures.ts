// What a page has of a picture, as the values that a network reads: the same that `cnnc predict` makes of a file.

/** Values as the network reads them, bytes, pixels, a picture file, or anything that can be drawn. */
export type Picture = ArrayBufferView | ImageData | ImageBitmapSource;

/** Reads pictures from one to before another, as floats. */
export type Reader = (from: number, to: number) => Float32Array<ArrayBuffer>;

let began = 0;
/** Long work calls this between its parts: the page gets a turn when the last one is 10 ms ago. */
export async function breathe(): Promise<void> {
  if (performance.now() - began < 10) return;
  await new Promise((resolve) => setTimeout(resolve));
  began = performance.now();
}

export const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** Shares of input positions that make up each output position: area means when shrinking, linear when growing. */
const taps = (from: number, to: number): [number, number][][] =>
  Array.from({ length: to }, (_, i) => {
    const centre = Math.min(Math.max(((i + 0.5) * from) / to - 0.5, 0), from - 1);
    const [start, end] = to < from ? [(i * from) / to, ((i + 1) * from) / to] : [centre, centre + 1];
    const out: [number, number][] = [];
    for (let k = Math.floor(start); k < Math.min(from, end); k++)
      out.push([k, (Math.min(end, k + 1) - Math.max(start, k)) / (end - start)]);
    return out;
  });

/** Pixels of what can be drawn, at its own size. */
async function pixels(picture: ImageData | ImageBitmapSource): Promise<ImageData> {
  if ('data' in picture) return picture;
  const bitmap = await createImageBitmap(picture);
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!;
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  return context.getImageData(0, 0, width, height);
}

/** A picture at the size of the input, numbers between 0 and 1. */
async function fitted(
  picture: ImageData | ImageBitmapSource,
  [h = 1, w = 1, c = 1]: readonly number[],
): Promise<Float32Array<ArrayBuffer>> {
  const { data, width, height } = await pixels(picture);
  const across = taps(width, w);
  // What is transparent lies on black.
  const value = (p: number, k: number): number =>
    k > 2
      ? data[p + 3]!
      : ((c < 3 ? 0.299 * data[p]! + 0.587 * data[p + 1]! + 0.114 * data[p + 2]! : data[p + k]!) * data[p + 3]!) / 255;
  const out = new Float32Array(h * w * c);
  let i = 0;
  for (const rows of taps(height, h))
    for (const columns of across) {
      await breathe();
      for (let k = 0; k < c; k++) {
        let sum = 0;
        for (const [y, share] of rows)
          for (const [x, part] of columns) sum += share * part * value(4 * (y * width + x), k);
        out[i++] = sum / 255;
      }
    }
  return out;
}

/**
 * How many pictures there are, and how they are read: bytes as numbers between 0 and 1, other typed arrays as they are.
 * Rejects when the size is wrong.
 */
export async function readerOf(picture: Picture, shape: readonly number[]): Promise<[count: number, read: Reader]> {
  const size = product(shape);
  const list = (ArrayBuffer.isView(picture) ? picture : await fitted(picture, shape)) as Uint8Array<ArrayBuffer>;
  if (!list.length || list.length % size) throw Error(`${list.length} values are not pictures of ${shape.join('x')}`);
  const scale = list.BYTES_PER_ELEMENT > 1 ? 1 : Math.fround(1 / 255);
  return [
    list.length / size,
    (from, to) => {
      const part: Uint8Array | Float32Array<ArrayBuffer> = list.subarray(from * size, to * size);
      return part instanceof Float32Array ? part : Float32Array.from(part, (v) => v * scale);
    },
  ];
}
