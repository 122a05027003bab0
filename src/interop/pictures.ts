// PNG and JPEG files as bytes of red, green and blue, or of grey. The decoders are loaded when the first one is met.
import type { DecodedPng } from 'fast-png';
import { notAPicture, pictureDamaged } from '../diagnostics/catalog/pictures.ts';
import { type Diagnostic, Failure, refuse } from '../diagnostics/index.ts';
import { orientationOf, upright } from './exif.ts';

/** height x width x channels bytes: 1 channel is grey, 3 are red, green and blue. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly values: Uint8Array;
}

/** Larger pictures are refused: they are decoded in memory, whole. */
const maxMegapixels = 100;

const startsWith = (bytes: Uint8Array, start: readonly number[]): boolean => start.every((b, i) => bytes[i] === b);
const pngStart = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Samples of 1, 2, 4, 8 or 16 bits as bytes; rows of less than 8 bits start at a byte. Palette indices stay as they are. */
function samples(png: DecodedPng, perRow: number): Uint8Array {
  const out = new Uint8Array(perRow * png.height);
  if (png.depth === 16) return out.map((_, i) => Math.round((png.data[i] as number) / 257));
  if (png.depth === 8) return Uint8Array.from(png.data);
  const mask = (1 << png.depth) - 1;
  const factor = png.palette === undefined ? 255 / mask : 1;
  const stride = Math.ceil((perRow * png.depth) / 8);
  for (let y = 0; y < png.height; y++) {
    for (let x = 0; x < perRow; x++) {
      const bit = x * png.depth;
      const byte = png.data[y * stride + (bit >> 3)] as number;
      out[y * perRow + x] = ((byte >> (8 - png.depth - (bit & 7))) & mask) * factor;
    }
  }
  return out;
}

/** Pixels of a PNG: palettes looked up, and what is transparent laid on black, as on an empty canvas. */
function fromPng(png: DecodedPng): Picture {
  const { width, height, palette } = png;
  let channels = png.channels;
  let values = samples(png, width * channels);
  if (palette !== undefined) {
    channels = palette[0]?.length ?? 3;
    const colours = values;
    values = new Uint8Array(width * height * channels);
    for (let i = 0; i < width * height; i++) {
      const colour = palette[colours[i] as number];
      if (colour === undefined) throw new RangeError(`pixel ${i} has colour ${colours[i]} of ${palette.length}`);
      values.set(colour, i * channels);
    }
  }
  if (channels === 1 || channels === 3) return { width, height, channels, values };
  const colours = channels === 2 ? 1 : 3;
  const out = new Uint8Array(width * height * colours);
  for (let i = 0; i < width * height; i++) {
    const alpha = (values[i * channels + colours] as number) / 255;
    for (let c = 0; c < colours; c++) out[i * colours + c] = Math.round((values[i * channels + c] as number) * alpha);
  }
  return { width, height, channels: colours, values: out };
}

/** The words of an error, with those of its cause, as one phrase. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.message.replace(/[:.]\s*$/, '');
  return error.cause === undefined ? own : `${own}: ${wordsOf(error.cause)}`;
}

/**
 * Decodes a picture; the format is told by the first bytes. `file` is for messages. Refuses other files, damaged
 * ones and pictures above 100 million pixels. Photographs are turned as their EXIF block says. Colour-keyed transparency and colour profiles are not applied.
 */
export async function decodePicture(bytes: Uint8Array, file: string): Promise<Picture> {
  const failed = (format: string, reason: string): Diagnostic => pictureDamaged(file, format, reason);
  if (startsWith(bytes, pngStart)) {
    try {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      const [width, height] = [view.getUint32(16), view.getUint32(20)];
      if (width * height > maxMegapixels * 1e6) {
        refuse(failed('PNG', `${width} x ${height} pixels are more than ${maxMegapixels} million`));
      }
      const { decode } = await import('fast-png');
      const png = decode(bytes, { checkCrc: true });
      if (png.data.length === 0) throw new RangeError('it has no pixels');
      return fromPng(png);
    } catch (error) {
      if (error instanceof Failure) throw error;
      return refuse(failed('PNG', wordsOf(error)));
    }
  }
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) {
    try {
      const { decode } = (await import('jpeg-js')).default;
      const options = { useTArray: true, formatAsRGBA: false, tolerantDecoding: false } as const;
      const { width, height, data } = decode(bytes, { ...options, maxResolutionInMP: maxMegapixels });
      return upright({ width, height, channels: 3, values: data }, orientationOf(bytes));
    } catch (error) {
      return refuse(failed('JPEG', wordsOf(error)));
    }
  }
  const start = [...bytes.subarray(0, 4)].map((b) => b.toString(16).padStart(2, '0')).join(' ');
  return refuse(notAPicture(file, start));
}
