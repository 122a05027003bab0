// Names, checked where they are written, whether or not anything calls the block: what hides what, what is not used,
// what is not there, and blocks that stand inside themselves.
import * as say from '../../diagnostics/catalog/blocks.ts';
import { unknownName } from '../../diagnostics/catalog/formulas.ts';
import { unknownLayer } from '../../diagnostics/catalog/names.ts';
import { nearest } from '../../diagnostics/suggest.ts';
import type { Diagnostic, Label } from '../../diagnostics/types.ts';
import { activationNames } from '../../layers/activations.ts';
import { functions, layers, merges, structures } from '../../layers/index.ts';
import type { Block, File, Group, Layer, Model, Name, NameValue } from '../../parser/ast.ts';
import { sizeNames } from './state.ts';
import type { BlockDef, Namespace } from './types.ts';
import { visitBody, visitExpr } from './walk.ts';

/** What a name belongs to already; undefined when it is free. */
function takenBy(name: string): string | undefined {
  if (activationNames.some((known) => known === name)) return 'an activation';
  if (name === 'input' || Object.hasOwn(layers, name)) return 'a layer';
  if (['model', 'train', 'data', 'block', 'import'].includes(name) || Object.hasOwn(structures, name))
    return 'a word of the language';
  return Object.hasOwn(functions, name) ? 'a function' : undefined;
}

/** Reports through `report` what is wrong with the names of one file. `main`: is it the file with the model? */
export function checkNames(file: File, home: Namespace, main: boolean, report: (d: Diagnostic) => void): void {
  for (const section of file.sections) {
    if (section.kind === 'block') {
      const what = takenBy(section.name.text);
      if (what !== undefined) report(say.shadowed(section.name.span, 'a block', section.name.text, what));
      checkParts(section, home, main, report);
    } else if (section.kind === 'model') checkParts(section, home, main, report);
  }
  checkRecursion(file, home, report);
}

function checkParts(part: Model | Block, home: Namespace, main: boolean, tell: (d: Diagnostic) => void): void {
  let wrong = false;
  const report = (d: Diagnostic): void => {
    wrong = true;
    tell(d);
  };
  const known: string[] = part.kind === 'block' ? [...sizeNames] : [];
  const used = new Set<string>();
  const visitor = {
    name: ({ name, span }: NameValue) => {
      used.add(name);
      if (!known.includes(name)) report(unknownName(span, name, nearest(name, known), known));
    },
  };
  // 1. Parameters: a default may use those before it.
  const first = new Map<string, Name>();
  for (const { name, initial } of part.parameters) {
    if (initial) visitExpr(initial, visitor);
    const before = first.get(name.text);
    if (before) report(say.parameterTwice(name.span, name.text, before.span));
    const option = part.kind === 'block' && (name.text === 'name' || name.text === 'frozen');
    const what = option ? 'an option of every block' : takenBy(name.text);
    if (what !== undefined) report(say.shadowed(name.span, 'a parameter', name.text, what));
    first.set(name.text, name);
    known.push(name.text);
  }
  if (part.kind === 'model') known.push(...sizeNames);
  // 2. The body: layers that exist, names that are known.
  const named: Name[] = [];
  visitBody(part.body, {
    ...visitor,
    word: ({ name }) => void used.add(name),
    line: (line) => {
      checkLine(line, home, report);
      if (line.as) named.push(line.as);
    },
  });
  // 3. Names of values: free, and used. A word that is wrong may have been meant to use one.
  for (const { text, span } of named) {
    const option = Object.values(merges).some((m) => Object.hasOwn(m.signature.args, text));
    const what = first.has(text) ? 'a parameter' : option ? 'an option of `concat`' : takenBy(text);
    if (what !== undefined) report(say.shadowed(span, 'a value', text, what));
  }
  if (!main || wrong) return;
  for (const { text, span } of named) if (!used.has(text)) report(say.unusedValue(span, text));
  for (const { text, span } of first.values()) {
    const owner = part.kind === 'model' ? `the model \`${part.name.text}\`` : `the block \`${part.name.text}\``;
    if (!used.has(text)) report(say.unusedParameter(span, text, owner));
  }
}

function checkLine({ name: { text, span } }: Layer | Group, home: Namespace, report: (d: Diagnostic) => void): void {
  const all = ['input', ...Object.keys(layers), ...home.blocks.keys()];
  const words = Object.keys(structures);
  if (all.includes(text) || words.includes(text) || home.unread.has(text)) return;
  report(unknownLayer(span, text, nearest(text, [...all, ...words]), all));
}

/** The blocks that a body calls, with the lines that do. */
function callsOf({ block, home }: BlockDef): { def: BlockDef; line: Layer | Group }[] {
  const found: { def: BlockDef; line: Layer | Group }[] = [];
  visitBody(block.body, {
    line: (line) => {
      const def = home.blocks.get(line.name.text);
      if (def) found.push({ def, line });
    },
  });
  return found;
}

/** Each circle of calls is reported once, at the call that closes it. */
function checkRecursion(file: File, home: Namespace, report: (d: Diagnostic) => void): void {
  const done = new Set<Block>();
  const visit = (def: BlockDef, path: readonly { block: Block; line?: Layer | Group }[]): void => {
    if (done.has(def.block)) return;
    for (const call of callsOf(def)) {
      const from = path.findIndex((p) => p.block === call.def.block);
      if (from < 0) {
        visit(call.def, [...path, { block: call.def.block, line: call.line }]);
        continue;
      }
      const circle = path.slice(from);
      const chain = [...circle.map((p) => p.block.name.text), call.def.block.name.text].join(' calls ');
      const labels = circle
        .slice(1)
        .flatMap((p): Label[] => (p.line ? [{ span: p.line.name.span, text: `calls ${p.block.name.text}` }] : []));
      report(say.recursion(call.line.name.span, chain, labels));
    }
    done.add(def.block);
  };
  for (const section of file.sections) {
    const def = section.kind === 'block' ? home.blocks.get(section.name.text) : undefined;
    if (def && def.block === section) visit(def, [{ block: def.block }]);
  }
}

/** The blocks that the model calls, and those that they call. */
export function usedBlocks(model: Model, home: Namespace): Set<Block> {
  const used = new Set<Block>();
  const visit = (def: BlockDef): void => {
    if (used.has(def.block)) return;
    used.add(def.block);
    for (const call of callsOf(def)) visit(call.def);
  };
  visitBody(model.body, {
    line: (line) => {
      const def = home.blocks.get(line.name.text);
      if (def) visit(def);
    },
  });
  return used;
}
