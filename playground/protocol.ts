// What the page and its worker say to each other. Plain data, which structured cloning carries.
import type { View as Place, Plan } from '../runtime/plan.ts';
import type { Severity } from '../src/diagnostics/types.ts';
import type { Section } from '../src/explain/layer.ts';
import type { NamedTensor } from '../src/interop/safetensors.ts';
import type { Summary } from '../src/summary.ts';

/** A message of the compiler, placed in the text of the editor: characters `from` to `to`. */
export interface Problem {
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  readonly from: number;
  readonly to: number;
  /** 1-based. */
  readonly line: number;
  /** What stands under the carets. */
  readonly label: string;
  readonly help: readonly string[];
}

/** A layer of the model, and where it is written. */
export interface LayerPlace {
  readonly name: string;
  readonly op: string;
  readonly from: number;
  readonly to: number;
  /** 1-based; 0 when it is written in an imported file. */
  readonly line: number;
}

/** A picture that the network makes on its way: where it lies after so many dispatches of `infer`. */
export interface FeatureMap {
  readonly layer: string;
  /** Height, width, channels; or one number. */
  readonly shape: readonly number[];
  readonly after: number;
  readonly place: Place;
}

/** What is known of a text once it is compiled. All but the problems is absent when there are errors. */
export interface Compilation {
  readonly problems: readonly Problem[];
  readonly model?: CompiledView;
}

export interface CompiledView {
  readonly plan: Plan;
  readonly summary: Summary;
  /** The picture of the network. */
  readonly svg: string;
  readonly layers: readonly LayerPlace[];
  readonly maps: readonly FeatureMap[];
  /** What of a single number of the output means class 1. */
  readonly threshold: number;
  /** Are the channels normalised by what the pictures are like? */
  readonly perChannel: boolean;
}

/** A kernel that a layer became. */
export interface KernelView {
  readonly program: string;
  readonly label: string;
  readonly wgsl: string;
  /** For each line of the text: the line of the model it serves (0 for none), and the value it works on. */
  readonly lines: readonly { readonly line: number; readonly value: string }[];
  /** `conv1: contraction, 4 x 1 x 32 workgroups`. */
  readonly facts: string;
}

export interface LayerView {
  readonly name: string;
  readonly title: string;
  readonly doc: string;
  readonly sections: readonly Section[];
  readonly kernels: readonly KernelView[];
}

/** A word of the language, for completion and for help. */
export interface Word {
  readonly label: string;
  readonly kind: 'layer' | 'structure' | 'activation' | 'option' | 'setting' | 'value';
  /** How it is used: `conv FILTERS KERNEL [stride 2x2]`. */
  readonly usage: string;
  readonly doc: string;
}

/** All words: what may begin a line, and what may follow it, by the line's first word (or, of settings, first two). */
export interface Vocabulary {
  readonly layers: readonly Word[];
  readonly settings: readonly Word[];
  /** Of the data section, and of what changes its pictures. */
  readonly data: readonly Word[];
  readonly options: Readonly<Record<string, readonly Word[]>>;
}

/** A file that was dropped on the page. */
export interface GivenFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** One part of a data set, ready for the device. */
export interface Part {
  readonly count: number;
  readonly values: Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
  readonly scale: number;
  readonly labels: Uint32Array<ArrayBuffer> | Float32Array<ArrayBuffer>;
}

export interface LoadedSet {
  readonly name: string;
  readonly classNames: readonly string[];
  readonly train: Part;
  readonly test: Part;
  readonly notes: readonly string[];
  /** Mean and variance of the channels, where the text says `normalise per_channel`: parameters by name. */
  readonly measured: ReadonlyMap<string, Float32Array<ArrayBuffer>>;
}

/** What the page may ask, and what it gets. */
export interface Requests {
  vocabulary: { ask: undefined; answer: Vocabulary };
  /** `hardware`: kernels for a graphics processor, not for any device. */
  compile: { ask: { readonly text: string; readonly hardware: boolean }; answer: Compilation };
  layer: { ask: string; answer: LayerView | undefined };
  examples: { ask: undefined; answer: readonly Example[] };
  /** A set of the page's own, or the one that the dropped files make. */
  data: { ask: { readonly name: string; readonly seed: number; readonly plan: DataNeeds }; answer: LoadedSet };
  /** Files are kept; the answer says what they make so far. */
  files: { ask: readonly GivenFile[]; answer: FilesAnswer };
  /** The bytes of a weights file. */
  safetensors: {
    ask: { readonly tensors: readonly NamedTensor[]; readonly metadata: Readonly<Record<string, string>> };
    answer: Uint8Array<ArrayBuffer>;
  };
  module: { ask: undefined; answer: ModuleParts | undefined };
}

export interface Example {
  readonly name: string;
  readonly title: string;
  readonly text: string;
}

/** What of a network its pictures depend on. */
export interface DataNeeds extends Pick<Plan, 'input' | 'labels'> {
  readonly perChannel: boolean;
}

export interface FilesAnswer {
  /** The set that can be trained on now; undefined when something is missing. */
  readonly name?: string;
  /** What was read, and what is missing, for people. */
  readonly said: readonly string[];
}

/** What a web module is made of, apart from its runtime. */
export interface ModuleParts {
  readonly model: string;
  /** The plan as JSON, packed. */
  readonly packed: string;
}

export type Kind = keyof Requests;
export interface Request<K extends Kind = Kind> {
  readonly id: number;
  readonly kind: K;
  readonly ask: Requests[K]['ask'];
}
/** `refused`: the messages of a Failure, in words. `bug`: anything else that was thrown. */
export type Reply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly refused: readonly string[] }
  | { readonly id: number; readonly bug: string };
