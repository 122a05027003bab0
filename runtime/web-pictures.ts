// What a page has of a picture, as the values that a network reads: the same that `cnnc predict` makes of a file.

/** Values as the network reads them, bytes, pixels, or anything that can be drawn. */
export type Picture = ArrayBufferView | ImageData | CanvasImageSource;

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
function pixels(picture: Exclude<Picture, ArrayBufferView>): ImageData {
  if ('data' in picture) return picture;
  const { naturalWidth, videoWidth, width, naturalHeight, videoHeight, height } = picture as unknown as Record<
    string,
    number
  >;
  const [w, h] = [naturalWidth ?? videoWidth ?? width ?? 0, naturalHeight ?? videoHeight ?? height ?? 0];
  const context = new OffscreenCanvas(w, h).getContext('2d') as OffscreenCanvasRenderingContext2D;
  context.drawImage(picture as CanvasImageSource, 0, 0);
  return context.getImageData(0, 0, w, h);
}

/** Numbers between 0 and 1 for pictures and bytes, typed arrays of other numbers as they are. Throws when the size is wrong. */
export function valuesOf(picture: Picture, shape: readonly number[]): Float32Array<ArrayBuffer> {
  const size = shape.reduce((a, b) => a * b, 1);
  if (ArrayBuffer.isView(picture)) {
    const list = picture as Uint8Array | Float32Array<ArrayBuffer>;
    if (!list.length || list.length % size) throw Error(`${list.length} values are not pictures of ${shape.join('x')}`);
    if (list instanceof Float32Array) return list;
    const scale = list.BYTES_PER_ELEMENT > 1 ? 1 : Math.fround(1 / 255);
    return Float32Array.from(list, (v) => v * scale);
  }
  const [h = 1, w = 1, c = 1] = shape;
  const { data, width, height } = pixels(picture);
  const [down, across] = [taps(height, h), taps(width, w)];
  // What is transparent lies on black.
  const value = (p: number, k: number): number =>
    k > 2
      ? data[p + 3]!
      : ((c < 3 ? 0.299 * data[p]! + 0.587 * data[p + 1]! + 0.114 * data[p + 2]! : data[p + k]!) * data[p + 3]!) / 255;
  return Float32Array.from({ length: size }, (_, i) => {
    let sum = 0;
    for (const [y, share] of down[Math.floor(i / c / w)]!)
      for (const [x, part] of across[Math.floor(i / c) % w]!) sum += share * part * value(4 * (y * width + x), i % c);
    return sum / 255;
  });
}
