// Lowers `normalise` of the data section: the first lines of the network, in every program that sees pictures.
import * as say from '../../diagnostics/catalog/data-section.ts';
import { emit, type Node, TEXT_CONSTANT } from '../../ir/index.ts';
import { ones, zeros } from '../../layers/layer.ts';
import type { Normalise } from '../../training/data-section.ts';
import { type Lowering, report } from './state.ts';

/** The layer's name, and before the names of what training finds: mean and variance of each channel. */
export const NORMALISE = 'normalise';

/** Keeps the division finite where a channel has one value throughout. */
const EPSILON = 1e-7;

/** y = (x - mean) / std, of numbers that are written or of parameters that no optimizer changes. */
export function lowerNormalise(s: Lowering, x: Node, normalise: Normalise): Node | undefined {
  const { b } = s;
  const { span } = normalise;
  const channels = x.type.shape[x.type.shape.length - 1] as number;
  b.at({ name: NORMALISE, op: NORMALISE, span });
  s.taken.set(NORMALISE, span);
  const parameters: Node[] = [];
  let output: Node;
  if (normalise.kind === 'per_channel') {
    for (const [suffix, init] of [
      ['mean', zeros],
      ['variance', ones],
    ] as const)
      parameters.push(
        emit(b, 'parameter', [], { shape: [channels], init, trainable: false }, `${NORMALISE}.${suffix}`),
      );
    output = emit(b, 'standardize', [x, ...parameters], { axes: [], epsilon: EPSILON }, NORMALISE);
  } else {
    const { mean, std, meanSpan, stdSpan } = normalise;
    for (const [what, numbers, at] of [
      ['mean', mean, meanSpan],
      ['std', std, stdSpan],
    ] as const) {
      if (numbers.length !== 1 && numbers.length !== channels)
        report(s, say.channelsAndNumbers(at, what, numbers.length, channels, s.inputSpan as typeof at));
      else if (numbers.length > TEXT_CONSTANT) report(s, say.tooManyChannels(at, channels, TEXT_CONSTANT));
    }
    if (s.diagnostics.some((d) => d.severity === 'error')) return undefined;
    const numbers = (values: readonly number[], name: string): Node =>
      values.every((v) => v === values[0])
        ? b.scalar(values[0] as number)
        : emit(b, 'constant', [], { shape: [values.length], values }, `${NORMALISE}.${name}`);
    const centred = emit(b, 'sub', [x, numbers(mean, 'mean')], {}, `${NORMALISE}.centred`);
    const inverse = std.map((v) => 1 / v);
    output = emit(b, 'mul', [centred, numbers(inverse, 'inverse')], {}, NORMALISE);
  }
  s.layers.push({ name: NORMALISE, op: NORMALISE, span, inputs: [x], output, parameters, path: [] });
  return output;
}
