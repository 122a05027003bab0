// A network with branches: boxes with the words of their layers, ranks from top to bottom, in as many columns as suit a slide.
import { type Box, type Diagram, type Edge, mergeSign, shapeText } from './diagram.ts';
import { type Item, layOut, type Placement } from './layout.ts';
import { colours, document, escapeXml, heading, MARGIN, palette, path, round, text, textWidth } from './svg.ts';

const WORD = 15;
const SMALL = 13;
const LINE = 18;
const RANK_GAP = 34;
const COLUMN_GAP = 96;
/** Width to height that is aimed at: a slide. */
const ASPECT = 16 / 9;

interface Drawn {
  readonly box: Box;
  readonly sign: string | undefined;
  readonly width: number;
  readonly height: number;
}

function drawnOf(box: Box): Drawn {
  const sign = box.kind === 'merge' ? mergeSign(box) : undefined;
  if (sign !== undefined && sign.length === 1) return { box, sign, width: 30, height: 30 };
  const words = Math.max(...box.words.map((w, i) => textWidth(w, WORD, i === 0)));
  const width = Math.max(84, words, textWidth(shapeText(box.shape), SMALL)) + 22;
  return { box, sign: undefined, width, height: 14 + LINE * box.words.length + 16 };
}

/** How far a box and its label reach to the right of the box's middle. */
const reach = ({ box, sign, width }: Drawn): number =>
  sign === undefined ? width / 2 : 21 + textWidth(shapeText(box.shape), SMALL);

/** A part of the network between two places where only one value passes. */
interface Section {
  readonly boxes: readonly Box[];
  readonly edges: readonly Edge[];
}

/** Cuts where one value alone crosses and no block is parted, so that sections follow each other. */
function sectionsOf({ boxes, edges }: Diagram): Section[] {
  const index = new Map(boxes.map((b, i) => [b.id, i]));
  const sections: Section[] = [];
  let start = 0;
  boxes.forEach((_, i) => {
    const crossing = edges.filter((e) => (index.get(e.from) as number) <= i && (index.get(e.to) as number) > i);
    const sources = new Set(crossing.map((e) => e.from));
    const last = i === boxes.length - 1;
    const block = boxes[i]?.path[0];
    const within = block !== undefined && block === boxes[i + 1]?.path[0];
    // What reads the one value must read nothing else, so that it can stand at the head of the next column.
    const heads = crossing.every((e) => edges.every((o) => o.to !== e.to || o.from === e.from));
    if (!last && (within || sources.size !== 1 || !heads)) return;
    const inside = boxes.slice(start, i + 1);
    const ids = new Set(inside.map((b) => b.id));
    sections.push({ boxes: inside, edges: edges.filter((e) => ids.has(e.from) && ids.has(e.to)) });
    start = i + 1;
  });
  return sections;
}

interface Column {
  readonly drawn: ReadonlyMap<string, Drawn>;
  readonly section: Section;
  readonly placement: Placement;
  /** The top and the height of each rank. */
  readonly ranks: readonly { readonly top: number; readonly height: number }[];
  readonly width: number;
  readonly height: number;
}

function columnOf(sections: readonly Section[], all: readonly Edge[]): Column {
  const boxes = sections.flatMap((s) => s.boxes);
  const ids = new Set(boxes.map((b) => b.id));
  const edges = all.filter((e) => ids.has(e.from) && ids.has(e.to));
  const drawn = new Map(boxes.map((b) => [b.id, drawnOf(b)]));
  const items = boxes.map((b): Item => {
    const { width, height } = drawn.get(b.id) as Drawn;
    return { id: b.id, width, height };
  });
  const placement = layOut(items, edges);
  const heights = new Array<number>(placement.ranks).fill(0);
  for (const [id, { rank }] of placement.at)
    heights[rank] = Math.max(heights[rank] as number, (drawn.get(id) as Drawn).height);
  let top = 0;
  const ranks = heights.map((height) => {
    const here = { top, height };
    top += height + RANK_GAP;
    return here;
  });
  const ends = [...placement.at].map(([id, { x }]) => x + reach(drawn.get(id) as Drawn));
  const width = Math.max(placement.width, ...ends);
  return { drawn, section: { boxes, edges }, placement, ranks, width, height: top - RANK_GAP };
}

