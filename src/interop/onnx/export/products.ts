// Dense layers. What was flattened stays as the file has it: the rows of the weights move instead, and their columns where a
// picture is made of the result.
import type { Node } from '../../../ir/index.ts';
import { featuresOf, type Placed, plainAxes } from './axes.ts';
import type { Writing } from './writing.ts';

/** The weights with rows and columns in another order; undefined leaves an order as it is. */
function reordered(
  data: ArrayLike<number>,
  [rows, columns]: readonly [number, number],
  rowOrder: ArrayLike<number> | undefined,
  columnOrder: ArrayLike<number> | undefined,
): Float32Array {
  const out = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    const from = (rowOrder ? (rowOrder[i] as number) : i) * columns;
    for (let j = 0; j < columns; j++)
      out[i * columns + j] = data[from + (columnOrder ? (columnOrder[j] as number) : j)] as number;
  }
  return out;
}

/** `root` is the product or its sum with the bias. */
export function product(w: Writing, root: Node, y: Node<'matmul'>, bias: Node | undefined): Placed {
  const [a, b] = y.inputs as readonly [Node, Node];
  const { transposeA, transposeB } = y.attrs;
  const plain = plainAxes(2);
  if (transposeA || !w.isKnown(b) || transposeB) throw new Error(`%${y.id} is no dense layer`);
  const { merged } = w.at(a);
  const wanted = w.wanted.get(root);
  const given = merged ? w.at(a).name : w.arranged(a, plain);
  const weight =
    merged || wanted
      ? w.tensor(
          b.id,
          b.type.shape,
          reordered(
            w.numbersOf(b).data,
            b.type.shape as [number, number],
            merged && featuresOf(merged),
            wanted && featuresOf(wanted),
          ),
        )
      : w.weights(b);
  const where = { axes: plain, ...(wanted ? { merged: wanted } : {}) };
  return bias
    ? w.make('Gemm', root, [given, weight, w.features(bias, wanted)], {}, where)
    : w.make('MatMul', root, [given, weight], {}, where);
}
