// What training, evaluating and predicting need of the thing that computes: a WebGPU device, or the reference interpreter.
import type { EpochOptions, Pictures, Report, Sums } from '../../runtime/index.ts';
import type { Node } from '../ir/index.ts';

/** What one kernel of a training step (on the reference: one node) was given, and what it left. */
export interface Look {
  /** The kernel's name. */
  readonly name: string;
  /** What it computes, in order. */
  readonly nodes: readonly Node[];
  readonly inputs: ReadonlyMap<Node, ArrayLike<number>>;
  /** Values, and new values of parameters and slots by their nodes. */
  readonly outputs: ReadonlyMap<Node, ArrayLike<number>>;
  /** The numbers of the step, by field. */
  readonly step: ReadonlyMap<string, number>;
}

/** One step of training, by itself: the batch that starts at `start` of the order of the epoch under way. */
export interface OneStep {
  readonly step: number;
  readonly start: number;
  readonly count: number;
  readonly seed: number;
  readonly lr: number;
}

/** What training has made so far, to go back to. */
export interface Snapshot {
  readonly parameters: ReadonlyMap<string, ArrayLike<number>>;
  restore(): void;
}

/** A parameter or a slot of the optimizer, in the precision of its backend. */
export interface StateTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array | Float64Array;
}

/** A set of pictures where the backend can reach it. */
export interface Uploaded {
  readonly count: number;
  /** One pass in shuffled order, a report every now and then. */
  trainEpoch(options: EpochOptions): AsyncIterable<Report>;
  /** Gives its memory back; nothing may be asked of it afterwards. */
  free?(): void;
  /** Loss and correct answers of one pass in order. */
  evaluate(signal?: AbortSignal): Promise<Sums>;
  /** The output of every picture in order: count x classes. */
  outputs(signal?: AbortSignal): Promise<Float32Array<ArrayBuffer>>;
  /**
   * Runs one step of training kernel by kernel, and shows what each leaves. With `only`, at least the values of these ids, without
   * what the kernels were given: that reads less from a device.
   */
  trace(step: OneStep, only?: ReadonlySet<string>): AsyncIterable<Look>;
}

/** How the scaling of the loss goes, with precision mixed. */
export interface Scaling {
  /** What the loss is multiplied with. */
  readonly scale: number;
  /** Steps of the run that changed nothing, because a gradient was not finite. */
  readonly skipped: number;
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
  /** `memory`: bytes that the pictures may take on a device at a time. */
  upload(pictures: Pictures, memory?: number): Uploaded;
  /** The output of pictures as the network sees them: n x height x width x channels to n x classes. */
  predict(values: Float32Array<ArrayBuffer>): Promise<Float32Array<ArrayBuffer>>;
  /**
   * All outputs of `infer` by name, for one batch or less: the model's, and those of the compile option `attribute`. `labels` as
   * the plan asks for them, where it does.
   */
  attribute(
    values: Float32Array<ArrayBuffer>,
    labels?: Uint32Array<ArrayBuffer>,
  ): Promise<ReadonlyMap<string, Float32Array<ArrayBuffer>>>;
  snapshot(): Promise<Snapshot>;
  /** The scale of the loss and the steps skipped so far; undefined when the loss is not scaled. */
  scaling(): Promise<Scaling | undefined>;
  /** All that training changes, exactly: parameters, running means, and what the optimizer keeps, by their ids. */
  state(): Promise<StateTensor[]>;
  /** Puts back what `state` gave, of the same model; what was made on another backend is rounded to what this one keeps. */
  setState(tensors: readonly StateTensor[]): void;
  /** Lets go of everything; afterwards nothing of it keeps the process alive. */
  close(): void;
}
