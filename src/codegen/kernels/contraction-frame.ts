// What all kernels of a contraction have in common: what stands above them, and what becomes of a row of the product.
import { isOp, type Node } from '../../ir/index.ts';
import type { Group } from '../../schedule/index.ts';
import type { Bindings } from '../kernel.ts';
import { comment, nothing, size, type Wgsl, wgsl } from '../wgsl.ts';
import { epilogue } from './epilogue.ts';
import { accessOf, contractionHeading, type IndexMap } from './index-map.ts';
import { type At, aliasOfWinner, poolingOf, poolWindow } from './pooled.ts';

/** The gradient of a bias, which rides along with that of the weights: the sums of the columns of b. */
export const riderOf = (group: Group): Node | undefined => group.nodes.find((n) => isOp(n, 'sum'));

/** Comments, the last of which says `how` it is computed, the type T, constants and bindings. */
export function contractionHead(group: Group, map: IndexMap, b: Bindings, width: 1 | 4, how?: string): Wgsl {
  const text = wgsl`
${contractionHeading(group, map)}
${how === undefined ? nothing : comment(how)}
alias T = ${{ wgsl: width === 4 ? 'vec4f' : 'f32' }};
${aliasOfWinner(poolingOf(group), width)}
${map.prelude}
${b.declare()}`;
  return { wgsl: text.wgsl.trim() };
}

/**
 * The lines that go on with a row of the product and store the results; where the group pools, with the rows of one window.
 * `values`: one of type T for each row.
 */
export function storeResults(b: Bindings, group: Group, values: readonly Wgsl[], at: At): Wgsl {
  const pooling = poolingOf(group);
  if (pooling) return poolWindow(b, group, pooling, values, at);
  const root = group.nodes[0] as Node;
  const rider = riderOf(group);
  return epilogue(
    b,
    group.nodes.filter((n) => n !== rider),
    group.outputs.filter((n) => n !== rider),
    new Map([[root, values[0] as Wgsl]]),
    { index: at.index, column: at.column, width: at.width, shape: root.type.shape },
    accessOf,
    at.number === undefined ? nothing : wgsl`_${size(at.number)}`,
  );
}
