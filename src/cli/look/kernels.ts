// The kernels of a layer as small pictures: in colour where they read colours, else one grey tile a filter and channel.
import { noKernels } from '../../diagnostics/catalog/looking.ts';
import { refuse } from '../../diagnostics/index.ts';
import { grey } from '../../graphics/raster/ramps.ts';
import { type Raster, rasterOf } from '../../graphics/raster/raster.ts';
import { drawSheet, type Tile } from '../../graphics/raster/sheet.ts';
import { isOp, type Node } from '../../ir/index.ts';
import type { LayerInfo } from '../../passes/lower-ast.ts';
import type { CompiledModel } from '../model.ts';
import { rangeOf, short } from './write.ts';

/** A layer's kernels: height x width x channels for each of its filters. */
interface Kernels {
  readonly layer: LayerInfo;
  readonly parameter: string;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly filters: number;
  /** Where a filter's value lies among those of the parameter. */
  at(filter: number, y: number, x: number, channel: number): number;
}

/** The first input of a layer, seen through views: the picture that a dense layer reads as features. */
function readPicture(layer: LayerInfo): readonly number[] | undefined {
  let at = layer.inputs[0] as Node | undefined;
  while (at && isOp(at, 'reshape')) at = at.inputs[0] as Node;
  const shape = at?.type.shape.slice(1);
  return shape?.length === 3 ? shape : undefined;
}

/** What of a layer can be drawn; a sentence where nothing can. */
function kernelsOf(layer: LayerInfo): Kernels | string {
  const conv = layer.parameters.find((p) => p.type.shape.length === 4);
  if (conv) {
    const [height = 1, width = 1, channels = 1, filters = 1] = conv.type.shape;
    const at = (k: number, y: number, x: number, c: number): number => ((y * width + x) * channels + c) * filters + k;
    return { layer, parameter: conv.id, height, width, channels, filters, at };
  }
  const dense = layer.parameters.find((p) => p.type.shape.length === 2);
  const seen = readPicture(layer);
  if (!dense) return 'it has no weights';
  if (!seen) return 'it reads features, which lie in no order that the eye knows';
  const [height = 1, width = 1, channels = 1] = seen;
  const filters = dense.type.shape[1] ?? 1;
  const at = (k: number, y: number, x: number, c: number): number => ((y * width + x) * channels + c) * filters + k;
  return { layer, parameter: dense.id, height, width, channels, filters, at };
}

export interface KernelSheet {
  readonly sheet: Raster;
  readonly layer: string;
  readonly filters: number;
  readonly shape: readonly [number, number, number];
  readonly shown: number;
  readonly tiles: number;
  /** The largest weight of each filter, which its tile is scaled by. */
  readonly largest: readonly number[];
}

/**
 * Draws the kernels of a layer, of the first that has some unless named. Each filter is scaled by its largest weight: black is its
 * negative, grey is zero, white is positive. `count` is the most tiles.
 */
export function kernelSheet(
  { layers, plan }: CompiledModel,
  values: ReadonlyMap<string, Float32Array>,
  named: LayerInfo | undefined,
  count: number,
): KernelSheet {
  const drawable = layers.flatMap((l) => {
    const found = kernelsOf(l);
    return typeof found === 'string' ? [] : [found];
  });
  const names = drawable.map((k) => k.layer.name);
  const first = layers[0] as LayerInfo;
  const layer = named ?? drawable[0]?.layer ?? refuse(noKernels(first.span, plan.model, 'no layer has weights', []));
  const kernels = kernelsOf(layer);
  if (typeof kernels === 'string') return refuse(noKernels(layer.span, layer.name, kernels, names));
  const { height, width, channels, filters, at } = kernels;
  const weights = values.get(kernels.parameter) as Float32Array;
  const coloured = channels === 3;
  // 1. How many fit: whole filters, with as many channels as there is room for.
  const across = coloured ? 1 : Math.min(channels, Math.max(1, Math.min(32, count)));
  const shown = Math.min(filters, Math.max(1, Math.floor(count / across)));
  // 2. A tile for each.
  const largest: number[] = [];
  const tiles: Tile[] = [];
  for (let k = 0; k < shown; k++) {
    const own = Array.from({ length: height * width * channels }, (_, i) => {
      const pixel = Math.floor(i / channels);
      return weights[at(k, Math.floor(pixel / width), pixel % width, i % channels)] as number;
    });
    const [low, high] = rangeOf(own);
    const most = Math.max(Math.abs(low), Math.abs(high)) || 1;
    largest.push(most);
    const scaled = own.map((w) => 0.5 + w / (2 * most));
    if (coloured) tiles.push({ picture: rasterOf(scaled, [height, width, 3]) });
    else
      for (let c = 0; c < across; c++) {
        const one = Float32Array.from({ length: height * width }, (_, i) => scaled[i * channels + c] as number);
        tiles.push({ picture: rasterOf(one, [height, width, 1]) });
      }
  }
  const [least, most] = rangeOf(largest);
  const parts = [
    shown < filters ? `the first ${shown} of ${filters} filters` : `${filters} filters`,
    coloured ? 'in colour' : across < channels ? `the first ${across} of ${channels} channels` : undefined,
    channels > 1 && !coloured ? 'a filter a row' : undefined,
  ].filter((part) => part !== undefined);
  const sheet = drawSheet({
    title: `${plan.model}: kernels of ${layer.name}, ${height}x${width}x${channels}`,
    facts: `${parts.join(', ')}; largest weights ${short(least)} to ${short(most)}`,
    tiles,
    ...(across > 1 ? { columns: across } : {}),
    ...(coloured ? {} : { scale: { ramp: grey, low: '-largest', middle: '0', high: 'largest' } }),
  });
  return { sheet, layer: layer.name, filters, shape: [height, width, channels], shown, tiles: tiles.length, largest };
}
