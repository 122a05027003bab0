// A diagram in the languages of two drawing tools: Mermaid and Graphviz DOT.
import { type Box, type Diagram, mergeSign, shapeText } from './diagram.ts';
import { palette } from './svg.ts';

/** Boxes by their outermost block, in order; boxes without one under ''. */
function blocksOf({ boxes }: Diagram): Map<string, Box[]> {
  const blocks = new Map<string, Box[]>();
  for (const box of boxes) {
    const name = box.path[0] ?? '';
    blocks.set(name, [...(blocks.get(name) ?? []), box]);
  }
  return blocks;
}

const linesOf = (box: Box): readonly string[] =>
  box.kind === 'merge' ? [mergeSign(box), shapeText(box.shape)] : [...box.words, shapeText(box.shape)];

/** Mermaid's texts stand in quotes; what they may not hold is written as an entity. */
const mermaidText = (words: string): string => words.replace(/[#&<>"`]/g, (c) => `#${c.codePointAt(0)};`);

/** A Mermaid flowchart, top to bottom. */
export function mermaid(diagram: Diagram): string {
  const id = new Map(diagram.boxes.map((b, i) => [b.id, `n${i}`]));
  const node = (box: Box): string => {
    const label = `"${linesOf(box).map(mermaidText).join('<br/>')}"`;
    return `${id.get(box.id)}${box.kind === 'merge' ? `([${label}])` : `[${label}]`}:::${box.kind}`;
  };
  const groups = [...blocksOf(diagram)].flatMap(([name, boxes], i) =>
    name === ''
      ? boxes.map((b) => `  ${node(b)}`)
      : [`  subgraph b${i}["${mermaidText(name)}"]`, ...boxes.map((b) => `    ${node(b)}`), '  end'],
  );
  const kinds = [...new Set(diagram.boxes.map((b) => b.kind))];
  return [
    '---',
    `title: ${JSON.stringify(diagram.title)}`,
    '---',
    'flowchart TB',
    ...groups,
    ...diagram.edges.map((e) => `  ${id.get(e.from)} --> ${id.get(e.to)}`),
    ...kinds.map((k) => `  classDef ${k} fill:${palette[k].front},stroke:${palette[k].edge},color:#1f2933`),
    '',
  ].join('\n');
}

const quoted = (words: string): string => `"${words.replace(/[\\"]/g, (c) => `\\${c}`)}"`;

/** A Graphviz digraph, top to bottom. */
export function dot(diagram: Diagram): string {
  const node = (box: Box): string => {
    const label = `"${linesOf(box)
      .map((w) => quoted(w).slice(1, -1))
      .join('\\n')}"`;
    const { front, edge } = palette[box.kind];
    const shape = box.kind === 'merge' ? ', shape=ellipse' : '';
    return `${quoted(box.id)} [label=${label}, fillcolor="${front}", color="${edge}"${shape}];`;
  };
  const groups = [...blocksOf(diagram)].flatMap(([name, boxes], i) =>
    name === ''
      ? boxes.map((b) => `  ${node(b)}`)
      : [
          `  subgraph cluster_${i} {`,
          `    label=${quoted(name)}; style="rounded,dashed"; color="#c4ccd6";`,
          ...boxes.map((b) => `    ${node(b)}`),
          '  }',
        ],
  );
  return [
    `digraph ${quoted(diagram.title)} {`,
    `  label=${quoted(`${diagram.title}\n${diagram.subtitle}`).replaceAll('\n', '\\n')}; labelloc=t;`,
    '  rankdir=TB; fontname="Helvetica";',
    '  node [shape=box, style="rounded,filled", fontname="Helvetica"];',
    ...groups,
    ...diagram.edges.map((e) => `  ${quoted(e.from)} -> ${quoted(e.to)};`),
    '}',
    '',
  ].join('\n');
}
