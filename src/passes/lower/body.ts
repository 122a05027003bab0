// Lowers bodies: line after line, with repetitions, conditions, branches and frozen parts.
import * as blocks from '../../diagnostics/catalog/blocks.ts';
import * as say from '../../diagnostics/catalog/branches.ts';
import * as names from '../../diagnostics/catalog/names.ts';
import { nearest } from '../../diagnostics/suggest.ts';
import { bind, conditionOf, isMerge, layers, lookUp, resolveWord, structures, textArg } from '../../layers/index.ts';
import type { Body, Group, If, Layer, Statement } from '../../parser/ast.ts';
import { lowerCall } from './call.ts';
import { checkShape, lowerInput, lowerLayer } from './layer.ts';
import { lowerMergeGroup, lowerMergeLine, type Operand } from './merge.ts';
import { type Lowering, report, scopeOf } from './state.ts';

/** What a model may grow to: written out, a few lines can be very many. */
const most = { layers: 20_000, statements: 200_000 };

export function lowerBody(s: Lowering, body: Body): void {
  for (const line of body.lines) {
    if (line.statements.length === 0) {
      s.unread = true;
      s.x = undefined;
    }
    for (const statement of line.statements) lowerStatement(s, statement);
  }
}

/** A body inside another, with the same names. */
function lowerNested(s: Lowering, body: Body): void {
  s.nesting++;
  lowerBody(s, body);
  s.nesting--;
}

/** Counts what is written out; true when it is too much to go on. */
function tooMuch(s: Lowering, statement: Statement): boolean {
  if (s.stopped) return true;
  s.statements++;
  s.stopped = s.statements > most.statements || s.layers.length > most.layers;
  if (s.stopped) {
    report(s, say.tooManyLayers(statement.span, most.layers));
    s.x = undefined;
  }
  return s.stopped;
}

function lowerStatement(s: Lowering, statement: Statement): void {
  if (tooMuch(s, statement)) return;
  if (statement.kind === 'if') {
    const arm = armOf(s, statement);
    if (arm) lowerNested(s, arm);
    else if (arm === undefined) s.x = undefined;
    return;
  }
  if (statement.kind === 'layer') lowerLine(s, statement);
  else lowerGroup(s, statement);
  nameValue(s, statement);
  checkShape(s, statement);
}

/** The arm whose condition holds; null when there is none, undefined when a condition has no value. */
function armOf(s: Lowering, statement: If): Body | null | undefined {
  for (const { condition, body } of statement.arms) {
    if (!condition) return body;
    const holds = conditionOf(condition, scopeOf(s), (d) => report(s, d));
    if (holds === undefined) return undefined;
    if (holds) return body;
  }
  return null;
}

function lowerLine(s: Lowering, line: Layer): void {
  const { text } = line.name;
  const def = lookUp(layers, text);
  if (text === 'input') lowerInput(s, line);
  else if (text === 'weights') lowerWeights(s, line);
  else if (text === 'from') lowerFrom(s, line);
  else if (isMerge(text)) lowerMergeLine(s, line, text);
  else if (Object.hasOwn(structures, text)) {
    report(s, blocks.noBody(line.name.span, text, structures[text as keyof typeof structures].example));
    s.x = undefined;
  } else if (def) lowerLayer(s, line, def);
  else {
    const block = s.frame.home.blocks.get(text);
    if (block) lowerCall(s, line, block, (body) => lowerBody(s, body));
    else unknownLayer(s, line);
  }
}

/** There is no such layer: what was meant? */
export function unknownLayer(s: Lowering, line: Layer | Group): void {
  const { text } = line.name;
  const { blocks: known, unread } = s.frame.home;
  s.x = undefined;
  if (unread.has(text)) return;
  const all = ['input', ...Object.keys(layers), ...known.keys()];
  report(s, names.unknownLayer(line.name.span, text, nearest(text, [...all, ...Object.keys(structures)]), all));
}

/** `weights "file"`: at the top of the model, once. */
function lowerWeights(s: Lowering, line: Layer): void {
  const { args, diagnostics } = bind(structures.weights.signature, line.words, line.name.span);
  for (const d of diagnostics) report(s, d);
  const path = textArg(args, 'file');
  if (s.frame.call || s.nesting > 0) report(s, blocks.weightsPlace(line.name.span, undefined));
  else if (s.startsFrom) report(s, blocks.weightsPlace(line.name.span, s.startsFrom.span));
  else if (path !== undefined) s.startsFrom = { path, span: args.bound.get('file')?.span ?? line.span };
}

/** `from skip1`: the named value becomes the value here. */
function lowerFrom(s: Lowering, line: Layer): void {
  const { args, diagnostics } = bind(structures.from.signature, line.words, line.name.span);
  for (const d of diagnostics) report(s, d);
  const name = textArg(args, 'value');
  const { values } = s.frame;
  s.x = name === undefined ? undefined : values.get(name)?.node;
  const span = args.bound.get('value')?.span;
  if (name === undefined || span === undefined || values.has(name)) return;
  report(s, blocks.noSuchValue(span, name, nearest(name, values.keys()), [...values.keys()]));
}

