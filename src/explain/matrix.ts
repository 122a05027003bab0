// A linear layer as the matrix that it is: which weight stands where, found by asking the reference with unit vectors.
import { initialValues } from '../../runtime/index.ts';
import { isOp, type Node, opDef, type Shape, sizeOf, type Tensor } from '../ir/index.ts';

export interface Matrix {
  /** `y00`, `x12`: outputs and inputs, row by row. */
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly entries: readonly (readonly string[])[];
}

/** A node that is linear in its first operand that is no weight. */
export interface LinearNode {
  readonly node: Node;
  /** Which operand is the vector. */
  readonly x: number;
  /** The parameter or constant that the other operands are made from. */
  readonly weights: Node | undefined;
}

const ones = (shape: Shape): Tensor => ({ shape, data: new Float64Array(sizeOf(shape)).fill(1) });
const step = new Map<string, number>();

function run(node: Node, inputs: readonly Tensor[]): Tensor {
  const { reference } = opDef(node.op);
  if (reference === 'leaf') return ones(node.type.shape);
  return { shape: node.type.shape, data: reference(inputs, node.attrs, node.type, { step }) };
}

/** A value that does not depend on the input: kernels are turned round and reshaped on their way. Leaves not given are ones. */
const fixed = (node: Node, leaf: Node | undefined, value: Tensor | undefined): Tensor =>
  node === leaf && value
    ? value
    : run(
        node,
        node.inputs.map((n) => fixed(n, leaf, value)),
      );

/** Does the value depend on the batch? */
const depends = (node: Node, seen = new Map<Node, boolean>()): boolean => {
  const known = seen.get(node) ?? (isOp(node, 'input') || node.inputs.some((n) => depends(n, seen)));
  seen.set(node, known);
  return known;
};

/** The weights behind an operand: the parameter or constant of several elements that it comes from. */
function weightsOf(node: Node): Node | undefined {
  if (isOp(node, 'parameter') || (isOp(node, 'constant') && sizeOf(node.type.shape) > 1)) return node;
  return node.inputs.map(weightsOf).find((n) => n !== undefined);
}

/** What the node makes of a vector, with its weights as they are given, or ones. */
const apply = ({ node, x, weights }: LinearNode, vector: Tensor, values: Tensor | undefined): Float64Array =>
  run(
    node,
    node.inputs.map((n, i) => (i === x ? vector : fixed(n, weights, values))),
  ).data;

/** Some numbers between -1 and 1, never the same twice in a row. */
const mixed = (shape: Shape, seed: number): Tensor => ({
  shape,
  data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(1 + seed * 17 + i * 2.37)),
});

/** Is f(a + b) = f(a) + f(b), for some a and b that would not do so by chance? */
function isLinear(n: LinearNode): boolean {
  const { shape } = (n.node.inputs[n.x] as Node).type;
  const [a, b] = [mixed(shape, 1), mixed(shape, 2)];
  const sum = { shape, data: a.data.map((v, i) => v + (b.data[i] as number)) };
  const [fa, fb, fs] = [a, b, sum].map((v) => apply(n, v, undefined)) as [Float64Array, Float64Array, Float64Array];
  return fs.every((v, i) => Math.abs(v - (fa[i] as number) - (fb[i] as number)) < 1e-9);
}

/** The linear node among those of a layer: the one that multiplies most, if any. Only small ones are asked. */
export function linearNode(nodes: readonly Node[]): LinearNode | undefined {
  const candidates = nodes.flatMap((node): LinearNode[] => {
    const data = node.inputs.flatMap((n, i) => (depends(n) ? [i] : []));
    if (data.length !== 1 || isOp(node, 'reshape')) return [];
    const others = node.inputs.filter((_, i) => i !== data[0]);
    return [{ node, x: data[0] as number, weights: others.map(weightsOf).find((n) => n !== undefined) }];
  });
  const heavy = candidates.filter(({ node }) => opDef(node.op).multiplyAdds !== undefined);
  const small = (n: LinearNode): boolean => sizeOf((n.node.inputs[n.x] as Node).type.shape) <= 4096;
  return heavy.find((n) => !small(n)) ?? [...heavy, ...candidates].find((n) => small(n) && isLinear(n));
}

