// A value that the network computes, as ONNX sees it and as cnnc has it: the same factors of its sizes in two orders.
import { type Line, newLine, type Origin } from '../../network/line.ts';

/**
 * A factor of one or several sizes. Reshapes take atoms apart, transposes exchange them; nothing is written for either
 * before a layer asks for the value in an order in which it does not lie.
 */
export interface Atom {
  readonly size: number;
  readonly batch?: true;
  /** Where the elements along this atom stand in ONNX, when not in the order in which they lie. */
  readonly places?: Int32Array;
}

export interface Flow {
  readonly line: Line;
  /** The atoms as they lie in the line's value, the last one fastest. */
  readonly order: readonly Atom[];
  /** The atoms of each dimension of ONNX; sizes of 1 have none. */
  readonly dims: readonly (readonly Atom[])[];
  /** Does nothing else read the line's value under another name? */
  readonly sole: boolean;
}

export const sizeOfAtoms = (atoms: readonly Atom[]): number => atoms.reduce((n, { size }) => n * size, 1);
export const dimsOf = (flow: Flow): number[] => flow.dims.map(sizeOfAtoms);

/** One atom for a size; none for 1. */
export const atoms = (size: number): Atom[] => (size === 1 ? [] : [{ size }]);

/** Thrown with the reason why a value cannot be brought into a form. */
export class CannotLay extends Error {}

const replaced = (list: readonly Atom[], old: Atom, parts: readonly Atom[]): Atom[] =>
  list.flatMap((atom) => (atom === old ? parts : [atom]));

/** The flow with one atom taken apart. */
const splitAtom = (flow: Flow, old: Atom, parts: readonly Atom[]): Flow => ({
  ...flow,
  order: replaced(flow.order, old, parts),
  dims: flow.dims.map((dim) => replaced(dim, old, parts)),
});

const canSplit = (atom: Atom): boolean => !atom.batch && !atom.places;

/** The value in other dimensions of ONNX, or undefined when sizes do not factor so. */
export function regrouped(flow: Flow, sizes: readonly number[]): Flow | undefined {
  let result = flow;
  const queue = flow.dims.flat();
  const dims: Atom[][] = [];
  for (const size of sizes) {
    let need = size;
    const dim: Atom[] = [];
    while (need > 1) {
      const atom = queue.shift();
      if (!atom) return undefined;
      if (need % atom.size === 0) {
        dim.push(atom);
        need /= atom.size;
        continue;
      }
      if (atom.size % need !== 0 || !canSplit(atom)) return undefined;
      const parts = [{ size: need }, { size: atom.size / need }] as const;
      result = { ...result, order: replaced(result.order, atom, parts) };
      for (const other of dims) if (other.includes(atom)) return undefined;
      dim.push(parts[0]);
      queue.unshift(parts[1]);
      need = 1;
    }
    dims.push(dim);
  }
  return queue.length === 0 ? { ...result, dims } : undefined;
}

/** Two values of equal sizes with the same atoms: what is whole in one and apart in the other is taken apart. */
export function matched(first: Flow, second: Flow): [Flow, Flow] {
  let [a, b] = [first, second];
  const pairs = new Map<Atom, Atom>();
  for (let d = 0; d < first.dims.length; d++) {
    for (let i = 0; ; i++) {
      const [p, q] = [a.dims[d]?.[i], b.dims[d]?.[i]];
      if (!p && !q) break;
      if (!p || !q) throw new CannotLay('sizes that differ');
      if (p.size === q.size) {
        if (p.places !== q.places) throw new CannotLay('values that were flattened in different orders');
        pairs.set(q, p);
      } else if (p.size % q.size === 0 && canSplit(p)) {
        a = splitAtom(a, p, [{ size: q.size }, { size: p.size / q.size }]);
        i--;
      } else if (q.size % p.size === 0 && canSplit(q)) {
        b = splitAtom(b, q, [{ size: p.size }, { size: q.size / p.size }]);
        i--;
      } else throw new CannotLay('sizes whose factors do not fit together');
    }
  }
  const renamed = (list: readonly Atom[]): Atom[] => list.map((atom) => pairs.get(atom) ?? atom);
  return [a, { ...b, order: renamed(b.order), dims: b.dims.map(renamed) }];
}

