// Ast -> Graph: the forward pass of a model, as training sees it (dropout included). Checks every shape on the way.
import * as blocks from '../diagnostics/catalog/blocks.ts';
import * as say from '../diagnostics/catalog/shapes.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Diagnostic } from '../diagnostics/types.ts';
import { numberOf, type Rational, rationalOf, toNumber } from '../layers/index.ts';
import type { Model } from '../parser/ast.ts';
import type { Normalise } from '../training/data-section.ts';
import { lowerBody } from './lower/body.ts';
import { NORMALISE } from './lower/normalise.ts';
import { type Lowering, lowering, report, scopeOf } from './lower/state.ts';
import type { Lowered, Namespace } from './lower/types.ts';

export type * from './lower/types.ts';

/** Values of the model's parameters that replace those of the file, by name. */
export type Settings = Readonly<Record<string, number>>;

/**
 * Builds the forward graph for a batch, with what the data section does to every picture. `home` has the blocks that the model may use. `lowered` is undefined when the
 * model has errors.
 */
export function lowerModel(
  model: Model,
  batch: number,
  home: Namespace,
  set: Settings = {},
  normalise?: Normalise,
): { lowered: Lowered | undefined; diagnostics: readonly Diagnostic[] } {
  const parameters = new Map<string, Rational | 'unknown'>();
  const frame = { home, prefix: '', path: [], parameters, counts: new Map(), values: new Map() };
  const s = lowering(batch, frame, normalise);
  const { diagnostics, layers, penalties, statistics } = s;
  setParameters(s, model, parameters, set);
  lowerBody(s, model.body);
  const bad = (): boolean => s.unread || diagnostics.some((d) => d.severity === 'error');
  const own = layers.filter(({ op }) => op !== NORMALISE).length;
  if (!bad() && own < 2) report(s, say.emptyModel(model.name.span, model.name.text, own === 1));
  if (!s.x || !s.input || bad()) return { lowered: undefined, diagnostics };
  s.b.at(undefined);
  s.b.effect({ kind: 'output', name: 'output', value: s.x });
  const { input, x: output, startsFrom } = s;
  const graph = s.b.finish(model.name.text);
  return {
    lowered: { graph, input, output, layers, penalties, statistics, ...(startsFrom ? { startsFrom } : {}) },
    diagnostics,
  };
}

/** Parameters of the model: what is set, else what the file says. */
function setParameters(s: Lowering, model: Model, parameters: Map<string, Rational | 'unknown'>, set: Settings): void {
  const all = model.parameters.map((p) => p.name.text);
  for (const name of Object.keys(set)) {
    if (!all.includes(name))
      report(s, blocks.noSuchParameter(model.name.span, model.name.text, name, nearest(name, all), all));
  }
  for (const { name, initial } of model.parameters) {
    const given = Object.hasOwn(set, name.text) ? set[name.text] : undefined;
    const written = initial && numberOf(initial, scopeOf(s), (d) => report(s, d));
    const value = given !== undefined ? rationalOf(given) : written;
    if (given !== undefined && written && toNumber(written) !== given) s.reset = true;
    if (given === undefined && !initial) report(s, blocks.parameterUnset(name.span, name.text));
    parameters.set(name.text, value ?? 'unknown');
  }
}
