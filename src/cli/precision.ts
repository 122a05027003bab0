// --precision: whether values between kernels are stored in half precision, and whether an adapter can do so.
import type { OpenedDevice } from '../../runtime/node.ts';
import { type CompileOptions, type Precision, precisions } from '../compile.ts';
import { mixedNeedsHalves, scaleWithoutMixed } from '../diagnostics/catalog/precision.ts';
import { refuse } from '../diagnostics/index.ts';
import { LOSS_SCALE_LIMITS } from '../passes/loss-scale.ts';
import { choice, type OptionSpec, realNumber } from './args.ts';
import type { ModelFile } from './model.ts';

/** The option of the commands that compile a model to run it. */
export const precisionOption: OptionSpec & { readonly type: 'string' } = {
  type: 'string',
  value: 'PRECISION',
  doc: 'f32 (unless given), or mixed: what kernels hand to each other is stored in 16-bit floats, sums, weights and losses stay in 32; training scales the loss',
};

/** What `--precision` says, as options of the compiler: nothing for f32. */
export function precisionOf(command: string, value: string | undefined): { readonly precision?: Precision } {
  const precision = choice({ command, option: 'precision' }, value, precisions);
  return precision === 'mixed' ? { precision } : {};
}

/** The same for `train`, with what `--loss-scale` says. */
export function scalingOf(
  precision: string | undefined,
  lossScale: string | undefined,
): Pick<CompileOptions, 'precision' | 'lossScale'> {
  const { least: min, most: max } = LOSS_SCALE_LIMITS;
  const chosen = precisionOf('train', precision);
  const initial = realNumber({ command: 'train', option: 'loss-scale' }, lossScale, { min, max });
  if (initial === undefined) return chosen;
  return chosen.precision ? { ...chosen, lossScale: { initial } } : refuse(scaleWithoutMixed());
}

/** Refuses a plan that needs features which the device does not have. */
export function checkFeatures({ compiled }: ModelFile, opened: Pick<OpenedDevice, 'features' | 'adapter'>): void {
  for (const feature of compiled.plan.features ?? [])
    if (!opened.features.includes(feature)) refuse(mixedNeedsHalves(opened.adapter.name));
}
