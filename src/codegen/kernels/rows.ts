// Class scores: softmax, cross-entropy, gradients and right answers of one row an invocation, in one kernel.
import type { StepField } from '../../../runtime/plan.ts';
import { isOp, type Node, type OpName, showShape, storageOf } from '../../ir/index.ts';
import { SMALLEST_PROBABILITY } from '../../ir/ops/cross-entropy.ts';
import { rowsOf } from '../../ir/ops/rows.ts';
import type { Group } from '../../schedule/index.ts';
import { type Bindings, bindings, flatIndex, heading, type Kernel, spread } from '../kernel.ts';
import { f32, ident, kernelText, nothing, size, u32, type Wgsl, wgsl } from '../wgsl.ts';

const WORKGROUP = 16;

type RowOp =
  | 'softmax'
  | 'softmax_dx'
  | 'log_softmax'
  | 'log_softmax_dx'
  | 'cross_entropy'
  | 'cross_entropy_dx'
  | 'softmax_cross_entropy'
  | 'softmax_cross_entropy_dx'
  | 'correct'
  | 'batch_mean_dx';

interface RowText {
  readonly b: Bindings;
  /** The operand as an array in memory. */
  readonly array: (n: Node) => Wgsl;
  /** The operand's value of this row: from memory, or from a line above. */
  readonly value: (n: Node) => Wgsl;
  /** The number of pictures in the batch. */
  readonly count: (n: Node) => Wgsl;
  readonly columns: number;
  /** Names of largest score and sum of exponentials of a row, computed once. */
  readonly stats: (z: Node) => { readonly max: Wgsl; readonly sum: Wgsl };
}

/** Lines of one operation; results are `out` (an array) or a let of that name. */
type Write = (t: RowText, node: Node, out: Wgsl) => Wgsl;

const each = (body: Wgsl): Wgsl => wgsl`
for (var j = 0u; j < end; j++) {
  ${body}
}`;
const at = wgsl`r * columns + j`;

const table: { readonly [K in RowOp]: Write } = {
  softmax: (t, { inputs: [z] }, out) => {
    const { max, sum } = t.stats(z!);
    return each(wgsl`${out}[${at}] = exp(${t.array(z!)}[${at}] - ${max}) / ${sum};`);
  },
  softmax_dx: (t, { inputs: [y, dy] }, out) => wgsl`
var dot_${out} = 0.0;
${each(wgsl`dot_${out} += ${t.array(y!)}[${at}] * ${t.array(dy!)}[${at}];`)}
${each(wgsl`${out}[${at}] = ${t.array(y!)}[${at}] * (${t.array(dy!)}[${at}] - dot_${out});`)}`,
  log_softmax: (t, { inputs: [z] }, out) => {
    const { max, sum } = t.stats(z!);
    return wgsl`
let log_${out} = log(${sum});
${each(wgsl`${out}[${at}] = ${t.array(z!)}[${at}] - ${max} - log_${out};`)}`;
  },
  log_softmax_dx: (t, { inputs: [y, dy] }, out) => wgsl`
var total_${out} = 0.0;
${each(wgsl`total_${out} += ${t.array(dy!)}[${at}];`)}
${each(wgsl`${out}[${at}] = ${t.array(dy!)}[${at}] - exp(${t.array(y!)}[${at}]) * total_${out};`)}`,
  cross_entropy: (t, { inputs: [p, labels, count] }, out) =>
    wgsl`let ${out} = select(0.0, -log(max(${t.array(p!)}[r * columns + ${t.array(labels!)}[r]], ${f32(SMALLEST_PROBABILITY)})), r < ${t.count(count!)});`,
  cross_entropy_dx: (t, { inputs: [p, labels, count, dy] }, out) =>
    each(
      wgsl`${out}[${at}] = select(0.0, -${t.value(dy!)} / max(${t.array(p!)}[${at}], ${f32(SMALLEST_PROBABILITY)}), r < ${t.count(count!)} && j == ${t.array(labels!)}[r]);`,
    ),
  softmax_cross_entropy: (t, { inputs: [z, labels, count] }, out) => {
    const { max, sum } = t.stats(z!);
    return wgsl`let ${out} = select(0.0, log(${sum}) + (${max} - ${t.array(z!)}[r * columns + ${t.array(labels!)}[r]]), r < ${t.count(count!)});`;
  },
  softmax_cross_entropy_dx: (t, { inputs: [z, labels, count, dy] }, out) => {
    const { max, sum } = t.stats(z!);
    return each(
      wgsl`${out}[${at}] = select(0.0, ${t.value(dy!)} * (exp(${t.array(z!)}[${at}] - ${max}) / ${sum} - select(0.0, 1.0, j == ${t.array(labels!)}[r])), r < ${t.count(count!)});`,
    );
  },
  correct: (t, { inputs: [x, labels, count] }, out) => wgsl`
var best_${out} = 0u;
${each(wgsl`if (${t.array(x!)}[${at}] > ${t.array(x!)}[r * columns + best_${out}]) { best_${out} = j; }`)}
let ${out} = select(0.0, 1.0, r < ${t.count(count!)} && best_${out} == ${t.array(labels!)}[r]);`,
  batch_mean_dx: (t, { inputs: [dy, count] }, out) =>
    wgsl`let ${out} = select(0.0, ${t.value(dy!)} / f32(${t.count(count!)}), r < ${t.count(count!)});`,
};

