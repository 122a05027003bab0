// What is looked at after an epoch of a training, for the logs.
import { sizeOf } from '../../ir/index.ts';
import type { Uploaded } from '../../reference/backend.ts';
import type { Opened } from '../backend.ts';
import { type Confusion, confusionFor } from '../scores.ts';
import { gradientsOf } from './gradients.ts';
import type { Epoch } from './loop.ts';

/** Each costs time, and is asked for only when it is written. */
export interface Sight {
  parameters(): Promise<ReadonlyMap<string, ArrayLike<number>>>;
  /** On the first batch of the epoch, with the weights after it. */
  gradients(after: Epoch): Promise<ReadonlyMap<string, ArrayLike<number>>>;
  /** Of the test; undefined when the model does not tell classes apart, or its outputs are too many to keep. */
  confusion(): Promise<Confusion | undefined>;
}

/** Outputs of the test set at most: 256 MiB. */
const MOST_OUTPUTS = 2 ** 26;

export function sightOf(
  { backend, model }: Opened,
  sets: {
    readonly train: Uploaded;
    readonly test: Uploaded;
    readonly labels: ArrayLike<number>;
    readonly seed: number;
  },
): Sight {
  const { compiled } = model;
  const { plan } = compiled;
  const { train, test, labels, seed } = sets;
  return {
    parameters: () => backend.parameters(),
    gradients: ({ step, lr }) =>
      gradientsOf(compiled, backend, train, {
        step: step + 1,
        start: 0,
        count: Math.min(plan.batch, train.count),
        seed,
        lr,
      }),
    async confusion() {
      const outputs = test.count * sizeOf(plan.output.shape.slice(1));
      if (plan.labels?.dtype !== 'u32' || outputs > MOST_OUTPUTS) return undefined;
      return confusionFor(compiled, await test.outputs(), labels);
    },
  };
}
