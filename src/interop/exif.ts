// Which way up a JPEG photograph is: the orientation in its EXIF block (CIPA DC-008, tag 0x0112), and turning it.
import type { Picture } from './pictures.ts';

/** 1 to 8 as EXIF counts them; 1 where nothing is said, or what is said cannot be read. */
export function orientationOf(jpeg: Uint8Array): number {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  // 1. The segment APP1 that begins with "Exif", among those before the picture.
  for (let at = 2; at + 4 <= jpeg.length && jpeg[at] === 0xff; ) {
    const marker = jpeg[at + 1] as number;
    const length = view.getUint16(at + 2);
    if (marker === 0xda) return 1;
    const end = at + 2 + length;
    const tiff = at + 10;
    if (marker === 0xe1 && end <= jpeg.length && tiff + 8 <= end && view.getUint32(at + 4) === 0x45786966) {
      // 2. Its first directory: entries of 12 bytes, in either byte order.
      const little = view.getUint16(tiff) === 0x4949;
      const directory = tiff + view.getUint32(tiff + 4, little);
      if (directory + 2 > end) return 1;
      const count = view.getUint16(directory, little);
      for (let i = 0, entry = directory + 2; i < count && entry + 12 <= end; i++, entry += 12) {
        if (view.getUint16(entry, little) !== 0x0112) continue;
        const value = view.getUint16(entry + 8, little);
        return value >= 1 && value <= 8 ? value : 1;
      }
      return 1;
    }
    at = end;
  }
  return 1;
}

/** The picture as it is meant to be seen: turned and mirrored as the orientation says. */
export function upright(picture: Picture, orientation: number): Picture {
  if (orientation === 1) return picture;
  const { width, height, channels, values } = picture;
  const turned = orientation >= 5;
  const [w, h] = turned ? [height, width] : [width, height];
  const out = new Uint8Array(values.length);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      // The stored column and row of what is seen at (x, y): 2 to 4 mirror, 5 to 8 swap the axes first.
      const [a, b] = turned ? [y, x] : [x, y];
      const column = [2, 3, 7, 8].includes(orientation) ? width - 1 - a : a;
      const row = [3, 4, 6, 7].includes(orientation) ? height - 1 - b : b;
      for (let c = 0; c < channels; c++)
        out[(y * w + x) * channels + c] = values[(row * width + column) * channels + c] as number;
    }
  }
  return { width: w, height: h, channels, values: out };
}
