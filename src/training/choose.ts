// Settings whose first word names an entry of a table: `optimizer adam lr 0.001`. The name decides which options there are.
import * as names from '../diagnostics/catalog/names.ts';
import * as say from '../diagnostics/catalog/train.ts';
import { nearest } from '../diagnostics/suggest.ts';
import type { Diagnostic } from '../diagnostics/types.ts';
import { type ArgSpec, type Args, bind, lookUp } from '../layers/index.ts';
import type { Layer } from '../parser/ast.ts';

/** What the table must say of each entry. */
export interface Named {
  readonly name: string;
  readonly example: string;
  readonly args: Readonly<Record<string, ArgSpec>>;
  readonly required?: readonly string[];
}

/** `what`: the setting, as users write it. Undefined when the line cannot be used; the diagnostics say why. */
export function choose<T extends Named>(
  what: string,
  table: Readonly<Record<string, T>>,
  line: Layer,
  example: string,
  diagnostics: Diagnostic[],
): { readonly chosen: T; readonly args: Args } | undefined {
  const [word, ...rest] = line.words;
  const all = Object.keys(table);
  if (word?.kind !== 'name') {
    diagnostics.push(names.missingArgument(word?.span ?? line.name.span, what, 'name', all.join(', '), example));
    return undefined;
  }
  const chosen = lookUp(table, word.name);
  if (!chosen) {
    diagnostics.push(say.unknownChoice(word.span, what, word.name, nearest(word.name, all), all));
    return undefined;
  }
  const signature = {
    owner: chosen.name,
    positional: [],
    required: chosen.required ?? [],
    args: chosen.args,
    activations: [],
    example: chosen.example,
  };
  const { args, diagnostics: found, ok } = bind(signature, rest, line.name.span);
  diagnostics.push(...found);
  return ok ? { chosen, args } : undefined;
}
