// Types of weights that a user may choose: what can be stored in them, and how many bytes they take.
import type { Plan, Stored } from '../../runtime/index.ts';
import { tooLargeForHalf, weightsNotFinite } from '../diagnostics/catalog/web.ts';
import { refuse } from '../diagnostics/index.ts';
import { sizeOf } from '../ir/index.ts';
import { compileSource, type ModelFile } from './model.ts';

export const weightsTypes = ['f32', 'f16', 'i8'] as const;
export type WeightsType = (typeof weightsTypes)[number];

/** The same model with these weights folded and stored as the type says. Refuses weights that it cannot hold. */
export function storedModel(
  model: ModelFile,
  values: ReadonlyMap<string, Float32Array>,
  stored: Stored | undefined,
  file: string,
): ModelFile {
  const [name, bad] =
    [...values].map(([n, v]) => [n, v.find((x) => !Number.isFinite(x))] as const).find(([, x]) => x !== undefined) ??
    [];
  if (stored && name !== undefined) refuse(weightsNotFinite(name, bad as number, file));
  const small = compileSource(model.source, { ...model.options, fold: values, stored });
  for (const p of small.compiled.plan.parameters) {
    if (p.stored && small.compiled.folded.get(p.name)?.some((x) => !Number.isFinite(x)))
      refuse(tooLargeForHalf(p.name, file));
  }
  return small;
}

/** Bytes of the parameters as they are stored, scales included. */
export const weightBytes = (plan: Plan): number =>
  plan.parameters.reduce(
    (sum, { shape, stored }) => sum + sizeOf(shape) * (stored === 'i8' ? 1 : stored === 'f16' ? 2 : 4),
    0,
  );
