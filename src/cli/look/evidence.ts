// Two answers to "where does the model see this class?": Grad-CAM and occlusion, each drawn beside the picture and over it.
import { blueToRed } from '../../graphics/raster/ramps.ts';
import { type Raster, rasterOf } from '../../graphics/raster/raster.ts';
import { drawSheet } from '../../graphics/raster/sheet.ts';
import type { LayerInfo } from '../../passes/lower-ast.ts';
import { argmax } from '../classes.ts';
import { percent } from '../format.ts';
import type { Io } from '../io.ts';
import type { ModelFile } from '../model.ts';
import type { Weights } from '../weights.ts';
import type { Given } from './given.ts';
import { gradCam, overPicture } from './gradcam.ts';
import { coloured } from './maps.ts';
import { dropMap, hidden, patchesFor } from './occlusion.ts';
import { type Classifier, type On, openLooking, pictureShape } from './open.ts';
import { rangeOf, short } from './write.ts';

export interface Ask {
  readonly model: ModelFile;
  readonly weights: Weights;
  readonly on: On;
  readonly picture: Given;
  readonly classifier: Classifier;
  /** The class that evidence is asked for; the one that the model chooses unless given. */
  readonly chosen: number | undefined;
}

export interface Evidence {
  readonly sheet: Raster;
  readonly class: number;
  readonly probability: number;
  /** Height and width of the map before it is enlarged, and its values. */
  readonly shape: readonly [number, number];
  readonly map: Float32Array;
}

/** A map laid over a picture: where it is 1 the colour covers two thirds. */
function overlay(picture: Raster, heat: Float32Array): Raster {
  const values = picture.values.map((v, i) => {
    const t = heat[Math.floor(i / 3)] as number;
    const part = 0.25 + 0.42 * t;
    return (1 - part) * v + part * (blueToRed(t)[(i % 3) as 0 | 1 | 2] as number);
  });
  return { ...picture, values };
}

const titleOf = ({ model, classifier }: Ask, chosen: number, probability: number): string =>
  `${model.compiled.plan.model}: class ${classifier.nameOf(chosen)}, ${percent(probability)}`;

/** Grad-CAM of a layer for a class. */
export async function gradCamOf(io: Io, ask: Ask, layer: LayerInfo): Promise<Evidence> {
  const { model, weights, on, picture, classifier } = ask;
  const attribute = { of: 'scores', to: [layer.name], values: [layer.name] } as const;
  const looking = await openLooking(io, on, model, weights, attribute, 1);
  try {
    // The gradient of another class than the first guess needs the guess first.
    const run = (chosen: number) => looking.run(picture.values, { weights: classifier.weightsOf(chosen) });
    let chosen = ask.chosen ?? 0;
    let found = await run(chosen);
    const probabilities = classifier.read(found.get('output') as Float32Array);
    if (ask.chosen === undefined) {
      chosen = argmax(probabilities);
      found = await run(chosen);
    }
    const [h = 1, w = 1, c = 1] = layer.output.type.shape.slice(1);
    const maps = found.get(`value:${layer.name}`) as Float32Array;
    const map = gradCam(maps, found.get(`gradient:${layer.name}`) as Float32Array, [h, w, c]);
    const size = pictureShape(model.compiled.plan, model.source.file);
    const heat = overPicture(map, [h, w], [size[0], size[1]]);
    const probability = probabilities[chosen] as number;
    const seen = rasterOf(picture.values, size);
    const most = rangeOf(map)[1];
    const sheet = drawSheet({
      title: titleOf(ask, chosen, probability),
      facts: `Grad-CAM of ${layer.name}, ${h}x${w}x${c}${most > 0 ? '' : ': nothing in it speaks for the class'}`,
      tiles: [
        { picture: seen, lines: ['picture'] },
        { picture: coloured(heat, [size[0], size[1]], [0, 1], blueToRed), lines: ['evidence'] },
        { picture: overlay(seen, heat), lines: ['over the picture'] },
      ],
      columns: 3,
      side: 224,
      scale: { ramp: blueToRed, low: '0', high: short(most) },
    });
    return { sheet, class: chosen, probability, shape: [h, w], map };
  } finally {
    looking.backend.close();
  }
}

/** The map of what occlusion costs. */
export async function occlusionOf(
  io: Io,
  ask: Ask,
  asked: { readonly patch: number | undefined; readonly stride: number | undefined },
): Promise<Evidence> {
  const { model, weights, on, picture, classifier } = ask;
  const size = pictureShape(model.compiled.plan, model.source.file);
  const patches = patchesFor(size, asked);
  const looking = await openLooking(io, on, model, weights, {}, patches.corners.length);
  try {
    const rows = async (pictures: Float32Array): Promise<number[][]> => {
      const outputs = (await looking.run(pictures)).get('output') as Float32Array;
      const each = (outputs.length * picture.values.length) / pictures.length;
      return Array.from({ length: outputs.length / each }, (_, i) =>
        classifier.read(outputs.subarray(i * each, (i + 1) * each)),
      );
    };
    const [first = []] = await rows(picture.values);
    const chosen = ask.chosen ?? argmax(first);
    const probability = first[chosen] as number;
    const drops = (await rows(hidden(picture.values, size, patches))).map(
      (row) => probability - (row[chosen] as number),
    );
    const map = dropMap(size, patches, drops);
    const [low, high] = rangeOf(map);
    const seen = rasterOf(picture.values, size);
    const heat = map.map((v) => Math.max(0, v) / (high > 0 ? high : 1));
    const { patch, stride, corners } = patches;
    const sheet = drawSheet({
      title: titleOf(ask, chosen, probability),
      facts: `occlusion: ${corners.length} patches of ${patch}x${patch}, ${stride} apart`,
      tiles: [
        { picture: seen, lines: ['picture'] },
        {
          picture: coloured(map, [size[0], size[1]], [Math.min(0, low), high], blueToRed),
          lines: ['what hiding costs'],
        },
        { picture: overlay(seen, heat), lines: ['over the picture'] },
      ],
      columns: 3,
      side: 224,
      scale: { ramp: blueToRed, low: percent(Math.min(0, low)), high: percent(high) },
    });
    return { sheet, class: chosen, probability, shape: [size[0], size[1]], map };
  } finally {
    looking.backend.close();
  }
}
