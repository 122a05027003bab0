// What training, evaluating and predicting need of the thing that computes: a WebGPU device, or the reference interpreter.
import type { EpochOptions, Pictures, Report, Sums } from '../../runtime/index.ts';

/** A set of pictures where the backend can reach it. */
export interface Uploaded {
  readonly count: number;
  /** One pass in shuffled order, a report every now and then. */
  trainEpoch(options: EpochOptions): AsyncIterable<Report>;
  /** Loss and correct answers of one pass in order. */
  evaluate(signal?: AbortSignal): Promise<Sums>;
  /** The output of every picture in order: count x classes. */
  outputs(signal?: AbortSignal): Promise<Float32Array<ArrayBuffer>>;
}

export interface Backend {
  /** Its name for people, and in what `--json` prints. */
  readonly name: string;
  readonly kind: 'hardware' | 'software' | 'null' | 'reference';
  /** Values of all parameters for a seed; what the optimizer keeps becomes what it starts as. */
  initialise(seed: number): void;
  /** Replaces parameters by name; lengths must be those of the plan. */
  setParameters(values: ReadonlyMap<string, Float32Array<ArrayBuffer>>): void;
  parameters(): Promise<Map<string, Float32Array<ArrayBuffer>>>;
  upload(pictures: Pictures): Uploaded;
  /** The output of pictures as the network sees them: n x height x width x channels to n x classes. */
  predict(values: Float32Array<ArrayBuffer>): Promise<Float32Array<ArrayBuffer>>;
  /** Lets go of everything; afterwards nothing of it keeps the process alive. */
  close(): void;
}
