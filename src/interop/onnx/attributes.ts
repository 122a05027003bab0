// What a node of ONNX is asked for, whether it is run or imported: its attributes, and how it splits an axis.
import type { OnnxAttribute, OnnxNode } from './decode.ts';

export interface Attributes {
  number(attribute: string, otherwise: number): number;
  numberList(attribute: string): readonly number[] | undefined;
  text(attribute: string, otherwise: string): string;
  attribute(name: string): OnnxAttribute | undefined;
}

export const attributesOf = ({ attributes }: OnnxNode): Attributes => ({
  number: (key, otherwise) => {
    const a = attributes.get(key);
    return a?.kind === 'number' ? a.value : otherwise;
  },
  // A list without elements has no type in old files: it reads as the number 0.
  numberList: (key) => {
    const a = attributes.get(key);
    return a?.kind === 'numbers' ? a.value : a?.kind === 'number' && a.value === 0 ? [] : undefined;
  },
  text: (key, otherwise) => {
    const a = attributes.get(key);
    return a?.kind === 'text' ? a.value : otherwise;
  },
  attribute: (key) => attributes.get(key),
});

/** A node whose inputs may be known numbers. */
interface Known extends Attributes {
  readonly node: OnnxNode;
  has(i: number): boolean;
  numbers(i: number, what: string): number[];
}

/**
 * The rows of each output of Split, of an axis of `n` rows. Sizes are an attribute before version 13, an input since; without, they
 * are equal, but for the last.
 */
export function splitRows(c: Known, n: number): number[][] {
  const count = c.node.outputs.length;
  const each = Math.ceil(n / c.number('num_outputs', count));
  const sizes =
    (c.has(1) ? c.numbers(1, 'the sizes') : c.numberList('split')) ??
    Array.from({ length: count }, (_, i) => Math.min(each, n - i * each));
  let from = 0;
  return sizes.map((size) => {
    from += size;
    return Array.from({ length: size }, (_, k) => from - size + k);
  });
}
