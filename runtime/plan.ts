// The contract between compiler and runtime: what a compiled model is made of. Data only; JSON can carry all of it.
import type { Stored } from './half.ts';
import type { ScheduleSpec } from './schedule.ts';

export type { Stored } from './half.ts';
export type { ScheduleSpec, Time } from './schedule.ts';

/** Where a buffer's bytes come from and how long they live. */
export type BufferRole =
  | 'arena' // values of one program run; nothing in it outlives the program
  | 'parameters' // weights and biases
  | 'state' // what the optimizer keeps between steps; starts as zeros, where `fills` says nothing else
  | 'metrics' // sums that grow from step to step until they are read
  | 'pictures' // the data set, or the part of it that is on the device; sized by the runtime
  | 'labels' // what `labels` of the plan says, for each of `pictures`; sized by the runtime
  | 'order' // u32 indices into `pictures`: the epoch's shuffling; sized by the runtime
  | 'operand0' // textures that operands are copied to before a kernel reads them; on adapters where that is faster
  | 'operand1'
  | 'operand2'
  | 'half0' // the same for operands in half precision
  | 'half1'
  | 'half2'
  | 'step'; // uniforms: one row a step, bound with a dynamic offset; sized by the runtime

export interface BufferSpec {
  readonly role: BufferRole;
  /** Size in bytes; 0 when the runtime sizes it. */
  readonly bytes: number;
  /** Of `state`: the parts that do not start as zeros. */
  readonly fills?: readonly { readonly offset: number; readonly bytes: number; readonly value: number }[];
}

/** A part of a buffer. `bytes` 0 means all of it. */
export interface View {
  readonly buffer: BufferRole;
  readonly offset: number;
  readonly bytes: number;
}

/**
 * How a kernel uses a binding. A step binding is a uniform with a dynamic offset; a texture holds four floats a texel
 * (rgba32float), or four halves (rgba16float, `texture16`), 1024 texels a row.
 */
export type Access = 'read' | 'read_write' | 'step' | 'texture' | 'texture16';

/** Bytes that are copied to a texture before a dispatch. */
export interface CopySpec {
  readonly from: View;
  readonly to: BufferRole;
}

export interface KernelSpec {
  readonly name: string;
  /** The WGSL text; its entry point is `main`. Equal texts are one kernel. */
  readonly wgsl: string;
  readonly bindings: readonly Access[];
}

export interface DispatchSpec {
  /** Name of the value this computes, as in the listings. */
  readonly label: string;
  /** Index into `kernels`. */
  readonly kernel: number;
  readonly bindings: readonly View[];
  /** Workgroups along x, y and z. */
  readonly groups: readonly [number, number, number];
  readonly copies?: readonly CopySpec[];
}

/** How a parameter starts, as Keras defines it: limits and deviations are computed by the compiler. */
export type InitSpec =
  | { readonly kind: 'uniform'; readonly limit: number } // uniform in [-limit, limit)
  | { readonly kind: 'normal'; readonly deviation: number } // normal, mean 0
  | { readonly kind: 'truncated_normal'; readonly deviation: number } // the same without what lies beyond two deviations
  | { readonly kind: 'orthogonal'; readonly gain: number } // orthonormal columns (or rows, if fewer), times gain
  | { readonly kind: 'constant'; readonly value: number }
  | { readonly kind: 'values'; readonly values: readonly number[] }; // each value fills an equal run of the parameter

export interface ParameterSpec {
  readonly name: string;
  /** Convolutions: kernel height x width x input channels x filters. Dense: inputs x units. */
  readonly shape: readonly number[];
  /** Offset in bytes in the buffer `parameters`. */
  readonly offset: number;
  readonly init: InitSpec;
  readonly trainable: boolean;
  /** Absent: 32-bit floats. Others are only read; kernels make floats of them as they load them. */
  readonly stored?: Stored;
}