/** The atoms of each dimension of the line's value. */
export function lying(flow: Flow): Atom[][] {
  const queue = [...flow.order];
  return flow.line.shape.map((size) => {
    const dim: Atom[] = [];
    for (let need = size; need > 1; ) {
      const atom = queue.shift() as Atom;
      dim.push(atom);
      need /= atom.size;
    }
    return dim;
  });
}

/** For each element of `order` the place that it has in `onnx`, the same atoms in another order. */
export function placesIn(order: readonly Atom[], onnx: readonly Atom[]): Int32Array {
  const strides = new Map<Atom, number>();
  onnx.reduceRight((stride, atom) => {
    strides.set(atom, stride);
    return stride * atom.size;
  }, 1);
  let places = new Int32Array([0]);
  for (const atom of order) {
    const stride = strides.get(atom) ?? 0;
    const next = new Int32Array(places.length * atom.size);
    places.forEach((at, i) => {
      for (let k = 0; k < atom.size; k++) next[i * atom.size + k] = at + (atom.places?.[k] ?? k) * stride;
    });
    places = next;
  }
  return places;
}

const same = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((v, i) => v === b[i]);

/** Lines that only change shapes, made once for each value and shape. */
export type Shaped = Map<Line, Map<string, Line>>;

function once(made: Shaped, line: Line, key: string, make: () => Line): Line {
  const of = made.get(line) ?? new Map<string, Line>();
  made.set(line, of);
  const found = of.get(key) ?? make();
  of.set(key, found);
  return found;
}

/** The line's value in another shape, in the same order. */
function shaped(made: Shaped, line: Line, shape: readonly number[], origin: Origin): Line {
  if (same(line.shape, shape)) return line;
  const plain = line.op === 'reshape' || line.op === 'flatten' ? (line.inputs[0] as Line) : line;
  if (plain !== line) return shaped(made, plain, shape, origin);
  return once(made, line, shape.join('x'), () => {
    // Pooling of everything may keep its picture of one pixel itself.
    const kept = shape.length > 1 && shape.slice(0, -1).every((n) => n === 1) && /^global_/.test(line.op);
    if (kept && shape.length === (line.inputs[0] as Line).shape.length)
      return { ...line, words: [...line.words, 'keep'], shape, tensors: new Map() };
    return shape.length === 1
      ? newLine('flatten', [line], shape, origin)
      : newLine('reshape', [line], shape, origin, [shape.join('x')]);
  });
}

/**
 * The value with its atoms in this order, as dimensions of cnnc: nothing where it lies so, a change of shape, or an
 * exchange of up to three axes.
 */
export function laid(made: Shaped, flow: Flow, wanted: readonly (readonly Atom[])[], origin: Origin): Line {
  const shape = wanted.map(sizeOfAtoms);
  const to = wanted.flat();
  const { order, line } = flow;
  if (same(order, to)) return shaped(made, line, shape, origin);
  const at = to.map((atom) => order.indexOf(atom));
  if (at.includes(-1) || at.length !== order.length) throw new CannotLay('a value whose elements do not stand so');
  // Atoms that stay side by side move together.
  const runs: { from: number; size: number }[] = [];
  at.forEach((from, i) => {
    const last = runs[runs.length - 1];
    if (last && i > 0 && from === (at[i - 1] as number) + 1) last.size *= (order[from] as Atom).size;
    else runs.push({ from, size: (order[from] as Atom).size });
  });
  if (runs.length > 3) throw new CannotLay('an exchange of more than three axes');
  const before = [...runs].sort((a, b) => a.from - b.from);
  const perm = runs.map((run) => before.indexOf(run));
  const apart = shaped(
    made,
    line,
    before.map(({ size }) => size),
    origin,
  );
  const turned = once(made, apart, `transpose ${perm}`, () =>
    newLine(
      'transpose',
      [apart],
      runs.map(({ size }) => size),
      origin,
      [`[${perm.join(', ')}]`],
    ),
  );
  return shaped(made, turned, shape, origin);
}

/** What a layer makes: a picture or signal whose channels ONNX has in front, or features. */
export function flowOf(line: Line, batch: readonly Atom[]): Flow {
  const cnnc = line.shape.map(atoms);
  const channels = cnnc[cnnc.length - 1] as Atom[];
  return { line, order: cnnc.flat(), dims: [batch, channels, ...cnnc.slice(0, -1)], sole: true };
}
