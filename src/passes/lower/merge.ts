// Joins values: the branches of `add { ... }`, or the value here with named ones, as `concat skip1`.
import * as blocks from '../../diagnostics/catalog/blocks.ts';
import * as say from '../../diagnostics/catalog/branches.ts';
import { nearest } from '../../diagnostics/suggest.ts';
import type { Label, Span } from '../../diagnostics/types.ts';
import { emit, type Node, type Shape, sameShape, showShape } from '../../ir/index.ts';
import { activate } from '../../layers/activations.ts';
import { type Args, bind, lookUp, type Merge, merges, textArg } from '../../layers/index.ts';
import type { Group, Layer, Word } from '../../parser/ast.ts';
import { contextOf, nameOf, needInput } from './layer.ts';
import { type Lowering, report, scopeOf } from './state.ts';

/** One of the values that meet. */
export interface Operand {
  /** undefined once an error made its shape unknown. */
  readonly node: Node | undefined;
  readonly span: Span;
  /** What it is, for messages: `this branch`, `skip1`. */
  readonly what: string;
}

const sizes = (n: Node): Shape => n.type.shape.slice(1);

/** Splits `concat skip1 axis height relu` into names of values and the words of the signature. */
function namesAndWords(op: Merge, words: readonly Word[]): [names: (Word & { kind: 'name' })[], rest: Word[]] {
  const { args, activations } = merges[op].signature;
  const found: (Word & { kind: 'name' })[] = [];
  const rest: Word[] = [];
  let behindOption = false;
  for (const word of words) {
    const option: boolean = word.kind === 'name' && !behindOption && lookUp(args, word.name) !== undefined;
    const known = option || (word.kind === 'name' && activations.includes(word.name));
    if (word.kind === 'name' && !behindOption && !known) found.push(word);
    else rest.push(word);
    behindOption = option;
  }
  return [found, rest];
}

function bindMerge(s: Lowering, line: Layer | Group, words: readonly Word[], op: Merge): { args: Args; ok: boolean } {
  needInput(s, line);
  const { args, diagnostics, ok } = bind(merges[op].signature, words, line.name.span, scopeOf(s));
  for (const d of diagnostics) report(s, d);
  return { args, ok };
}

/** `add skip1`: the value here and named ones. */
export function lowerMergeLine(s: Lowering, line: Layer, op: Merge): void {
  const [wanted, rest] = namesAndWords(op, line.words);
  const { args, ok } = bindMerge(s, line, rest, op);
  const { values } = s.frame;
  const operands: Operand[] = [{ node: s.x, span: s.x?.layer?.span ?? line.name.span, what: 'the value before' }];
  for (const { name, span } of wanted) {
    const value = values.get(name);
    if (!value) report(s, blocks.noSuchValue(span, name, nearest(name, values.keys()), [...values.keys()]));
    operands.push({ node: value?.node, span: value?.span ?? span, what: `\`${name}\`` });
  }
  if (wanted.length === 0 && ok) report(s, say.nothingToMerge(line.span, op, 0));
  join(s, line, op, args, nameOf(s, line, args), ok && wanted.length > 0 ? operands : undefined);
}

/** `add { branch { ... } ... }`; `branchesOf` lowers the body and gives what its branches made. */
export function lowerMergeGroup(s: Lowering, group: Group, op: Merge, branchesOf: () => readonly Operand[]): void {
  const { args, ok } = bindMerge(s, group, group.words, op);
  const name = nameOf(s, group, args);
  const operands = branchesOf();
  join(s, group, op, args, name, ok && operands.length > 0 ? operands : undefined);
}