function lowerGroup(s: Lowering, group: Group): void {
  const { text } = group.name;
  if (isMerge(text)) return lowerMergeGroup(s, group, text, () => branchesOf(s, group, text));
  switch (text) {
    case 'repeat':
      return repeat(s, group, () => lowerNested(s, group.body));
    case 'freeze':
      noWords(s, group);
      return freeze(s, () => lowerNested(s, group.body));
    case 'branch':
      report(s, blocks.branchAlone(group.name.span));
      break;
    default: {
      const known = Object.hasOwn(layers, text) || Object.hasOwn(structures, text) || text === 'input';
      if (known || s.frame.home.blocks.has(text)) report(s, blocks.needlessBody(group.name.span, text));
      else unknownLayer(s, group);
    }
  }
  // What is in the body is checked all the same.
  s.x = undefined;
  lowerNested(s, group.body);
  s.x = undefined;
}

function freeze(s: Lowering, body: () => void): void {
  const { frozen } = s;
  s.frozen = true;
  body();
  s.frozen = frozen;
}

/** `freeze` and `branch` take no words. */
function noWords(s: Lowering, group: Group): void {
  const { signature } = structures[group.name.text as 'freeze' | 'branch'];
  for (const d of bind(signature, group.words, group.name.span, scopeOf(s)).diagnostics) report(s, d);
}

/** Does what stands in a `repeat` as often as it says; once, when it does not say a number that can be. */
function repeat(s: Lowering, group: Group, body: () => void): void {
  const [count, ...others] = group.words;
  const where = count?.span ?? group.name.span;
  const named = count?.kind === 'name' ? ({ kind: 'formula', expr: count, span: where } as const) : count;
  const before = s.diagnostics.length;
  const value = named && resolveWord(named, scopeOf(s), (d) => report(s, d));
  const times = value?.kind === 'number' ? value.value : Number.NaN;
  // A formula may say "not at all".
  const least = count?.kind === 'number' ? 1 : 0;
  if (Number.isInteger(times) && times >= least && times <= 1000 && others.length === 0) {
    for (let i = 0; i < times && !s.stopped; i++) {
      s.visit++;
      body();
    }
    return;
  }
  if (s.diagnostics.length === before && (value || !count)) {
    const text = where.source.text.slice(where.start, others.at(-1)?.span.end ?? where.end);
    const found = value?.kind === 'number' && others.length === 0 ? value.text : text;
    report(s, names.badRepeat(where, count ? `\`${found}\`` : 'nothing'));
  }
  s.x = undefined;
  body();
  s.x = undefined;
}

/** What the branches in the body of a merge make, each from the value before it. */
function branchesOf(s: Lowering, merge: Group, op: string): Operand[] {
  const start = s.x;
  const operands: Operand[] = [];
  let unsure = false;
  let repeated = false;
  const visit = (body: Body): void => {
    for (const line of body.lines) {
      if (line.statements.length === 0) unsure = true;
      for (const statement of line.statements) if (!tooMuch(s, statement)) visitStatement(statement);
    }
  };
  const visitStatement = (statement: Statement): void => {
    if (statement.kind === 'if') {
      const arm = armOf(s, statement);
      if (arm) visit(arm);
      else if (arm === undefined) unsure = true;
      return;
    }
    if (statement.kind === 'group' && statement.name.text === 'repeat') {
      repeated = true;
      repeat(s, statement, () => visit(statement.body));
    } else if (statement.kind === 'group' && statement.name.text === 'freeze') {
      freeze(s, () => visit(statement.body));
    } else if (statement.kind === 'group' && statement.name.text === 'branch') {
      noWords(s, statement);
      s.x = start;
      lowerNested(s, statement.body);
      nameValue(s, statement);
      checkShape(s, statement);
      operands.push({ node: s.x, span: statement.name.span, what: 'this branch' });
    } else {
      unsure = true;
      report(s, blocks.notABranch(statement.span, op));
    }
  };
  s.nesting++;
  visit(merge.body);
  s.nesting--;
  if (unsure || s.stopped) return [];
  if (operands.length === 0 || (operands.length === 1 && !repeated)) {
    report(s, say.nothingToMerge(merge.span, op, operands.length));
    return [];
  }
  return operands;
}

/** `as skip1` */
function nameValue(s: Lowering, { as: name }: Layer | Group): void {
  if (!name) return;
  const { values } = s.frame;
  const first = values.get(name.text);
  const same = first?.span.start === name.span.start && first.span.source === name.span.source;
  // In `repeat`, the name is that of the latest value.
  if (first && !same) report(s, blocks.valueTwice(name.span, name.text, first.span));
  values.set(name.text, { node: s.x, span: name.span });
}
