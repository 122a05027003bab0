// What the importer of one node is given: its attributes, known numbers, and the values that flow into it.
import { type Line, newLine, type Origin, takesActivation } from '../../network/line.ts';
import type { OnnxAttribute, OnnxNode, OnnxTensor } from '../decode.ts';
import { type Atom, dimsOf, type Flow, flowOf, laid, type Shaped } from './flow.ts';

export interface Importing {
  readonly node: OnnxNode;
  readonly opset: number;
  readonly origin: Origin;
  /** The atom of the batch where it is larger than 1. */
  readonly batch: readonly Atom[];
  readonly made: Shaped;
  has(i: number): boolean;
  /** A computed input; refuses numbers from the file. Its `sole` says that this node alone reads the line's value. */
  flow(i: number): Flow;
  /** Numbers of the file, or made from such; undefined for what the network computes. */
  known(i: number): OnnxTensor | undefined;
  /** Known numbers; refuses others. */
  numbers(i: number, what: string): number[];
  /** How many nodes read an output. */
  uses(output: number): number;
  /** The name that the file gives an input. */
  nameOf(i: number): string;
  number(attribute: string, otherwise: number): number;
  numberList(attribute: string): readonly number[] | undefined;
  text(attribute: string, otherwise: string): string;
  attribute(name: string): OnnxAttribute | undefined;
  refuse(reason: string): never;
}

/** Makes the outputs of a node. */
export type Importer = (c: Importing) => Flow | readonly (Flow | undefined)[];

/** N x C x H x W as a picture, N x C x L as a signal: what windows slide over. */
export function spatial(c: Importing, x: Flow): Line {
  const rank = x.dims.length;
  if (rank !== 3 && rank !== 4)
    c.refuse(`a value of ${rank} dimensions (${dimsOf(x).join('x')}); cnnc has signals and pictures`);
  checkBatch(c, x);
  return laid(c.made, x, [...x.dims.slice(2), x.dims[1] as Atom[]], c.origin);
}

/** The first dimension is the batch, and nothing else. */
export function checkBatch(c: Importing, x: Flow): void {
  const [first = []] = x.dims;
  if (first.length !== c.batch.length || first[0] !== c.batch[0])
    c.refuse(`the first dimension of ${dimsOf(x).join('x')} is not the batch`);
}

/** A line behind one value, and what it makes. */
export function layer(
  c: Importing,
  op: string,
  inputs: readonly Line[],
  shape: readonly number[],
  words: readonly string[],
): { line: Line; flow: Flow } {
  const line = newLine(op, inputs, shape, c.origin, words);
  return { line, flow: flowOf(line, c.batch) };
}

/** A line that changes each element by itself: order and dimensions stay. */
export function elementwise(c: Importing, x: Flow, op: string, words: readonly string[] = []): Flow {
  return { ...x, line: newLine(op, [x.line], x.line.shape, c.origin, words), sole: true };
}

/** `relu`, `leaky_relu 0.1`: at the end of the line that made the value, where that is possible. */
export function activated(c: Importing, x: Flow, word: string): Flow {
  const [op = '', ...words] = word.split(' ');
  if (!x.sole || !takesActivation(x.line)) return elementwise(c, x, op, words);
  x.line.activation = word;
  return { ...x, sole: true };
}