/** A number of the step uniform, computed by the runtime for each step. */
export type StepField =
  | { readonly name: 'count'; readonly type: 'u32' } // pictures in this batch; the rest of the batch is masked
  | { readonly name: 'pictures'; readonly type: 'f32' } // count as a float, to divide by
  | { readonly name: 'start'; readonly type: 'u32' } // where in `order` this batch starts
  | { readonly name: 'step'; readonly type: 'u32' } // number of the step, from 1
  | { readonly name: 'seed'; readonly type: 'u32' } // of the run; dropout draws from it
  | { readonly name: 'scale'; readonly type: 'f32' } // what a stored picture value is multiplied with
  | { readonly name: 'lr'; readonly type: 'f32' }
  | { readonly name: string; readonly type: 'f32'; readonly open: true } // left open by the compiler, given by the caller
  | { readonly name: string; readonly type: 'f32'; readonly oneMinusPower: number } // 1 - base^step, in double precision
  | { readonly name: string; readonly type: 'f32'; readonly nadam: number; readonly part: 'mean' | 'gradient' }; // see step.ts

export interface TensorSpec {
  readonly name: string;
  /** With the batch as first dimension. */
  readonly shape: readonly number[];
  readonly view: View;
}

/** What a data set must say of each picture: `shape` classes from 0 to `classes` - 1, or `shape` values. */
export type LabelSpec =
  | { readonly dtype: 'u32'; readonly shape: readonly number[]; readonly classes: number }
  | { readonly dtype: 'f32'; readonly shape: readonly number[] };

/** How what the model gives is to be read. `binary` ones are each about a class of its own, and do not sum to 1. */
export type OutputIs = 'probabilities' | 'logits' | 'binary_probabilities' | 'binary_logits' | 'values';

/** Sequences of dispatches. A batch enters by `load_u8` or `load_f32` (gathered from `pictures`), or by a write to `input`. */
export interface Programs {
  readonly load_u8: readonly DispatchSpec[];
  readonly load_f32: readonly DispatchSpec[];
  readonly infer: readonly DispatchSpec[];
  /** infer, and the sums of loss and metrics. Empty when the model has no train section. */
  readonly evaluate: readonly DispatchSpec[];
  /** Forward, backward, optimizer, sums. Empty when the model has no train section. */
  readonly train: readonly DispatchSpec[];
}
export type ProgramName = keyof Programs;

/** When a training ends before its last epoch: the monitored number of the test part was not better for `patience` epochs. */
export interface EarlyStoppingSpec {
  /** The loss, or a metric, of which more is better. */
  readonly monitor: string;
  readonly patience: number;
  /** How much better it must be to count. */
  readonly minDelta: number;
  /** Are the weights of the best epoch kept, not those of the last? */
  readonly restoreBest: boolean;
}

/** What the `train` section says that the runtime and the command line need. */
export interface TrainSpec {
  readonly data: string | null;
  readonly loss: string;
  /** What the output is compared with: the labels of the data set, or the model's own input. */
  readonly target: 'classes' | 'values' | 'input';
  readonly optimizer: string;
  /** The base of the schedule. */
  readonly lr: number;
  /** Absent: the learning rate stays. */
  readonly schedule?: ScheduleSpec;
  readonly earlyStopping?: EarlyStoppingSpec;
  readonly batch: number;
  readonly epochs: number;
  readonly seed: number;
}

export interface Plan {
  readonly format: 'cnnc-plan';
  readonly version: 1;
  readonly model: string;
  readonly batch: number;
  readonly input: TensorSpec;
  /** What `infer` and `evaluate` leave: class probabilities when the model ends in softmax, else logits or values. */
  readonly output: TensorSpec;
  readonly outputIs: OutputIs;
  /** What the programs `evaluate` and `train` need besides pictures; null when they need nothing, or are not there. */
  readonly labels: LabelSpec | null;
  readonly buffers: readonly BufferSpec[];
  readonly kernels: readonly KernelSpec[];
  readonly programs: Programs;
  readonly parameters: readonly ParameterSpec[];
  /** f32 sums over pictures in the buffer `metrics`, in order; the first is `loss`. */
  readonly metrics: readonly string[];
  /** Bytes from one row of the step uniform to the next, and what a row holds, 4 bytes each. */
  readonly step: { readonly stride: number; readonly fields: readonly StepField[] };
  readonly train: TrainSpec | null;
  /** Where training with a scaled loss keeps the scale, and how many steps it skipped; f32 each. Absent: the loss is not scaled. */
  readonly lossScale?: { readonly scale: View; readonly skipped: View };
  /** Features that the device must have been asked for; absent: none. */
  readonly features?: readonly PlanFeature[];
}

/** What kernels may need besides what every device has. The last is an experiment of Dawn, and not in WebGPU. */
export type PlanFeature = 'subgroups' | 'shader-f16' | 'chromium-experimental-subgroup-matrix';
