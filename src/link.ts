// Files that import files: each gets a table of the blocks that it may use.
import * as say from './diagnostics/catalog/blocks.ts';
import type { Diagnostic, Source, Span } from './diagnostics/types.ts';
import { type File, type Import, type Model, parse } from './parser/index.ts';
import { checkNames, usedBlocks } from './passes/lower/check-names.ts';
import type { BlockDef, Namespace } from './passes/lower-ast.ts';

/** Finds the text that `from` imports by `path`; undefined when there is none. Equal files have equal `Source.file`. */
export type ReadSource = (path: string, from: Source) => Source | undefined;

/** A file with the blocks it knows. */
export interface LinkedFile {
  readonly file: File;
  readonly home: Namespace;
  readonly imports: readonly { readonly span: Span; readonly home: Namespace }[];
}

export interface Linked {
  readonly main: LinkedFile;
  /** All files, the main one first. */
  readonly files: readonly LinkedFile[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads what the file imports, and what that imports. Imported blocks are known in the importing file only. */
export function link(main: File, read: ReadSource | undefined): Linked {
  const diagnostics: Diagnostic[] = [];
  const done = new Map<string, LinkedFile>();

  const visit = (file: File, open: readonly string[]): LinkedFile => {
    const { source } = file.span;
    const blocks = new Map<string, BlockDef>();
    const unread = new Set(file.unread);
    const home: Namespace = { source, blocks, unread };
    const imports: { span: Span; home: Namespace }[] = [];
    const linked: LinkedFile = { file, home, imports };
    done.set(source.file, linked);
    for (const section of file.sections) {
      if (section.kind === 'import') {
        const from = imported(section, source, [...open, source.file]);
        if (!from || imports.some((i) => i.home === from)) continue;
        imports.push({ span: section.span, home: from });
        for (const name of from.unread) unread.add(name);
        for (const [name, def] of from.blocks) if (def.home === from) define(blocks, name, def, section.span);
      } else if (section.kind === 'block') {
        define(blocks, section.name.text, { block: section, home }, section.name.span);
      }
    }
    return linked;
  };
  const define = (blocks: Map<string, BlockDef>, name: string, def: BlockDef, at: Span): void => {
    const first = blocks.get(name);
    if (first) diagnostics.push(say.blockTwice(at, name, first.block.name.span));
    else blocks.set(name, def);
  };
  const imported = ({ path, span }: Import, from: Source, open: readonly string[]): Namespace | undefined => {
    const source = read?.(path, from);
    if (!source) {
      diagnostics.push(say.importMissing(span, path, read !== undefined));
      return undefined;
    }
    if (open.includes(source.file)) {
      const chain = [...open.slice(open.indexOf(source.file)), source.file].join(' imports ');
      diagnostics.push(say.importCycle(span, chain));
      return undefined;
    }
    const known = done.get(source.file);
    if (known) return known.home;
    const parsed = parse(source);
    diagnostics.push(...parsed.diagnostics);
    return visit(parsed.file, open).home;
  };

  const first = visit(main, []);
  return { main: first, files: [...done.values()], diagnostics };
}

/** Names in all files, and what of them the model does not use. Unused things are told when all could be read. */
export function checkLinked({ main, files }: Linked, model: Model | undefined, readable: boolean): Diagnostic[] {
  const found: Diagnostic[] = [];
  for (const linked of files) checkNames(linked.file, linked.home, linked === main && readable, (d) => found.push(d));
  if (!model || !readable) return found;
  const used = usedBlocks(model, main.home);
  for (const { block, home } of main.home.blocks.values()) {
    if (home === main.home && !used.has(block)) found.push(say.unusedBlock(block.name.span, block.name.text));
  }
  for (const { span, home } of main.imports) {
    const any = [...main.home.blocks.values()].some((def) => def.home === home && used.has(def.block));
    if (!any) found.push(say.unusedImport(span));
  }
  return found;
}

/** In the order of the files and their lines. */
export function inOrder(diagnostics: readonly Diagnostic[], { files }: Linked): Diagnostic[] {
  const order = new Map(files.map(({ home }, i) => [home.source, i]));
  const fileOf = ({ primary }: Diagnostic): number => (primary && order.get(primary.span.source)) ?? 0;
  const start = ({ primary }: Diagnostic): number => primary?.span.start ?? 0;
  return [...diagnostics].sort((a, b) => fileOf(a) - fileOf(b) || start(a) - start(b));
}
