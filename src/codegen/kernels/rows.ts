// Class scores: softmax, cross-entropy, gradients and right answers of a row an item, in one kernel.
import type { StepField } from '../../../runtime/plan.ts';
import { type CrossEntropyAttrs, isOp, type Node, type OpName, showShape, storageOf } from '../../ir/index.ts';
import { SMALLEST_PROBABILITY } from '../../ir/ops/cross-entropy.ts';
import { isOnePerRow, rowCount, rowsOf } from '../../ir/ops/rows.ts';
import type { Group } from '../../schedule/index.ts';
import type { ItemSchedule } from '../family-schedules.ts';
import { type Bindings, bindings, heading, type Kernel } from '../kernel.ts';
import { f32, ident, join, kernelText, nothing, size, u32, type Wgsl, wgsl } from '../wgsl.ts';
import { itemsMain } from './items.ts';

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
  /** Does this row belong to one of the pictures that count? */
  readonly counts: (n: Node) => Wgsl;
  /** A constant above `main`; the same name is the same constant. */
  readonly constant: (name: string, value: Wgsl) => Wgsl;
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
  cross_entropy: (t, node, out) => {
    const [p] = node.inputs;
    const minusLog = (j: Wgsl): Wgsl =>
      wgsl`-log(max(${t.array(p!)}[r * columns + ${j}], ${f32(SMALLEST_PROBABILITY)}))`;
    return lossText(t, node, out, minusLog);
  },
  cross_entropy_dx: (t, node, out) => {
    const [p, , count, dy] = node.inputs;
    const { q, weighted } = target(t, node);
    const divided = wgsl`-${t.value(dy!)} * ${q} / max(${t.array(p!)}[${at}], ${f32(SMALLEST_PROBABILITY)})`;
    return each(wgsl`${out}[${at}] = select(0.0, ${weighted(divided)}, ${t.counts(count!)});`);
  },
  softmax_cross_entropy: (t, node, out) => {
    const [z] = node.inputs;
    const { max, sum } = t.stats(z!);
    return lossText(t, node, out, (j) => wgsl`log(${sum}) + (${max} - ${t.array(z!)}[r * columns + ${j}])`);
  },
  softmax_cross_entropy_dx: (t, node, out) => {
    const [z, labels, count, dy] = node.inputs;
    const { max, sum } = t.stats(z!);
    const { q, weighted } = target(t, node);
    const given = labels!.type.dtype === 'f32';
    const whole = wgsl`whole_${out}`;
    const p = wgsl`exp(${t.array(z!)}[${at}] - ${max}) / ${sum}`;
    return wgsl`
${given ? wgsl`var ${whole} = 0.0;\n${each(wgsl`${whole} += ${q};`)}` : nothing}
${each(wgsl`${out}[${at}] = select(0.0, ${weighted(wgsl`${t.value(dy!)} * (${p}${given ? wgsl` * ${whole}` : nothing} - ${q})`)}, ${t.counts(count!)});`)}`;
  },
  correct: (t, node, out) => {
    const [x, labels, count] = node.inputs;
    const label = wgsl`${t.array(labels!)}[r]`;
    return wgsl`
let mine_${out} = ${t.array(x!)}[r * columns + ${label}];
var before_${out} = 0u;
${each(wgsl`let other = ${t.array(x!)}[${at}];
if (j != ${label} && !(other < mine_${out} || (other == mine_${out} && j > ${label}))) { before_${out}++; }`)}
let ${out} = select(0.0, 1.0, ${t.counts(count!)} && before_${out} < ${u32((node as Node<'correct'>).attrs.k ?? 1)});`;
  },
  batch_mean_dx: (t, { inputs: [dy, count] }, out) =>
    wgsl`let ${out} = select(0.0, ${t.value(dy!)} / f32(${t.count(count!)}), ${t.counts(count!)});`,
};

