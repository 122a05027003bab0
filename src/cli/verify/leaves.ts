// What a model is verified on: seeded weights (biases too, so that they matter) and a batch of random pictures.
import { initialValues, type Plan, type StepValues, streamOf, uniform } from '../../../runtime/index.ts';

export interface Leaves {
  readonly parameters: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
  /** One batch of pictures, in 0..1. */
  readonly pictures: Float32Array<ArrayBuffer>;
  readonly labels: Uint32Array<ArrayBuffer>;
}

const elements = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
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
  const classes = plan.output.shape[plan.output.shape.length - 1] as number;
  return {
    parameters: new Map(parameters),
    pictures: Float32Array.from({ length: elements(plan.input.shape) }, (_, i) => uniform(seed, PICTURES, i)),
    labels: Uint32Array.from({ length: plan.batch }, (_, i) => Math.floor(classes * uniform(seed, LABELS, i))),
  };
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
