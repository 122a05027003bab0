// What changes while a model is lowered: the value so far, where we are, and what was said.
import type { Diagnostic, Label, Span } from '../../diagnostics/types.ts';
import { type Builder, builder, emit, type Node } from '../../ir/index.ts';
import { type Rational, type Scope, type Statistic, toNumber } from '../../layers/index.ts';
import type { Block } from '../../parser/ast.ts';
import type { Normalise } from '../../training/data-section.ts';
import type { LayerInfo, Namespace, Penalty, StartsFrom } from './types.ts';

/** A value with a name: `as skip1`. */
export interface NamedValue {
  /** undefined once an error made its shape unknown. */
  readonly node: Node | undefined;
  readonly span: Span;
}

/** The body that is being lowered: the model's, or that of one call of a block. Names do not reach beyond it. */
export interface Frame {
  readonly home: Namespace;
  /** Before the names of its layers: `residual1.`, or nothing in the model. */
  readonly prefix: string;
  readonly path: readonly string[];
  readonly parameters: Map<string, Rational | 'unknown'>;
  /** How many layers of each kind there are so far. */
  readonly counts: Map<string, number>;
  readonly values: Map<string, NamedValue>;
  readonly call?: { readonly block: Block; readonly span: Span; readonly from: Frame };
}

export interface Lowering {
  readonly b: Builder;
  readonly batch: number;
  readonly diagnostics: Diagnostic[];
  readonly layers: LayerInfo[];
  readonly penalties: Penalty[];
  readonly statistics: Statistic[];
  /** Names of layers, with the lines that have them. */
  readonly taken: Map<string, Span>;
  /** Which visit of a line said what: a line in a block that is called again says it once. */
  readonly said: Map<string, { readonly visit: number; readonly messages: Set<string> }>;
  frame: Frame;
  /** The value so far; undefined once an error made its shape unknown. */
  x: Node | undefined;
  input: Node | undefined;
  inputSpan: Span | undefined;
  /** Inside `freeze`. */
  frozen: boolean;
  /** Bodies around the line within its frame. */
  nesting: number;
  /** Counts calls and repetitions. */
  visit: number;
  /** Statements so far: what is written out may be much longer than what is written. */
  statements: number;
  stopped: boolean;
  /** Has a parameter of the model another value than the file gives it? */
  reset: boolean;
  /** Was there a line that could not be read? */
  unread: boolean;
  startsFrom: StartsFrom | undefined;
  /** Of the data section, until the input is there. */
  readonly normalise: Normalise | undefined;
  seed: Node | undefined;
  step: Node | undefined;
}

export function lowering(batch: number, frame: Frame, normalise?: Normalise): Lowering {
  return {
    b: builder(),
    batch,
    diagnostics: [],
    layers: [],
    penalties: [],
    statistics: [],
    taken: new Map(),
    said: new Map(),
    frame,
    x: undefined,
    input: undefined,
    inputSpan: undefined,
    frozen: false,
    nesting: 0,
    visit: 0,
    statements: 0,
    stopped: false,
    reset: false,
    unread: false,
    startsFrom: undefined,
    normalise,
    seed: undefined,
    step: undefined,
  };
}

/** `c = 32, s = 2` */
const argumentsText = ({ parameters }: Frame): string =>
  [...parameters]
    .flatMap(([name, value]) => (value === 'unknown' ? [] : [`${name} = ${Number(toNumber(value).toPrecision(6))}`]))
    .join(', ');

/** Where the block that we are in was called, and where that was called. */
function callLabels(frame: Frame): Label[] {
  const labels: Label[] = [];
  for (let at: Frame = frame; at.call && labels.length < 4; at = at.call.from) {
    const given = argumentsText(at);
    labels.push({ span: at.call.span, text: `called here${given === '' ? '' : ` with ${given}`}` });
  }
  return labels;
}

/** Keeps a message, with the calls that led to its place. */
export function report(s: Lowering, d: Diagnostic): void {
  const { span } = d.primary ?? {};
  const key = `${d.code} ${span?.source.file} ${span?.start}`;
  const before = s.said.get(key);
  if (before && (before.visit !== s.visit || before.messages.has(d.message))) return;
  if (before) before.messages.add(d.message);
  else s.said.set(key, { visit: s.visit, messages: new Set([d.message]) });
  const calls = callLabels(s.frame);
  s.diagnostics.push(calls.length === 0 ? d : { ...d, labels: [...(d.labels ?? []), ...calls] });
}

/** Seed and number of the step, for layers that draw random numbers. */
export function random(s: Lowering): { seed: Node; step: Node } {
  s.seed ??= emit(s.b, 'step', [], { field: { name: 'seed', type: 'u32' } }, 'seed');
  s.step ??= emit(s.b, 'step', [], { field: { name: 'step', type: 'u32' } }, 'step');
  return { seed: s.seed, step: s.step };
}

/** Sizes of the value here, which formulas may use. */
export const sizeNames = ['height', 'width', 'channels'] as const;

function sizeHere(s: Lowering, name: string): Rational | 'unknown' | undefined {
  if (!sizeNames.some((known) => known === name) || !s.inputSpan) return undefined;
  if (!s.x) return 'unknown';
  const shape = s.x.type.shape.slice(1);
  const axis = name === 'channels' ? shape.length - 1 : shape.length === 3 ? sizeNames.indexOf(name as 'height') : -1;
  const size = shape[axis];
  return size === undefined ? undefined : { n: BigInt(size), d: 1n };
}

/** What names stand for here: parameters, and the sizes of the value so far. */
export const scopeOf = (s: Lowering): Scope => ({
  get: (name) => s.frame.parameters.get(name) ?? sizeHere(s, name),
  names: [...s.frame.parameters.keys(), ...(s.inputSpan ? sizeNames : [])],
});
