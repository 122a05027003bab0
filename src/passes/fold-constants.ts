// Constants are computed when compiling, and arithmetic that changes nothing disappears (x * 1, x + 0, reshape to itself),
// and broadcasts of broadcasts become one.
import { type Graph, isOp, type Node, opDef, sameShape, sizeOf } from '../ir/index.ts';
import { isRandom } from '../ir/ops/dropout.ts';
import { rewrite, withInputs } from './rewrite.ts';

/** Only scalars are folded: kernels hold them as text, and other constants have no place in memory. */
const LARGEST = 1;

export function foldConstants(graph: Graph): Graph {
  const folded = rewrite(graph, (node, add) => {
    const simpler = simplify(node, add);
    return simpler !== node ? simpler : fold(node);
  });
  return folded;
}

function fold(node: Node): Node {
  const { reference } = opDef(node.op);
  if (reference === 'leaf' || node.op === 'constant' || node.op === 'step' || isRandom(node.op)) return node;
  if (node.inputs.length === 0 || !node.inputs.every((n) => isOp(n, 'constant')) || sizeOf(node.type.shape) > LARGEST)
    return node;
  const inputs = node.inputs.map((n) => ({
    shape: n.type.shape,
    data: Float64Array.from((n as Node<'constant'>).attrs.values),
  }));
  const values = [...reference(inputs, node.attrs, node.type, { step: new Map() })];
  return { ...node, op: 'constant', inputs: [], attrs: { shape: node.type.shape, values } };
}

const isScalar = (node: Node | undefined, value: number): boolean =>
  node !== undefined && isOp(node, 'constant') && sizeOf(node.type.shape) === 1 && node.attrs.values[0] === value;

function simplify(node: Node, add: (n: Node) => Node): Node {
  const [a, b] = node.inputs;
  const keeps = (x: Node | undefined): boolean => x !== undefined && sameShape(x.type.shape, node.type.shape);
  switch (node.op) {
    case 'mul':
      if (isScalar(b, 1) && keeps(a)) return a!;
      if (isScalar(a, 1) && keeps(b)) return b!;
      break;
    case 'div':
      if (isScalar(b, 1) && keeps(a)) return a!;
      break;
    case 'add':
      if (isScalar(b, 0) && keeps(a)) return a!;
      if (isScalar(a, 0) && keeps(b)) return b!;
      break;
    case 'sub':
      if (isScalar(b, 0) && keeps(a)) return a!;
      break;
    case 'dropout':
    case 'alpha_dropout':
      if ((node as Node<'dropout' | 'alpha_dropout'>).attrs.rate === 0 && a) return a;
      break;
    case 'gaussian':
      if ((node as Node<'gaussian'>).attrs.deviation === 0 && a) return a;
      break;
    case 'slice':
    case 'pad_zeros':
    case 'pad2d':
    case 'resize2d':
      if (keeps(a)) return a!;
      break;
    case 'concat':
      if (node.inputs.length === 1) return a!;
      break;
    case 'transpose':
      if ((node as Node<'transpose'>).attrs.perm.every((axis, i) => axis === i)) return a!;
      break;
    case 'reshape':
      if (keeps(a)) return a!;
      if (a?.op === 'reshape') return withInputs(node, a.inputs);
      break;
    case 'broadcast':
      if (a && isOp(a, 'broadcast')) {
        const { shape, axes } = (node as Node<'broadcast'>).attrs;
        const kept = shape.map((_, axis) => axis).filter((axis) => !axes.includes(axis));
        const all = [...axes, ...a.attrs.axes.map((axis) => kept[axis] as number)].sort((p, q) => p - q);
        return { ...node, inputs: a.inputs, attrs: { shape, axes: all } };
      }
      break;
    default:
  }
  // An elementwise operation repeats a scalar by itself: broadcast(scalar) before it is not needed. A mask needs its batch.
  if (opDef(node.op).pointwise && !isRandom(node.op) && node.op !== 'counted') {
    const scalarOf = (n: Node): Node =>
      n.op === 'broadcast' && sizeOf(n.inputs[0]!.type.shape) === 1 ? add(n.inputs[0]!) : n;
    const inputs = node.inputs.map(scalarOf);
    if (inputs.some((n, i) => n !== node.inputs[i])) {
      const simpler = withInputs(node, inputs);
      if (sameShape(simpler.type.shape, node.type.shape)) return simpler;
    }
  }
  return node;
}
