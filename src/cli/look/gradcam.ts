// Grad-CAM (Selvaraju et al. 2017): where in a picture the evidence for a class lies, from the gradient to a layer's maps.
import { resize } from '../../data/resize.ts';
import { noPositions } from '../../diagnostics/catalog/looking.ts';
import { refuse } from '../../diagnostics/index.ts';
import type { LayerInfo } from '../../passes/lower-ast.ts';
import type { CompiledModel } from '../model.ts';
import { hasPositions } from './maps.ts';

/** The last layer with positions that does more than pool: convolutions, and what they are added in. */
export function lastWithPositions({ layers, plan }: CompiledModel, file: string): LayerInfo {
  const passes = /pool|dropout|flatten|^pad|upsample|resize|^input$|^normalise$/;
  const found = [...layers].reverse().find((l) => hasPositions(l) && !passes.test(l.op));
  return found ?? refuse(noPositions(file, undefined, plan.input.shape.slice(1).join('x'), []));
}

/** Refuses a layer without positions. */
export function needPositions({ layers }: CompiledModel, layer: LayerInfo, file: string): void {
  if (hasPositions(layer)) return;
  const names = layers.slice(1).filter(hasPositions);
  refuse(
    noPositions(
      file,
      layer.name,
      layer.output.type.shape.slice(1).join('x'),
      names.map((l) => l.name),
    ),
  );
}

/**
 * relu(sum over k of a_k A_k), where a_k is the mean over positions of the gradient of the class score to map A_k (equations 1
 * and 2 of the paper). `maps` and `gradient` are height x width x channels of one picture; so is the result, without channels.
 */
export function gradCam(
  maps: Float32Array,
  gradient: Float32Array,
  [h, w, c]: readonly [number, number, number],
): Float32Array {
  const weights = new Float64Array(c);
  for (let i = 0; i < h * w; i++)
    for (let k = 0; k < c; k++) weights[k] = (weights[k] as number) + (gradient[i * c + k] as number) / (h * w);
  return Float32Array.from({ length: h * w }, (_, i) => {
    let sum = 0;
    for (let k = 0; k < c; k++) sum += (weights[k] as number) * (maps[i * c + k] as number);
    return Math.max(0, sum);
  });
}

/** Brought to the size of the picture, bilinear, from 0 to 1; zeros stay zeros. */
export function overPicture(
  cam: Float32Array,
  [h, w]: readonly [number, number],
  size: readonly [number, number],
): Float32Array {
  const most = cam.reduce((a, b) => Math.max(a, b), 0);
  return resize(cam, [h, w, 1], size).map((v) => (most > 0 ? v / most : 0));
}
