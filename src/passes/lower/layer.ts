// Lowers one line: a layer with its words bound, its parameters declared, its nodes emitted, and its shape checked.
import * as formulas from '../../diagnostics/catalog/formulas.ts';
import * as names from '../../diagnostics/catalog/names.ts';
import * as say from '../../diagnostics/catalog/shapes.ts';
import { emit, type Node, showShape, sizeOf, streamOf } from '../../ir/index.ts';
import {
  type Args,
  bind,
  flagArg,
  inputSignature,
  type LayerContext,
  type LayerDef,
  numberArg,
  resolveWord,
  shapeArg,
  signatureOf,
  textArg,
} from '../../layers/index.ts';
import { chosenInit } from '../../layers/initializers.ts';
import type { Group, Layer } from '../../parser/ast.ts';
import { howShape } from '../how-shape.ts';
import { lowerNormalise } from './normalise.ts';
import { type Lowering, random, report, scopeOf } from './state.ts';

/** The name of a line's layer: what it was given, or its kind and a number, behind the calls around it. */
export function nameOf(s: Lowering, line: Layer | Group, args: Args): string {
  const { frame, taken } = s;
  const op = line.name.text;
  const given = textArg(args, 'name');
  const count = (frame.counts.get(op) ?? 0) + (given === undefined ? 1 : 0);
  frame.counts.set(op, count);
  const name = `${frame.prefix}${given ?? `${op}${count}`}`;
  const first = taken.get(name);
  if (!first) {
    taken.set(name, line.span);
    return name;
  }
  if (first.start !== line.span.start || first.source !== line.span.source)
    report(s, names.nameTaken(line.span, name, first));
  // A named layer inside `repeat` stands there several times: the second is NAME.2.
  let i = 2;
  while (taken.has(`${name}.${i}`)) i++;
  taken.set(`${name}.${i}`, line.span);
  return `${name}.${i}`;
}

export function lowerInput(s: Lowering, line: Layer): void {
  if (s.inputSpan) return report(s, say.secondInput(line.span, s.inputSpan));
  const { args, diagnostics, ok } = bind(inputSignature, line.words, line.name.span, scopeOf(s));
  s.inputSpan = line.span;
  for (const d of diagnostics) report(s, d);
  const shape = shapeArg(args, 'shape');
  if (!ok || !shape) return;
  const where = args.bound.get('shape')?.span ?? line.span;
  const elements = s.batch * sizeOf(shape);
  if (elements >= 2 ** 31) return report(s, say.tooManyElements(where, showShape([s.batch, ...shape]), elements));
  s.b.at({ name: 'input', op: 'input', span: line.span });
  s.input = s.x = emit(s.b, 'input', [], { shape: [s.batch, ...shape] }, 'x');
  const { path } = s.frame;
  s.layers.push({ name: 'input', op: 'input', span: line.span, inputs: [], output: s.x, parameters: [], path });
  if (s.normalise) s.x = lowerNormalise(s, s.x, s.normalise);
}

/** What a layer builds its part of the graph with. Declared parameters go to `parameters`. */
export function contextOf(
  s: Lowering,
  line: Layer | Group,
  op: string,
  args: Args,
  name: string,
  x: Node,
  parameters: Node[],
): LayerContext {
  const [l1, l2] = [numberArg(args, 'l1'), numberArg(args, 'l2')];
  const lrScale = numberArg(args, 'lr_scale');
  const frozen = s.frozen || flagArg(args, 'frozen');
  return {
    b: s.b,
    x,
    name,
    op,
    args,
    frozen,
    report: (d) => report(s, d),
    random: () => random(s),
    stream: streamOf(name),
    spanOf: (arg) => args.bound.get(arg)?.span ?? line.name.span,
    parameter: (suffix, shape, usual, regularised) => {
      const init = (regularised ? chosenInit(args, shape) : undefined) ?? usual;
      const attrs = { shape, init, trainable: !frozen, ...(lrScale === undefined ? {} : { lrScale }) };
      const node = emit(s.b, 'parameter', [], attrs, `${name}.${suffix}`);
      parameters.push(node);
      if (regularised && !frozen) s.penalties.push({ parameter: node, l1, l2 });
      return node;
    },
    statistic: (suffix, shape, init) => {
      const node = emit(s.b, 'parameter', [], { shape, init, trainable: false }, `${name}.${suffix}`);
      parameters.push(node);
      return node;
    },
    running: (statistic) => void s.statistics.push(statistic),
  };
}

/** Says that a model begins with its input, once. */
export function needInput(s: Lowering, line: Layer | Group): void {
  if (s.inputSpan) return;
  if (!s.unread) report(s, say.inputFirst(line.name.span, line.name.text));
  s.inputSpan = line.span;
}

export function lowerLayer(s: Lowering, line: Layer, def: LayerDef): void {
  needInput(s, line);
  const { args, diagnostics, ok } = bind(signatureOf(def), line.words, line.name.span, scopeOf(s));
  for (const d of diagnostics) report(s, d);
  const name = nameOf(s, line, args);
  const before = s.x;
  s.x = undefined;
  if (!before || !ok) return;
  s.b.at({ name, op: def.name, span: line.span });
  const parameters: Node[] = [];
  const output = def.build(contextOf(s, line, def.name, args, name, before, parameters));
  const large = [output, ...parameters].find((n) => n && sizeOf(n.type.shape) >= 2 ** 31);
  if (large) report(s, say.tooManyElements(line.span, showShape(large.type.shape), sizeOf(large.type.shape)));
  if (!output || large) return;
  s.x = output;
  const { path } = s.frame;
  s.layers.push({ name, op: def.name, span: line.span, inputs: [before], output, parameters, path });
}

/**
 * `=> shape`: compared when the shape is known, believed when an error made it unknown. One of plain numbers says what
 * the file's own values give: when a parameter was set to another value, only those that use names are compared.
 */
export function checkShape(s: Lowering, line: Layer | Group): void {
  if (!line.assertion) return;
  const { shape: written, span } = line.assertion;
  const names = scopeOf(s);
  let usesNames = false;
  const get = (name: string): ReturnType<typeof names.get> => {
    usesNames = true;
    return names.get(name);
  };
  const scope = { ...names, get };
  const named = written.kind === 'name' ? ({ kind: 'formula', expr: written, span } as const) : written;
  const word = resolveWord(named, scope, (d) => report(s, d));
  if (!word) {
    s.x = undefined;
    return;
  }
  const shape = word.kind === 'dims' ? word.values : word.kind === 'number' ? [word.value] : [];
  if (word.kind === 'number' && !Number.isInteger(word.value)) return report(s, formulas.notWhole(span, word.text));
  if (!s.x) {
    s.b.at(undefined);
    s.x = emit(s.b, 'input', [], { shape: [s.batch, ...shape] }, 'unknown');
    return;
  }
  if (s.reset && !usesNames) return;
  const actual = s.x.type.shape.slice(1);
  if (actual.length === shape.length && actual.every((n, i) => n === shape[i])) return;
  const how = s.x.layer?.span === line.span ? howShape(s.x) : '';
  report(s, say.wrongAssertion(span, shape.join('x'), actual.join('x'), how));
}
