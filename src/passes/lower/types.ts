// What lowering takes and gives: blocks by name, and the forward graph with its layers.
import type { Source, Span } from '../../diagnostics/types.ts';
import type { Graph, Node } from '../../ir/index.ts';
import type { Statistic } from '../../layers/index.ts';
import type { Block } from '../../parser/ast.ts';

/** A block and the file that it was written in, whose other blocks its body may call. */
export interface BlockDef {
  readonly block: Block;
  readonly home: Namespace;
}

/** The blocks that one file knows: its own, and those of the files that it imports. */
export interface Namespace {
  readonly source: Source;
  readonly blocks: ReadonlyMap<string, BlockDef>;
  /** Blocks that are there and could not be read: a call of one is no further error. */
  readonly unread: ReadonlySet<string>;
}

/** One line of the model, or one joining of branches, for summaries and pictures. */
export interface LayerInfo {
  /** Unique; layers of a call of a block are named `residual1.conv1`. */
  readonly name: string;
  readonly op: string;
  readonly span: Span;
  /** The values that it reads: outputs of other layers. */
  readonly inputs: readonly Node[];
  /** For a whole batch: the first dimension is the batch. */
  readonly output: Node;
  readonly parameters: readonly Node[];
  /** The calls of blocks around it, outermost first: `['stage1', 'residual2']`. */
  readonly path: readonly string[];
}

/** Weights that l1 and l2 penalties are for, and what their layer says of those. */
export interface Penalty {
  readonly parameter: Node;
  readonly l1: number | undefined;
  readonly l2: number | undefined;
}

/** `weights "vgg16.safetensors"`: the path as it is written, relative to the file that the span lies in. */
export interface StartsFrom {
  readonly path: string;
  readonly span: Span;
}

export interface Lowered {
  readonly graph: Graph;
  readonly input: Node;
  readonly output: Node;
  readonly layers: readonly LayerInfo[];
  readonly penalties: readonly Penalty[];
  /** Running means, which training updates and inference reads. */
  readonly statistics: readonly Statistic[];
  readonly startsFrom?: StartsFrom;
}