/** The target of row r, column j, as an expression; and an expression times the weight of the row's label. */
function target(t: RowText, node: Node): { q: Wgsl; weighted: (x: Wgsl) => Wgsl } {
  const labels = node.inputs[1] as Node;
  const { smoothing = 0, weights = [] } = node.attrs as CrossEntropyAttrs;
  const own =
    labels.type.dtype === 'f32' ? wgsl`${t.array(labels)}[${at}]` : wgsl`select(0.0, 1.0, j == ${t.array(labels)}[r])`;
  const q = smoothing === 0 ? own : wgsl`(${f32(1 - smoothing)} * ${own} + ${f32(smoothing / t.columns)})`;
  if (weights.length === 0) return { q, weighted: (x) => x };
  const list = wgsl`array<f32, ${size(weights.length)}>(${join(weights.map(f32), ', ')})`;
  return { q, weighted: (x) => wgsl`${t.constant('class_weights', list)}[${t.array(labels)}[r]] * (${x})` };
}

/** The loss of a row from -log p of its columns. A plain label needs one of them only. */
function lossText(t: RowText, node: Node, out: Wgsl, minusLog: (j: Wgsl) => Wgsl): Wgsl {
  const [, labels, count] = node.inputs as [Node, Node, Node];
  const { q, weighted } = target(t, node);
  if (labels.type.dtype === 'u32' && !(node.attrs as CrossEntropyAttrs).smoothing) {
    const one = minusLog(wgsl`${t.array(labels)}[r]`);
    return wgsl`let ${out} = select(0.0, ${weighted(one)}, ${t.counts(count)});`;
  }
  return wgsl`
var total_${out} = 0.0;
${each(wgsl`total_${out} += ${q} * (${minusLog(wgsl`j`)});`)}
let ${out} = select(0.0, ${weighted(wgsl`total_${out}`)}, ${t.counts(count)});`;
}

/** Is the node's result a row of scores (in memory) or one value a row? */
const isRow = (node: Node): boolean => !isOnePerRow(node.op) && node.type.shape.length > 1;

export function rowsKernel(group: Group, schedule: ItemSchedule, fields: readonly StepField[]): Kernel {
  const b = bindings(fields);
  const scores = group.nodes.flatMap((n) => [n, ...n.inputs]).find(isRow);
  const [rows, columns] = scores ? rowsOf(scores.type) : [rowCount(group.nodes[0] as Node), 1];
  const perPicture = rows / ((scores ?? (group.nodes[0] as Node)).type.shape[0] ?? 1);
  const locals = new Map<Node, Wgsl>();
  const stats = new Map<Node, { max: Wgsl; sum: Wgsl }>();
  const constants = new Map<string, Wgsl>();
  const lines: Wgsl[] = [];
  const array = (n: Node): Wgsl => b.use(storageOf(n), n.type.dtype === 'u32' ? 'u32' : 'f32', 'read_write');
  const t: RowText = {
    b,
    columns,
    array,
    value: (n) =>
      // One value a row is the same whatever its shape is called: a picture of one pixel, say.
      locals.get(storageOf(n)) ??
      (isOp(n, 'constant')
        ? f32(n.attrs.values[0] as number)
        : n.type.shape.length === 0
          ? wgsl`${array(n)}[0]`
          : wgsl`${array(n)}[r]`),
    count: (n) => (isOp(n, 'step') ? b.step(n.attrs.field) : wgsl`u32(${array(n)}[0])`),
    counts: (n) => wgsl`r${perPicture === 1 ? nothing : wgsl` / ${u32(perPicture)}`} < ${t.count(n)}`,
    constant: (name, value) => {
      constants.set(name, value);
      return { wgsl: name };
    },
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
  const before = wgsl`
// tile.z is 0; that the compiler cannot know keeps the loops loops, which compile faster than they would unrolled.
let end = columns + tile.z;`;
  const { main, groups } = itemsMain(rows, schedule, lines, { name: wgsl`r`, before: { wgsl: before.wgsl.trim() } });
  const text = wgsl`
${heading(`${group.name} = ${group.nodes.map((n) => n.op).join(', ')}: ${showShape([rows, columns])}, a row an invocation`, group.nodes)}
${b.declare()}
${columns > 0 ? wgsl`const columns = ${u32(columns)};` : nothing}
${[...constants].map(([name, value]) => wgsl`const ${{ wgsl: name }} = ${value};`)}

${main}`;
  return { name: group.name, wgsl: kernelText(text), bindings: b.list(), groups };
}