/** Is the node's result a row of scores (in memory) or one value a row? */
const isRow = (node: Node): boolean => node.type.shape.length > 1;

export function rowsKernel(group: Group, fields: readonly StepField[]): Kernel {
  const b = bindings(fields);
  const scores = group.nodes.flatMap((n) => [n, ...n.inputs]).find(isRow);
  const [rows, columns] = scores ? rowsOf(scores.type) : [group.nodes[0]?.type.shape[0] ?? 1, 1];
  const locals = new Map<Node, Wgsl>();
  const stats = new Map<Node, { max: Wgsl; sum: Wgsl }>();
  const lines: Wgsl[] = [];
  const array = (n: Node): Wgsl => b.use(storageOf(n), n.type.dtype === 'u32' ? 'u32' : 'f32', 'read_write');
  const t: RowText = {
    b,
    columns,
    array,
    value: (n) =>
      locals.get(n) ??
      (isOp(n, 'constant')
        ? f32(n.attrs.values[0] as number)
        : n.type.shape.length === 0
          ? wgsl`${array(n)}[0]`
          : wgsl`${array(n)}[r]`),
    count: (n) => (isOp(n, 'step') ? b.step(n.attrs.field) : wgsl`u32(${array(n)}[0])`),
    stats: (z) => {
      const known = stats.get(z);
      if (known) return known;
      const made = { max: ident(`max_${z.id}`), sum: ident(`sum_${z.id}`) };
      stats.set(z, made);
      lines.push({
        wgsl: wgsl`
var ${made.max} = ${array(z)}[r * columns];
${each(wgsl`${made.max} = max(${made.max}, ${array(z)}[${at}]);`)}
var ${made.sum} = 0.0;
${each(wgsl`${made.sum} += exp(${array(z)}[${at}] - ${made.max});`)}`.wgsl
          .trim()
          .replace(/\n\n/g, '\n'),
      });
      return made;
    },
  };
  for (const node of group.nodes) {
    const write = table[node.op as RowOp] as Write | undefined;
    if (!write) throw new Error(`%${node.id}: ${node.op satisfies OpName} is not an operation on rows`);
    const local = ident(`${node.id}_v`);
    const out = isRow(node) ? array(node) : local;
    if (!isRow(node)) locals.set(node, local);
    const text = write(t, node, out);
    lines.push({ wgsl: text.wgsl.trim().replace(/\n\n/g, '\n') });
    if (!isRow(node) && group.outputs.includes(node)) lines.push(wgsl`${array(node)}[r] = ${local};`);
  }
  const groups = spread(Math.ceil(rows / WORKGROUP));
  const text = wgsl`
${heading(`${group.name} = ${group.nodes.map((n) => n.op).join(', ')}: ${showShape([rows, columns])}, a row an invocation`, group.nodes)}
${b.declare()}
${columns > 0 ? wgsl`const columns = ${u32(columns)};` : nothing}

@compute @workgroup_size(${size(WORKGROUP)})
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(workgroup_id) tile: vec3u) {
  // tile.z is 0; that the compiler cannot know keeps the loops loops, which compile faster than they would unrolled.
  let end = columns + tile.z;
  let r = ${flatIndex(groups, WORKGROUP)};
  if (r >= ${u32(rows)}) { return; }
  ${lines}
}`;
  return { name: group.name, wgsl: kernelText(text), bindings: b.list(), groups };
}