/** Sections in `count` columns or fewer, as equally high as they can be: the lowest limit that is enough. */
function parted(sections: readonly Section[], heights: readonly number[], count: number): Section[][] {
  const within = (limit: number): Section[][] => {
    const groups: Section[][] = [[]];
    let filled = 0;
    sections.forEach((s, i) => {
      const h = heights[i] as number;
      if (filled > 0 && filled + h > limit) {
        groups.push([]);
        filled = 0;
      }
      (groups[groups.length - 1] as Section[]).push(s);
      filled += h;
    });
    return groups;
  };
  let low = Math.max(...heights);
  let high = heights.reduce((a, b) => a + b, 0);
  for (let i = 0; i < 30; i++) {
    const middle = (low + high) / 2;
    if (within(middle).length <= count) high = middle;
    else low = middle;
  }
  return within(high);
}

/** Columns whose picture is nearest to a slide's shape and wastes least of it. */
function columnsOf(diagram: Diagram): Column[] {
  const sections = sectionsOf(diagram);
  const heights = sections.map((s) => columnOf([s], diagram.edges).height + RANK_GAP);
  const whole = heights.reduce((a, b) => a + b, 0);
  let best: Column[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (let count = 1; count <= Math.min(sections.length, 16); count++) {
    const columns = parted(sections, heights, count).map((g) => columnOf(g, diagram.edges));
    const width = columns.reduce((w, c) => w + c.width + COLUMN_GAP, 0);
    const height = Math.max(...columns.map((c) => c.height));
    // A column more that hardly shortens the picture, because one section is most of it, only tears it.
    if (columns.length > 1 && height > 0.7 * whole) continue;
    const used = columns.reduce((sum, c) => sum + (c.width + COLUMN_GAP) * c.height, 0) / (width * height);
    const cost = Math.abs(Math.log(width / height / ASPECT)) + (1 - used);
    if (cost < least) [best, least] = [columns, cost];
  }
  return best;
}

interface Spot {
  readonly x: number;
  readonly y: number;
  readonly drawn: Drawn;
}

function drawBox({ x, y, drawn: { box, sign, width, height } }: Spot): string[] {
  const fill = palette[box.kind];
  if (sign !== undefined) {
    const circle = `<circle cx="${round(x)}" cy="${round(y)}" r="15" fill="${fill.front}" stroke="${fill.edge}" stroke-width="1.4"/>`;
    const label = text({ x: x + 21, y: y + 5 }, shapeText(box.shape), {
      size: SMALL,
      fill: colours.soft,
      anchor: 'start',
    });
    return [circle, text({ x, y: y + 7 }, sign, { size: 21, bold: true, fill: fill.edge }), label];
  }
  const rect = `<rect x="${round(x - width / 2)}" y="${round(y - height / 2)}" width="${round(width)}" height="${round(height)}" rx="7" fill="${fill.front}" stroke="${fill.edge}" stroke-width="1.4"/>`;
  const lines = box.words.map((words, i) =>
    text({ x, y: y - height / 2 + 21 + LINE * i }, words, { size: WORD, bold: i === 0 }),
  );
  const shape = text({ x, y: y + height / 2 - 9 }, shapeText(box.shape), { size: SMALL, fill: colours.soft });
  return [rect, ...lines, shape];
}

/** A smooth line from a box to a box through the ranks between. */
function drawEdge(column: Column, route: readonly number[], from: Spot, to: Spot, left: number, top: number): string {
  const start = { x: from.x, y: from.y + from.drawn.height / 2 };
  const end = { x: to.x, y: to.y - to.drawn.height / 2 };
  const rank = (column.placement.at.get(from.drawn.box.id) as { rank: number }).rank;
  const points = [start];
  route.slice(1, -1).forEach((x, i) => {
    const row = column.ranks[rank + 1 + i] as { top: number; height: number };
    points.push({ x: left + x, y: top + row.top - 6 }, { x: left + x, y: top + row.top + row.height + 6 });
  });
  points.push(end);
  let d = `M${round(start.x)} ${round(start.y)}`;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1] as { x: number; y: number }, points[i] as { x: number; y: number }];
    if (Math.abs(a.x - b.x) < 0.5) d += ` L${round(b.x)} ${round(b.y)}`;
    else {
      const middle = (a.y + b.y) / 2;
      d += ` C${round(a.x)} ${round(middle)} ${round(b.x)} ${round(middle)} ${round(b.x)} ${round(b.y)}`;
    }
  }
  return path(d, colours.soft, ' marker-end="url(#arrow)"');
}

