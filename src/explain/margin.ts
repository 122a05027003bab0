// WGSL with a margin that says, for each line, which value of the graph it works on and which line of the model asks for it.
import { ident } from '../codegen/wgsl.ts';
import { lineColumn } from '../diagnostics/index.ts';
import { type Node, storageOf } from '../ir/index.ts';
import type { Group } from '../schedule/index.ts';

/** The 1-based line of the model that a node comes from. */
export const lineOf = (node: Node): number | undefined =>
  node.layer ? lineColumn(node.layer.span.source, node.layer.span.start).line : undefined;

/** Names in WGSL that stand for a node: its own, and what is left of it in a kernel over many parameters. */
function namesOf(node: Node, groups: readonly Group[]): string[] {
  const targets = groups.flatMap((g) => g.effects.flatMap((e) => (e.kind === 'assign' ? [e.target.id] : [])));
  const short = targets.filter((t) => node.id.startsWith(`${t}.`)).map((t) => node.id.slice(t.length + 1));
  return [node.id, ...short].map((id) => ident(id).wgsl);
}

/** The node that each line of a kernel computes, stores or, failing that, reads for. */
export function marginOf(wgsl: string, groups: readonly Group[]): (Node | undefined)[] {
  const made = new Map<string, Node>();
  const read = new Map<string, Node>();
  for (const g of groups) {
    for (const node of g.nodes) for (const name of namesOf(node, groups)) if (!made.has(name)) made.set(name, node);
    for (const input of g.inputs) {
      const user = g.nodes.find((n) => n.inputs.some((i) => storageOf(i) === input));
      for (const name of namesOf(input, groups)) if (user && !read.has(name)) read.set(name, user);
    }
  }
  /** `conv1_z_v_0` is `conv1_z`, of the first of several rows. */
  const find = (word: string, table: ReadonlyMap<string, Node>): Node | undefined =>
    table.get(word) ?? table.get(word.replace(/_v(_\d+)*$/, ''));
  return wgsl.split('\n').map((text) => {
    if (text.startsWith('//')) return undefined;
    const words = text.replace(/\/\/.*/, '').match(/[A-Za-z_]\w*/g) ?? [];
    const defined = /^\s*(?:let|var)\s+(\w+)/.exec(text)?.[1];
    const first = defined === undefined ? undefined : find(defined, made);
    if (first) return first;
    for (const table of [made, read]) for (const word of words) if (find(word, table)) return find(word, table);
    return undefined;
  });
}

/** The text with its margin: `6 %conv1.z |`, only where it changes. */
export function annotated(wgsl: string, groups: readonly Group[]): string {
  const nodes = marginOf(wgsl.trimEnd(), groups);
  const texts = nodes.map((n) => (n ? `${lineOf(n) ?? ''}`.padStart(4) + ` %${n.id}` : ''));
  const width = Math.min(28, Math.max(6, ...texts.map((t) => t.length)));
  const shown = texts.map((t, i) =>
    t === '' || t === texts[i - 1] ? '' : t.length > width ? `${t.slice(0, width - 1)}~` : t,
  );
  return wgsl
    .trimEnd()
    .split('\n')
    .map((line, i) => `${(shown[i] as string).padEnd(width)} | ${line}`.trimEnd())
    .join('\n');
}
