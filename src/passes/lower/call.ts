// Calls of blocks: the words bind to the parameters, and the body is lowered with them in place.
import type { Label } from '../../diagnostics/types.ts';
import { bind, flagArg, numberArg, numberOf, type Rational, rationalOf, type Signature } from '../../layers/index.ts';
import type { Block, Body, Layer } from '../../parser/ast.ts';
import { nameOf } from './layer.ts';
import { type Frame, type Lowering, report, scopeOf } from './state.ts';
import type { BlockDef } from './types.ts';

/** A block seen as a layer: its parameters by position, and the options of every call. */
export const blockSignature = ({ name, parameters }: Block): Signature => ({
  owner: name.text,
  positional: parameters.map((p) => p.name.text),
  required: parameters.filter((p) => !p.initial).map((p) => p.name.text),
  args: {
    ...Object.fromEntries(
      parameters.map((p) => [p.name.text, { kind: 'number', doc: `a parameter of the block ${name.text}` } as const]),
    ),
    name: { kind: 'name', doc: 'a name that stands before those of its layers' },
    frozen: { kind: 'flag', doc: 'training does not change its weights' },
  },
  activations: [],
  example: [name.text, ...parameters.filter((p) => !p.initial).map((_, i) => 32 * (i + 1))].join(' '),
});

const isOpen = (frame: Frame, block: Block): boolean => {
  for (let at: Frame = frame; at.call; at = at.call.from) if (at.call.block === block) return true;
  return false;
};

export function lowerCall(s: Lowering, line: Layer, def: BlockDef, lowerBody: (body: Body) => void): void {
  const { block, home } = def;
  const { args, diagnostics, ok } = bind(blockSignature(block), line.words, line.name.span, scopeOf(s));
  const defined: Label = { span: block.name.span, text: 'the block is defined here' };
  for (const d of diagnostics) report(s, { ...d, labels: [...(d.labels ?? []), defined] });
  const name = nameOf(s, line, args);
  // A block inside itself was reported when its file was read.
  if (!ok || isOpen(s.frame, block)) {
    s.x = undefined;
    return;
  }
  const { frame: outer, frozen, nesting } = s;
  const parameters = new Map<string, Rational | 'unknown'>();
  const call = { block, span: line.span, from: outer };
  s.frame = {
    home,
    prefix: `${name}.`,
    path: [...outer.path, name.slice(outer.prefix.length)],
    parameters,
    counts: new Map(),
    values: new Map(),
    call,
  };
  s.frozen ||= flagArg(args, 'frozen');
  s.nesting = 0;
  s.visit++;
  for (const { name: parameter, initial } of block.parameters) {
    const given = numberArg(args, parameter.text);
    const value =
      given !== undefined ? rationalOf(given) : initial && numberOf(initial, scopeOf(s), (d) => report(s, d));
    parameters.set(parameter.text, value ?? 'unknown');
  }
  lowerBody(block.body);
  s.frame = outer;
  s.frozen = frozen;
  s.nesting = nesting;
}
