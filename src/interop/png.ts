// Pictures written as PNG files: grey or colour, and maps of classes in colours of their own.

/** Red, green and blue of class 0, 1 ...; class 0 is black, and from 12 on colours repeat. */
const palette = [
  [0, 0, 0],
  [230, 75, 53],
  [77, 187, 213],
  [0, 160, 135],
  [243, 180, 60],
  [132, 145, 230],
  [240, 120, 190],
  [150, 200, 90],
  [170, 110, 60],
  [255, 250, 150],
  [120, 60, 160],
  [200, 200, 200],
] as const;

/** height x width x channels values from 0 to 1 (others are cut off) as a PNG of bytes. */
export async function encodePicture(
  values: ArrayLike<number>,
  [height, width, channels]: readonly [number, number, 1 | 3],
): Promise<Uint8Array> {
  const data = Uint8Array.from({ length: height * width * channels }, (_, i) =>
    Math.round(255 * Math.min(1, Math.max(0, values[i] as number))),
  );
  return encodeBytes(data, [height, width, channels]);
}

/** height x width x channels bytes as a PNG. */
export async function encodeBytes(
  data: Uint8Array,
  [height, width, channels]: readonly [number, number, 1 | 3],
): Promise<Uint8Array> {
  const { encode } = await import('fast-png');
  return encode({ width, height, channels, depth: 8, data });
}

/** A class for each pixel as a PNG in colours. */
export function encodeMap(classes: ArrayLike<number>, [height, width]: readonly [number, number]): Promise<Uint8Array> {
  const values = new Float32Array(height * width * 3);
  for (let i = 0; i < height * width; i++) {
    const colour = palette[(classes[i] as number) % palette.length] as readonly number[];
    for (let c = 0; c < 3; c++) values[3 * i + c] = (colour[c] as number) / 255;
  }
  return encodePicture(values, [height, width, 3]);
}
