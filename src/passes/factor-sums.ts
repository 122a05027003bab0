// Factors that are the same for all terms of a sum leave it: sum(a * b) = b * sum(a). Sums that remain equal can be shared,
// as those of a normalisation's gradient can.

import { broadcastShapes } from '../ir/broadcast.ts';
import { type Graph, isOp, type Node, sameShape } from '../ir/index.ts';
import { rewrite } from './rewrite.ts';

export function factorSums(graph: Graph): Graph {
  const names = new Set(graph.nodes.map((n) => n.id));
  const fresh = (name: string): string => {
    let id = name;
    for (let i = 2; names.has(id); i++) id = `${name}.${i}`;
    names.add(id);
    return id;
  };
  return rewrite(graph, (node, add) => {
    if (!isOp(node, 'sum')) return node;
    const { axes } = node.attrs;
    const product = node.inputs[0] as Node;
    const rank = product.type.shape.length;
    const factors = factorsOf(product);
    const varies = (n: Node): boolean =>
      axes.some((axis) => (n.type.shape[axis - rank + n.type.shape.length] ?? 1) > 1);
    const inside = factors.filter(varies);
    const outside = factors.filter((n) => !varies(n));
    if (outside.length === 0 || inside.length === 0) return node;
    const shape = broadcastShapes(inside.map((n) => n.type.shape));
    if (typeof shape === 'string' || !sameShape(shape, product.type.shape)) return node;
    const made = <K extends Node>(n: K): Node => add(n);
    const layer = node.layer ? { layer: node.layer } : {};
    const times = (p: Node, q: Node, id: string): Node => {
      const common = broadcastShapes([p.type.shape, q.type.shape]);
      if (typeof common === 'string') throw new Error(`%${node.id}: ${common}`);
      return { id, op: 'mul', inputs: [p, q], attrs: {}, type: { dtype: 'f32', shape: common }, ...layer };
    };
    const terms = inside.reduce((p, q) => made(times(p, q, fresh(`${node.id}.terms`))));
    let total: Node = made({ ...(node as unknown as Node), id: fresh(`${node.id}.sum`), inputs: [terms] });
    outside.forEach((factor, i) => {
      // Without the axes that are summed the factor may have fewer dimensions.
      const padded = [...new Array<number>(Math.max(0, rank - factor.type.shape.length)).fill(1), ...factor.type.shape];
      const kept = padded.filter((_, axis) => !axes.includes(axis));
      const whole = factor.type.shape.length === 0 || sameShape(kept, factor.type.shape);
      const seen = whole
        ? factor
        : made({
            id: fresh(`${node.id}.factor`),
            op: 'reshape',
            inputs: [factor],
            attrs: { shape: kept },
            type: { dtype: 'f32', shape: kept },
            ...layer,
          });
      const last = i === outside.length - 1;
      const next = times(total, seen, last ? node.id : fresh(`${node.id}.part`));
      total = last ? next : made(next);
    });
    return total;
  });
}

/** The factors of a product of products, in order. */
const factorsOf = (node: Node): Node[] => (isOp(node, 'mul') ? node.inputs.flatMap(factorsOf) : [node]);
