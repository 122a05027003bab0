// Augmentation, in the training program alone: between the input and all that reads it, and maps of labels move along.
import { type Builder, builder, emit, type Graph, isOp, type Node, streamOf } from '../ir/index.ts';
import { type AugmentLine, movesOf } from '../training/augments.ts';
import { rewrite } from './rewrite.ts';

/** The name in listings of what is done to pictures while training. */
export const AUGMENT = 'augment';

export function augment(graph: Graph, lines: readonly AugmentLine[]): Graph {
  if (lines.length === 0) return graph;
  const moves = movesOf(lines);
  const stream = streamOf('augment');
  /** The numbers that all draw from: those of the graph may stand further down. */
  const drawn = new Map<string, Node>();
  return rewrite(graph, (node, add) => {
    if (isOp(node, 'step')) return drawn.get(node.attrs.field.name) ?? node;
    const labelled = isOp(node, 'labels') && node.type.shape.length > 2;
    if (!isOp(node, 'input') && !(labelled && moves)) return node;
    const source = add(node);
    const b = builder();
    if (!labelled)
      for (const name of ['seed', 'step'] as const)
        drawn.set(name, emit(b, 'step', [], { field: { name, type: 'u32' } }, name));
    const from = [drawn.get('seed') as Node, drawn.get('step') as Node] as const;
    let x: Node = source;
    const moved = lines.find(({ def }) => def.does.kind === 'move');
    if (moves && moved) {
      const nearest = node.type.dtype === 'u32' ? ({ nearest: true } as const) : {};
      b.at({ name: AUGMENT, op: AUGMENT, span: moved.span });
      x = emit(b, 'warp2d', [x, ...from], { ...moves, ...nearest, stream }, `${node.id}.moved`);
    }
    if (!labelled) for (const line of lines) x = change(b, x, from, line);
    for (const made of b.finish('').nodes) add(made);
    return x;
  });
}

/** What a line does where the elements stand. */
function change(b: Builder, x: Node, from: readonly [Node, Node], { def, args, name, span }: AugmentLine): Node {
  if (def.does.kind !== 'change') return x;
  const stream = streamOf(`augment.${name}`);
  const inputs = [x, ...from];
  b.at({ name: AUGMENT, op: AUGMENT, span });
  const does = def.does.change(args);
  const id = `x.${name}`;
  switch (does.op) {
    case 'vary': {
      const { way, by, chance } = does;
      return emit(b, 'vary', inputs, { way, by, about: way === 'add' ? 0 : 0.5, chance, stream }, id);
    }
    case 'gaussian':
      return emit(b, 'gaussian', inputs, { deviation: does.deviation, stream, way: 'add' }, id);
    case 'cutout': {
      const { size, value, chance } = does;
      return emit(b, 'cutout', inputs, { size, value, chance, stream }, id);
    }
  }
}
