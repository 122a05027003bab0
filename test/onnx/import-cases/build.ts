// What graphs to import are written with: numbers without chance, and nodes one after the other.
import type { GraphGiven } from '../model-bytes.ts';
import type { Case, Given } from '../operator-cases/build.ts';

export interface ImportCase {
  readonly title: string;
  readonly graph: GraphGiven;
  /** Lines of the model, without what is the same everywhere. */
  readonly lines: readonly string[];
}

/** A number for the element i of the tensor `name`: between -1 and 1, the same in each run. */
function noise(name: string, i: number): number {
  let h = 2166136261 ^ (i * 374761393);
  for (const letter of name) h = Math.imul(h ^ letter.charCodeAt(0), 16777619);
  h = Math.imul(h ^ (h >>> 15), 2246822519);
  h = Math.imul(h ^ (h >>> 13), 3266489917);
  return ((h ^ (h >>> 16)) >>> 0) / 2 ** 31 - 1;
}

export const random = (name: string, dims: readonly number[], { positive = false } = {}): Given => ({
  dims,
  values: Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) =>
    Math.fround(positive ? 0.5 + Math.abs(noise(name, i)) : noise(name, i)),
  ),
});
export const numbers = (...values: number[]): Given => ({ dims: [values.length], values });
export const whole = (...values: number[]): Given => ({ dims: [values.length], values, whole: true });
export const scalar = (value: number): Given => ({ dims: [], values: [value] });
export const ints = (...values: number[]): { readonly ints: readonly number[] } => ({ ints: values });
export const float = (value: number): { readonly float: number } => ({ float: value });

export type Step = readonly [
  op: string,
  inputs: string,
  attributes?: Case['attributes'],
  outputs?: string,
  name?: string,
];

/** Nodes one after the other: `_` is the value before, output i is `ti` unless it is named. */
export function graph(
  opset: number,
  dims: readonly (number | string)[],
  weights: Readonly<Record<string, Given>>,
  ...steps: readonly Step[]
): GraphGiven {
  let before = 'x';
  const nodes = steps.map(([op, inputs, attributes = {}, outputs = '', name = ''], i) => {
    const own = outputs === '' ? [`t${i}`] : outputs.split(' ');
    const names = inputs.split(' ').map((v) => (v === '_' ? before : v === '-' ? '' : v));
    before = own[0] as string;
    return { op, name, inputs: names, outputs: own, attributes };
  });
  return { opset, nodes, inputs: [{ name: 'x', dims }], weights, outputs: [before] };
}

export const one = (title: string, lines: readonly string[], given: GraphGiven): ImportCase => ({
  title,
  graph: given,
  lines,
});

export const conv = { w: random('w', [4, 3, 3, 3]), b: random('b', [4]) };
/** What batch normalisation keeps, for three channels. */
export const normal = {
  s: random('s', [3]),
  o: random('o', [3]),
  m: random('m', [3]),
  v: random('v', [3], { positive: true }),
};
export const picture = [1, 3, 7, 6] as const;

export interface RefusedCase {
  readonly title: string;
  readonly graph: GraphGiven;
  /** What the message says. */
  readonly says: string;
}

export const no = (title: string, says: string, given: GraphGiven): RefusedCase => ({ title, says, graph: given });
