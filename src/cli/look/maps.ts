// What a layer makes of a picture: one tile a channel, or one tile of all numbers where a layer has no positions.

import type { Ramp } from '../../graphics/raster/ramps.ts';
import { violetToYellow } from '../../graphics/raster/ramps.ts';
import type { Raster } from '../../graphics/raster/raster.ts';
import { drawSheet, type Tile } from '../../graphics/raster/sheet.ts';
import type { LayerInfo } from '../../passes/lower-ast.ts';
import { rangeOf, short } from './write.ts';

/** height x width numbers as colours: `low` and below is the ramp's first, `high` its last. */
export function coloured(
  values: ArrayLike<number>,
  [height, width]: readonly [number, number],
  [low, high]: readonly [number, number],
  ramp: Ramp,
): Raster {
  const out = new Float32Array(3 * height * width);
  const span = high - low || 1;
  for (let i = 0; i < height * width; i++) out.set(ramp(((values[i] as number) - low) / span), 3 * i);
  return { width, height, values: out };
}

/** Does its output have positions, as pictures have? */
export const hasPositions = ({ output }: LayerInfo): boolean => {
  const [, h = 1, w = 1, c] = output.type.shape;
  return c !== undefined && h * w > 1;
};

/** The layer whose maps are worth a look first: the first with weights and positions, else the first with positions. */
export const firstMaps = (layers: readonly LayerInfo[]): LayerInfo =>
  (layers.find((l) => hasPositions(l) && l.parameters.some((p) => p.type.shape.length > 1)) ??
    layers.slice(1).find(hasPositions) ??
    layers.find((l) => l.parameters.length > 0) ??
    layers[1] ??
    layers[0]) as LayerInfo;

export interface MapSheet {
  readonly sheet: Raster;
  readonly shown: number;
  readonly channels: number;
  readonly low: number;
  readonly high: number;
  /** Mean, smallest and largest value of each channel; of every number, where there are no positions. */
  readonly units: readonly {
    readonly unit: number;
    readonly mean: number;
    readonly low: number;
    readonly high: number;
  }[];
}

/** All channels share one scale, so that a dark tile is a channel that is silent. `count` is the most tiles. */
export function mapSheet(model: string, layer: LayerInfo, values: Float32Array, name: string, count: number): MapSheet {
  const shape = layer.output.type.shape.slice(1);
  const range = rangeOf(values);
  const channels = shape[shape.length - 1] ?? 1;
  const positions = values.length / channels;
  const channel = (c: number): Float32Array =>
    Float32Array.from({ length: positions }, (_, i) => values[i * channels + c] as number);
  const units = Array.from({ length: channels }, (_, unit) => {
    const own = channel(unit);
    const [low, high] = rangeOf(own);
    return { unit, mean: own.reduce((a, b) => a + b, 0) / positions, low, high };
  });
  const [height, width] = shape.length === 3 ? [shape[0] ?? 1, shape[1] ?? 1] : [1, positions];
  const shown = positions === 1 ? channels : Math.min(channels, count);
  let tiles: Tile[];
  if (positions === 1) {
    // Numbers in the order of the layer, line by line, in a square.
    const side = Math.ceil(Math.sqrt(channels));
    const rows = Math.ceil(channels / side);
    const all = new Float32Array(rows * side).fill(range[0]);
    all.set(values);
    tiles = [{ picture: coloured(all, [rows, side], range, violetToYellow) }];
  } else
    tiles = Array.from({ length: shown }, (_, c) => ({
      picture: coloured(channel(c), [height, width], range, violetToYellow),
      lines: [String(c)],
    }));
  const what =
    positions === 1 ? `${channels} numbers` : `${shown < channels ? `the first ${shown} of ` : ''}${channels} channels`;
  const sheet = drawSheet({
    title: `${model}: ${layer.name}, ${shape.join('x')}`,
    facts: `${what}, of ${name}`,
    tiles,
    ...(positions === 1 ? { side: 240 } : {}),
    scale: { ramp: violetToYellow, low: short(range[0]), high: short(range[1]) },
  });
  return { sheet, shown, channels, low: range[0], high: range[1], units };
}