/** `w01` for row 0, column 1; dimensions of one element say nothing and are left out, unless none would stay. */
function elementName(letter: string, shape: Shape): (index: number) => string {
  const long = shape.map((n) => n > 1);
  const kept = long.some(Boolean) ? long : shape.map((_, axis) => axis === 0);
  const joint = shape.some((n) => n > 10) && kept.filter(Boolean).length > 1 ? ',' : '';
  return (index) => {
    const at: number[] = [];
    let rest = index;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at.unshift(rest % (shape[axis] as number));
      rest = Math.floor(rest / (shape[axis] as number));
    }
    return `${letter}${at.filter((_, axis) => kept[axis]).join(joint)}`;
  };
}

/** The numbers of a constant, and of a kernel that is written in the model. */
function givenValues(weight: Node): Tensor | undefined {
  const { shape } = weight.type;
  if (isOp(weight, 'constant')) return { shape, data: Float64Array.from(weight.attrs.values) };
  if (!isOp(weight, 'parameter') || weight.attrs.trainable || weight.attrs.init.kind !== 'values') return undefined;
  const { init, trainable } = weight.attrs;
  return { shape, data: Float64Array.from(initialValues({ name: weight.id, shape, init, trainable, offset: 0 }, 0)) };
}

/** Bits of a double that hold whole numbers exactly. */
const BITS = 50;

/** The matrix of a node for a batch of one: entries are weights by name, or numbers where there are none or they are constant. */
export function matrixOf(n: LinearNode): Matrix {
  const { node } = n;
  const source = node.inputs[n.x] as Node;
  const [xs, ys] = [source.type.shape.slice(1), node.type.shape.slice(1)];
  const [width, height] = [sizeOf(xs), sizeOf(ys)];
  const weight = n.weights;
  const entries = Array.from({ length: height }, () => new Array<string>(width).fill('0'));
  const unit = (j: number): Tensor => {
    const data = new Float64Array(width);
    data[j] = 1;
    return { shape: source.type.shape, data };
  };
  const put = (i: number, j: number, text: string): void => {
    const row = entries[i] as string[];
    row[j] = row[j] === '0' ? text : `${row[j]}+${text}`;
  };
  const given = weight && givenValues(weight);
  if (!weight || given) {
    for (let j = 0; j < width; j++)
      apply(n, unit(j), given).forEach((v, i) => {
        if (v !== 0) put(i, j, String(Number(v.toPrecision(4))));
      });
  } else {
    // Weight k of a part is 2^k: the sum at an entry tells which weights are in it.
    const { shape } = weight.type;
    const name = elementName('w', shape);
    for (let first = 0; first < sizeOf(shape); first += BITS) {
      const data = new Float64Array(sizeOf(shape));
      for (let k = 0; k < BITS && first + k < data.length; k++) data[first + k] = 2 ** k;
      for (let j = 0; j < width; j++)
        apply(n, unit(j), { shape, data }).forEach((v, i) => {
          for (let k = 0, rest = v; rest >= 1 && k < BITS; k++, rest = Math.floor(rest / 2))
            if (rest % 2 === 1) put(i, j, name(first + k));
        });
    }
  }
  const label = (letter: string, shape: Shape, count: number): string[] =>
    Array.from({ length: count }, (_, i) => elementName(letter, shape)(i));
  return { rows: label('y', ys, height), columns: label('x', xs, width), entries };
}

/** The matrix with names of its rows and columns; lines end with line feeds. */
export function matrixText({ rows, columns, entries }: Matrix): string {
  const all = [columns, ...entries];
  const widths = columns.map((_, j) => Math.max(...all.map((row) => (row[j] as string).length)));
  const head = Math.max(...rows.map((r) => r.length));
  const line = (name: string, cells: readonly string[], edge: string): string =>
    `  ${name.padEnd(head)} ${edge} ${cells.map((c, j) => c.padStart(widths[j] as number)).join(' ')}`;
  return [line('', columns, ' '), ...entries.map((row, i) => line(rows[i] as string, row, '|')), ''].join('\n');
}