/** Emits the joining, when all values are known and fit together. */
function join(
  s: Lowering,
  line: Layer | Group,
  op: Merge,
  args: Args,
  name: string,
  operands: readonly Operand[] | undefined,
): void {
  s.x = undefined;
  const nodes = operands?.map(({ node }) => node).filter((n) => n !== undefined) ?? [];
  const [first] = nodes;
  if (!operands || !first || nodes.length < operands.length) return;
  const axis = op === 'concat' ? axisOf(s, line, args, first) : 0;
  if (axis === undefined) return;
  const rule = misfit(op, nodes.map(sizes), axis - 1);
  if (rule !== undefined) {
    const labels = operands.map(
      ({ span, what, node }): Label => ({ span, text: `${what} is ${showShape(sizes(node as Node))}` }),
    );
    return report(s, say.branchesDiffer(line.name.span, op, rule, labels, adviceFor(op, nodes)));
  }
  const ref = { name, op, span: line.span };
  s.b.at(ref);
  const context = contextOf(s, line, op, args, name, first, []);
  const last = args.activations.length === 0 ? name : `${name}.z`;
  const output = activate(context, combine(s, op, nodes, axis, name, last));
  s.x = output;
  s.layers.push({ ...ref, inputs: nodes, output, parameters: [], path: s.frame.path });
}

/** The axis of a value with its batch; undefined after a report. */
function axisOf(s: Lowering, line: Layer | Group, args: Args, x: Node): number | undefined {
  const shape = sizes(x);
  const axes =
    shape.length === 3 ? ['height', 'width', 'channels'] : shape.length === 2 ? ['height', 'channels'] : ['channels'];
  const axis = textArg(args, 'axis') ?? 'channels';
  if (axes.includes(axis)) return 1 + axes.indexOf(axis);
  const span = args.bound.get('axis')?.span ?? line.span;
  report(s, say.noSuchAxis(span, axis, showShape(shape), axes));
  return undefined;
}

const isVectorFor = (vector: Shape, whole: Shape): boolean =>
  vector.length === 1 && whole.length > 1 && vector[0] === whole[whole.length - 1];

/** Why the shapes (without batch) do not fit together; undefined when they do. */
function misfit(op: Merge, shapes: readonly Shape[], axis: number): string | undefined {
  const [first = []] = shapes;
  if (op === 'concat') {
    const fits = shapes.every((t) => t.length === first.length && t.every((n, i) => i === axis || n === first[i]));
    return fits ? undefined : 'all sizes must be equal but the one that grows';
  }
  if (op === 'add') return shapes.every((t) => sameShape(t, first)) ? undefined : 'their shapes must be equal';
  const whole = shapes.reduce((a, b) => (b.length > a.length ? b : a));
  const rest = shapes.filter((t) => !isVectorFor(t, whole));
  const fits =
    rest.every((t) => t.length === whole.length) &&
    whole.every((_, i) => new Set(rest.map((t) => t[i]).filter((n) => n !== 1)).size <= 1);
  return fits ? undefined : 'their shapes must be equal, or one of them holds one number a channel, or has one channel';
}

function combine(s: Lowering, op: Merge, nodes: readonly Node[], axis: number, name: string, last: string): Node {
  if (op === 'concat') return nodes.length === 1 ? (nodes[0] as Node) : emit(s.b, 'concat', nodes, { axis }, last);
  const whole = nodes.reduce((a, b) => (b.type.shape.length > a.type.shape.length ? b : a));
  const rank = whole.type.shape.length;
  const aligned = nodes.map((n) => {
    const { shape } = n.type;
    if (shape.length === rank) return n;
    const ones = new Array<number>(rank - shape.length).fill(1);
    return emit(s.b, 'reshape', [n], { shape: [s.batch, ...ones, ...shape.slice(1)] }, `${name}.vector`);
  });
  return aligned.reduce((a, b, i) =>
    emit(s.b, op === 'add' ? 'add' : 'mul', [a, b], {}, i === aligned.length - 1 ? last : `${name}.${i}`),
  );
}

/** For a sum of two pictures: the 1x1 convolution that brings the larger to the shape of the other. */
function adviceFor(op: Merge, nodes: readonly Node[]): string[] {
  const [a, b] = nodes.map(sizes).sort((p, q) => (q[0] as number) - (p[0] as number));
  if (op !== 'add' || nodes.length !== 2 || a?.length !== 3 || b?.length !== 3) return [];
  const stride = Math.ceil((a[0] as number) / (b[0] as number));
  const reaches = [0, 1].every((i) => Math.floor(((a[i] as number) - 1) / stride) + 1 === b[i]);
  const same = stride === 1 ? '' : ` stride ${stride}`;
  return reaches ? [`\`conv ${b[2]} 1x1${same}\` makes ${showShape(b)} of ${showShape(a)}`] : [];
}
