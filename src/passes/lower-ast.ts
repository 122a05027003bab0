// Ast -> Graph: the forward pass of a model, as training sees it (dropout included). Checks every shape on the way.
import * as names from '../diagnostics/catalog/names.ts';
import * as say from '../diagnostics/catalog/shapes.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Diagnostic, Span } from '../diagnostics/types.ts';
import { builder, emit, type Graph, type Node, showShape, sizeOf, streamOf } from '../ir/index.ts';
import {
  type Args,
  bind,
  inputSignature,
  type LayerContext,
  type LayerDef,
  layers,
  lookUp,
  numberArg,
  shapeArg,
  signatureOf,
  textArg,
} from '../layers/index.ts';
import type { Body, Layer, Model, Repeat } from '../parser/ast.ts';
import { howShape } from './how-shape.ts';

/** One line of the model, for summaries. `outputs` is per picture. */
export interface LayerInfo {
  readonly name: string;
  readonly op: string;
  readonly span: Span;
  readonly output: Node;
  readonly parameters: readonly Node[];
}

/** l2 * sum of squares, to be added to the loss. */
export interface Penalty {
  readonly parameter: Node;
  readonly l2: number;
}

export interface Lowered {
  readonly graph: Graph;
  readonly input: Node;
  readonly output: Node;
  readonly layers: readonly LayerInfo[];
  readonly penalties: readonly Penalty[];
}

