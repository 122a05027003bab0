// Numbers as pixels: pictures of data, filters and feature maps.
import { el } from '../ui/dom.ts';
import { columnsOf } from './measures.ts';

/** A colour for a number from 0 to 1: red, green and blue from 0 to 255. */
export type Ramp = (v: number) => readonly [number, number, number];

const between = (a: readonly number[], b: readonly number[], t: number): [number, number, number] => {
  const at = (i: number): number => Math.round((a[i] as number) + ((b[i] as number) - (a[i] as number)) * t);
  return [at(0), at(1), at(2)];
};

/** Stops at equal distances. */
const ramp =
  (stops: readonly (readonly number[])[]): Ramp =>
  (v) => {
    const at = Math.min(1, Math.max(0, v)) * (stops.length - 1);
    const i = Math.min(stops.length - 2, Math.floor(at));
    return between(stops[i] as number[], stops[i + 1] as number[], at - i);
  };

export const grey = ramp([
  [0, 0, 0],
  [255, 255, 255],
]);
/** Dark to light, so that it reads in grey too. */
export const heat = ramp([
  [13, 20, 38],
  [28, 72, 104],
  [22, 130, 128],
  [120, 190, 120],
  [250, 235, 150],
]);
/** Below zero, zero, above zero. */
export const signed = ramp([
  [20, 92, 168],
  [150, 190, 224],
  [246, 246, 244],
  [240, 178, 130],
  [184, 74, 16],
]);

/** Colours of classes, for maps of them. */
const classColours: readonly (readonly [number, number, number])[] = [
  [38, 45, 56],
  [232, 142, 60],
  [64, 160, 200],
  [120, 190, 90],
  [200, 100, 160],
  [230, 210, 90],
  [130, 120, 210],
  [150, 100, 70],
  [90, 200, 180],
  [220, 90, 80],
];
export const classColour = (c: number): readonly [number, number, number] =>
  classColours[c % classColours.length] as readonly [number, number, number];

/** Draws height x width colours onto a canvas, a pixel each. */
export function paint(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
  colour: (x: number, y: number) => readonly [number, number, number] | undefined,
): void {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) return;
  const picture = context.createImageData(width, height);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const rgb = colour(x, y);
      if (!rgb) continue;
      picture.data.set(rgb, 4 * (y * width + x));
      picture.data[4 * (y * width + x) + 3] = 255;
    }
  context.putImageData(picture, 0, 0);
}

/** A picture of height x width x channels values from 0 to 1, or of as many values in a square. */
export function paintPicture(canvas: HTMLCanvasElement, shape: readonly number[], values: ArrayLike<number>): void {
  const side = Math.sqrt(values.length);
  const [h = 1, w = 1, c = 1] =
    shape.length >= 2 ? shape : Number.isInteger(side) ? [side, side, 1] : [1, values.length, 1];
  paint(canvas, w, h, (x, y) => {
    const at = (y * w + x) * c;
    if (c !== 3) return grey(values[at] as number);
    const byte = (k: number): number => Math.round(255 * Math.min(1, Math.max(0, values[at + k] as number)));
    return [byte(0), byte(1), byte(2)];
  });
}

/** Tiles side by side with a pixel between them, as many a row as make the whole about `aspect` times as wide as high. */
export function paintTiles(
  canvas: HTMLCanvasElement,
  count: number,
  height: number,
  width: number,
  aspect: number,
  colour: (tile: number, x: number, y: number) => readonly [number, number, number],
): void {
  const columns = columnsOf(count, (aspect * height) / width);
  const rows = Math.ceil(count / columns);
  const [fullWidth, fullHeight] = [columns * (width + 1) - 1, rows * (height + 1) - 1];
  paint(canvas, fullWidth, fullHeight, (x, y) => {
    const [tx, ty] = [x % (width + 1), y % (height + 1)];
    const tile = Math.floor(y / (height + 1)) * columns + Math.floor(x / (width + 1));
    return tx === width || ty === height || tile >= count ? undefined : colour(tile, tx, ty);
  });
}

export const pixelCanvas = (label: string): HTMLCanvasElement =>
  el('canvas', { class: 'pixels', role: 'img', 'aria-label': label, width: '1', height: '1' });