/** From the foot of a column to the head of the next. */
function drawTurn(from: Spot, to: Spot, x: number, bottom: number, top: number): string {
  const r = 10;
  const [y0, y1] = [from.y + from.drawn.height / 2, to.y - to.drawn.height / 2];
  const d = `M${round(from.x)} ${round(y0)} V${round(bottom - r)} Q${round(from.x)} ${round(bottom)} ${round(from.x + r)} ${round(bottom)} H${round(x - r)} Q${round(x)} ${round(bottom)} ${round(x)} ${round(bottom - r)} V${round(top + r)} Q${round(x)} ${round(top)} ${round(x + r)} ${round(top)} H${round(to.x - r)} Q${round(to.x)} ${round(top)} ${round(to.x)} ${round(top + r)} V${round(y1)}`;
  return path(d, colours.soft, ' marker-end="url(#arrow)"');
}

/** Frames around the boxes of a block, outermost blocks only, with the name along the left side. */
function drawFrames(spots: ReadonlyMap<string, Spot>, boxes: readonly Box[]): string[] {
  const blocks = new Map<string, Spot[]>();
  for (const box of boxes) {
    const [name] = box.path;
    if (name !== undefined) blocks.set(name, [...(blocks.get(name) ?? []), spots.get(box.id) as Spot]);
  }
  return [...blocks].map(([name, members]) => {
    const left = Math.min(...members.map((s) => s.x - s.drawn.width / 2)) - 26;
    const right = Math.max(...members.map((s) => s.x + reach(s.drawn))) + 14;
    const top = Math.min(...members.map((s) => s.y - s.drawn.height / 2)) - 12;
    const bottom = Math.max(...members.map((s) => s.y + s.drawn.height / 2)) + 12;
    const at = `${round(left + 17)} ${round((top + bottom) / 2)}`;
    return `<rect x="${round(left)}" y="${round(top)}" width="${round(right - left)}" height="${round(bottom - top)}" rx="10" fill="#f6f8fa" stroke="${colours.faint}" stroke-dasharray="5 4"/><text transform="translate(${at}) rotate(-90)" font-size="13" fill="${colours.soft}" text-anchor="middle">${escapeXml(name)}</text>`;
  });
}

/** The whole picture, as SVG. */
export function branchesSvg(diagram: Diagram): string {
  const { title, subtitle } = diagram;
  const columns = columnsOf(diagram);
  const top = MARGIN + (title === '' ? 0 : 62) + (columns.length > 1 ? 14 : 0);
  const tallest = Math.max(...columns.map((c) => c.height));
  const spots = new Map<string, Spot>();
  const body: string[] = [];
  let left = MARGIN + 26;
  const heads: { column: Column; left: number }[] = [];
  for (const column of columns) {
    for (const [id, { x, rank }] of column.placement.at) {
      const row = column.ranks[rank] as { top: number; height: number };
      const drawn = column.drawn.get(id) as Drawn;
      spots.set(id, { x: left + x, y: top + row.top + row.height / 2, drawn });
    }
    heads.push({ column, left });
    left += column.width + COLUMN_GAP;
  }
  const frames = drawFrames(spots, diagram.boxes);
  heads.forEach(({ column, left: from }, i) => {
    column.section.edges.forEach((e, k) => {
      const route = column.placement.routes[k] as readonly number[];
      body.push(drawEdge(column, route, spots.get(e.from) as Spot, spots.get(e.to) as Spot, from, top));
    });
    const next = heads[i + 1];
    if (!next) return;
    const inside = new Set(column.section.boxes.map((b) => b.id));
    const gap = next.left - COLUMN_GAP / 2;
    for (const turn of diagram.edges.filter((e) => inside.has(e.from) && !inside.has(e.to)))
      body.push(drawTurn(spots.get(turn.from) as Spot, spots.get(turn.to) as Spot, gap, top + tallest + 22, top - 22));
  });
  for (const spot of spots.values()) body.push(...drawBox(spot));
  const width = Math.max(
    left - COLUMN_GAP + MARGIN + 60,
    MARGIN * 2 + textWidth(title, 26, true),
    MARGIN * 2 + textWidth(subtitle, 15),
  );
  const head = title === '' ? [] : heading(title, subtitle);
  return document(width, top + tallest + MARGIN + 14, title, [...head, ...frames, ...body]);
}