/** Builds the forward graph for a batch. `lowered` is undefined when the model has errors. */
export function lowerModel(model: Model, batch: number): { lowered: Lowered | undefined; diagnostics: Diagnostic[] } {
  const diagnostics: Diagnostic[] = [];
  const b = builder();
  const infos: LayerInfo[] = [];
  const penalties: Penalty[] = [];
  const taken = new Map<string, Span>();
  const counts = new Map<string, number>();
  let inputSpan: Span | undefined;
  let input: Node | undefined;
  /** The value so far; undefined once an error made its shape unknown. */
  let x: Node | undefined;
  let seed: Node | undefined;
  let step: Node | undefined;

  const report = (d: Diagnostic): void => {
    const same = (e: Diagnostic): boolean =>
      e.code === d.code && e.primary?.span.start === d.primary?.span.start && e.message === d.message;
    if (!diagnostics.some(same)) diagnostics.push(d);
  };
  const random = (): { seed: Node; step: Node } => {
    seed ??= emit(b, 'step', [], { field: { name: 'seed', type: 'u32' } }, 'seed');
    step ??= emit(b, 'step', [], { field: { name: 'step', type: 'u32' } }, 'step');
    return { seed, step };
  };
  const nameOf = (line: Layer, args: Args): string => {
    const given = textArg(args, 'name');
    const count = (counts.get(line.name.text) ?? 0) + (given === undefined ? 1 : 0);
    counts.set(line.name.text, count);
    const name = given ?? `${line.name.text}${count}`;
    const first = taken.get(name);
    if (first && first.start !== line.span.start) report(names.nameTaken(line.span, name, first));
    else if (first) return nameInRepeat(name);
    taken.set(name, line.span);
    return name;
  };
  /** A named layer inside `repeat` stands there several times: the second is NAME.2. */
  const nameInRepeat = (name: string): string => {
    let i = 2;
    while (taken.has(`${name}.${i}`)) i++;
    taken.set(`${name}.${i}`, { source: model.span.source, start: -1, end: -1 });
    return `${name}.${i}`;
  };

  const lowerInput = (line: Layer): void => {
    if (inputSpan) return report(say.secondInput(line.span, inputSpan));
    inputSpan = line.span;
    const { args, diagnostics: found, ok } = bind(inputSignature, line.words, line.name.span);
    found.forEach(report);
    const shape = shapeArg(args, 'shape');
    if (!ok || !shape) return;
    const where = args.bound.get('shape')?.span ?? line.span;
    const elements = batch * sizeOf(shape);
    if (elements >= 2 ** 31) return report(say.tooManyElements(where, showShape([batch, ...shape]), elements));
    b.at({ name: 'input', op: 'input', span: line.span });
    input = x = emit(b, 'input', [], { shape: [batch, ...shape] }, 'x');
    infos.push({ name: 'input', op: 'input', span: line.span, output: x, parameters: [] });
    check(line);
  };

  const lowerLayer = (line: Layer): void => {
    if (line.name.text === 'input') return lowerInput(line);
    const def = lookUp(layers, line.name.text);
    if (!def) {
      const all = ['input', ...Object.keys(layers)];
      report(names.unknownLayer(line.name.span, line.name.text, nearest(line.name.text, [...all, 'repeat']), all));
      x = undefined;
    } else {
      if (!inputSpan) {
        report(say.inputFirst(line.name.span, line.name.text));
        inputSpan = line.span;
      }
      const { args, diagnostics: found, ok } = bind(signatureOf(def), line.words, line.name.span);
      found.forEach(report);
      const name = nameOf(line, args);
      x = x && ok ? build(def, line, args, name, x) : undefined;
    }
    check(line);
  };

  const build = (def: LayerDef, line: Layer, args: Args, name: string, before: Node): Node | undefined => {
    b.at({ name, op: def.name, span: line.span });
    const parameters: Node[] = [];
    const l2 = numberArg(args, 'l2') ?? 0;
    const context: LayerContext = {
      b,
      x: before,
      name,
      op: def.name,
      args,
      report,
      random,
      stream: streamOf(name),
      spanOf: (arg) => args.bound.get(arg)?.span ?? line.name.span,
      parameter: (suffix, shape, init, regularised) => {
        const node = emit(b, 'parameter', [], { shape, init, trainable: true }, `${name}.${suffix}`);
        parameters.push(node);
        if (regularised && l2 > 0) penalties.push({ parameter: node, l2 });
        return node;
      },
    };
    const output = def.build(context);
    if (!output) return undefined;
    const large = [output, ...parameters].find((n) => sizeOf(n.type.shape) >= 2 ** 31);
    if (large) {
      report(say.tooManyElements(line.span, showShape(large.type.shape), sizeOf(large.type.shape)));
      return undefined;
    }
    infos.push({ name, op: def.name, span: line.span, output, parameters });
    return output;
  };

  /** `=> shape`: compared when the shape is known, believed when an error made it unknown. */
  const check = (line: Layer): void => {
    if (!line.assertion) return;
    const { shape, span } = line.assertion;
    if (!x) {
      b.at(undefined);
      x = emit(b, 'input', [], { shape: [batch, ...shape] }, 'unknown');
      return;
    }
    const actual = x.type.shape.slice(1);
    if (actual.length === shape.length && actual.every((n, i) => n === shape[i])) return;
    report(say.wrongAssertion(span, shape.join('x'), actual.join('x'), x.layer?.span === line.span ? howShape(x) : ''));
  };

  const lowerRepeat = (repeat: Repeat): void => {
    const { count } = repeat;
    const times = count.kind === 'number' ? count.value : Number.NaN;
    if (!Number.isInteger(times) || times < 1 || times > 1000) {
      report(names.badRepeat(count.span, `\`${count.span.source.text.slice(count.span.start, count.span.end)}\``));
      lowerBody(repeat.body);
    } else for (let i = 0; i < times; i++) lowerBody(repeat.body);
  };
  const lowerBody = (body: Body): void => {
    for (const line of body.lines) {
      for (const statement of line.statements) {
        if (statement.kind === 'layer') lowerLayer(statement);
        else lowerRepeat(statement);
      }
    }
  };

  lowerBody(model.body);
  const bad = diagnostics.some((d) => d.severity === 'error');
  if (!bad && infos.length < 2) report(say.emptyModel(model.name.span, model.name.text, infos.length === 1));
  if (!x || !input || diagnostics.some((d) => d.severity === 'error')) return { lowered: undefined, diagnostics };
  b.at(undefined);
  b.effect({ kind: 'output', name: 'output', value: x });
  return { lowered: { graph: b.finish(model.name.text), input, output: x, layers: infos, penalties }, diagnostics };
}
