// The schedule: kernels in order, each a group of nodes that one dispatch computes, and where every value lies.
import type { View } from '../../runtime/plan.ts';
import type { Effect, Graph, Node } from '../ir/index.ts';

/** How a group runs; each family is a file in src/codegen/kernels. */
export type Family =
  | 'contraction'
  | 'depthwise'
  | 'window'
  | 'gather'
  | 'resize'
  | 'pointwise'
  | 'rows'
  | 'sum'
  | 'squares'
  | 'neighbours'
  | 'accumulate'
  | 'update';

export interface Group {
  /** Named after its result. */
  readonly name: string;
  readonly family: Family;
  /**
   * Nodes it computes, in order; the first is the root for contraction, depthwise, window, gather, resize and squares.
   * Those that are not stored anywhere may be computed by other groups too. Sums: what is summed, the sums, and what is
   * done with them.
   */
  readonly nodes: readonly Node[];
  /** Nodes whose values other groups or effects read. */
  readonly outputs: readonly Node[];
  /** Values it reads that others made: leaves and outputs of other groups. Scalar constants and step numbers are not listed. */
  readonly inputs: readonly Node[];
  /** For accumulate and update: what it does when its values are there. */
  readonly effects: readonly Effect[];
}

export interface FusedGraph {
  readonly graph: Graph;
  readonly groups: readonly Group[];
}

/** What one merged update changes: the parameter, its gradient, and its slots in order. */
export interface Member {
  readonly parameter: Node;
  readonly gradient: Node;
  readonly slots: readonly Node[];
}

/** Updates that do the same to several parameters: one kernel. */
export interface Update {
  /** The update of the first member; the others differ only in which parameter they name. */
  readonly group: Group;
  readonly members: readonly Member[];
  /** True for a single member whose gradient is that of another one too: it lies with the other. */
  readonly apart: boolean;
}

/** Offsets in `parameters`, the same in each slot's block of `state`; and in an update's block of gradients less its start. */
export interface ParameterLayout {
  /** By parameter id: offset in bytes. */
  readonly offsets: ReadonlyMap<string, number>;
  readonly bytes: number;
  /** For each update: where its members start and end. */
  readonly ranges: readonly { readonly offset: number; readonly bytes: number }[];
  /** Bytes of one slot's block, which ends with the last update that has slots. */
  readonly slotBytes: number;
}

/** Where the values of one program lie. */
export interface MemoryPlan {
  readonly places: ReadonlyMap<Node, View>;
  /** Where the block of gradients of each update starts; its order is that of the parameters. */
  readonly gradients: readonly number[];
  readonly arenaBytes: number;
  /** The largest sum of values that live at the same time: no arena can be smaller. */
  readonly liveBytes: number;
}

/** What a program computes again instead of keeping it. */
export interface Recomputation {
  /** Values that are made a second time, or later than where they stand in the model; their bytes in memory. */
  readonly values: readonly { readonly name: string; readonly bytes: number }[];
  /** What that costs, as a share of the work of the program without it: multiply-adds, and what is read and written. */
  readonly work: number;
}

/** One program: its kernels and its memory. */
export interface Scheduled {
  readonly fused: FusedGraph;
  readonly updates: readonly Update[];
  readonly memory: MemoryPlan;
  /** With a limit of memory that is less than the program would take. */
  readonly recomputation?: Recomputation;
}

export type ProgramKey = 'infer' | 'evaluate' | 'train';

/** The graphs of a model, all passes done. Without a train section there is only `infer`. */
export interface ModelGraphs {
  readonly infer: Graph;
  readonly evaluate?: Graph;
  readonly train?: Graph;
}

/** All programs of a model over one layout of parameters. */
export interface ModelSchedule {
  readonly scheduled: Readonly<Partial<Record<ProgramKey, Scheduled>>>;
  readonly updates: readonly Update[];
  readonly layout: ParameterLayout;
  /** Every parameter once, trained ones first. */
  readonly parameters: readonly Node[];
}
