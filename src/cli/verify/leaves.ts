// What a model is verified on: seeded weights (biases too, so that they matter) and a batch of random pictures.
import { initialValues, type Plan, type StepValues, streamOf, uniform } from '../../../runtime/index.ts';
import { sizeOf } from '../../ir/index.ts';

export interface Leaves {
  readonly parameters: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
  /** One batch of pictures, in 0..1. */
  readonly pictures: Float32Array<ArrayBuffer>;
  /** As the plan's `labels` says; empty where it needs none. */
  readonly labels: Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
}

const PICTURES = streamOf('verify.pictures');
const LABELS = streamOf('verify.labels');

/** The same for the same plan and seed. Constants that parameters start with are moved by up to 0.1. */
export function leavesFor(plan: Plan, seed: number): Leaves {
  const parameters = plan.parameters.map((p): [string, Float32Array<ArrayBuffer>] => {
    const values = initialValues(p, seed);
    const stream = streamOf(`verify.${p.name}`);
    if (p.init.kind === 'constant') values.forEach((v, i) => (values[i] = v + 0.2 * uniform(seed, stream, i) - 0.1));
    return [p.name, values];
  });
  return {
    parameters: new Map(parameters),
    pictures: Float32Array.from({ length: sizeOf(plan.input.shape) }, (_, i) => uniform(seed, PICTURES, i)),
    labels: labelsFor(plan, seed),
  };
}

/** Classes, or values between 0 and 1, where a logarithm would see neither end. */
function labelsFor({ batch, labels }: Plan, seed: number): Leaves['labels'] {
  const count = labels ? batch * sizeOf(labels.shape) : 0;
  const draw = (i: number): number => uniform(seed, LABELS, i);
  if (labels?.dtype === 'u32')
    return Uint32Array.from({ length: count }, (_, i) => Math.floor(labels.classes * draw(i)));
  return Float32Array.from({ length: count }, (_, i) => 0.05 + 0.9 * draw(i));
}

/** The numbers of the steps that are verified: training's second step, so that slots hold something. */
export const stepFor = (plan: Plan, program: 'infer' | 'evaluate' | 'train', seed: number): StepValues => ({
  // A last, smaller batch: what is masked must stay out of sums.
  count: program === 'evaluate' && plan.batch > 1 ? plan.batch - 1 : plan.batch,
  start: 0,
  step: 2,
  seed,
  lr: plan.train?.lr ?? 0,
  scale: 1,
});
