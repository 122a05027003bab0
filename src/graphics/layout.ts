// Layered layout (Sugiyama, Tagawa & Toda 1981): ranks by longest path, order by barycentres, places by least squares.

/** A box to place: its size across the ranks and along them. */
export interface Item {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

export interface Link {
  readonly from: string;
  readonly to: string;
}

/** A point of the layout: an item, or a bend of a link that passes a rank. */
interface Vertex {
  readonly id: string;
  readonly rank: number;
  readonly width: number;
  readonly item: Item | undefined;
  readonly above: Vertex[];
  readonly below: Vertex[];
  x: number;
}

export interface Placement {
  /** Middles of items. Ranks go down. */
  readonly at: ReadonlyMap<string, { readonly x: number; readonly rank: number }>;
  /** For each link, in order: x at each rank it passes, from its start to its end. */
  readonly routes: readonly (readonly number[])[];
  readonly ranks: number;
  readonly width: number;
}

const GAP = 34;
const BEND = 18;
/** Enough for long chains to settle. */
const SWEEPS = 400;

/** How much a part of a link wants to be upright: between bends most of all. */
const straightness = (a: Vertex, b: Vertex): number => (a.item && b.item ? 1 : a.item || b.item ? 2 : 8);

/** Longest path from a source; `items` come in an order in which links go forward. */
function ranksOf(items: readonly Item[], links: readonly Link[]): Map<string, number> {
  const rank = new Map<string, number>();
  for (const { id } of items) {
    const before = links.filter((l) => l.to === id).map((l) => rank.get(l.from) ?? 0);
    rank.set(id, before.length === 0 ? 0 : Math.max(...before) + 1);
  }
  return rank;
}

/** Crossings between a rank and the next. */
function crossings(rows: readonly (readonly Vertex[])[]): number {
  let count = 0;
  rows.forEach((row, r) => {
    const next = rows[r + 1];
    if (!next) return;
    const index = new Map(next.map((v, i) => [v, i]));
    const ends = row.flatMap((v) => v.below.map((b) => index.get(b) as number).sort((a, b) => a - b));
    for (let i = 0; i < ends.length; i++)
      for (let j = i + 1; j < ends.length; j++) if ((ends[i] as number) > (ends[j] as number)) count++;
  });
  return count;
}

const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;

/** Sweeps down and up; the order with the fewest crossings is kept. */
function order(rows: Vertex[][]): Vertex[][] {
  let best = rows.map((row) => [...row]);
  let fewest = crossings(best);
  for (let sweep = 0; sweep < 12 && fewest > 0; sweep++) {
    const down = sweep % 2 === 0;
    const sequence = rows.map((_, i) => (down ? i : rows.length - 1 - i));
    for (const r of sequence.slice(1)) {
      const other = rows[down ? r - 1 : r + 1] as Vertex[];
      const index = new Map(other.map((v, i) => [v, i]));
      const row = rows[r] as Vertex[];
      const key = new Map(
        row.map((v, i) => {
          const near = (down ? v.above : v.below).map((n) => index.get(n) as number);
          return [v, near.length === 0 ? i : mean(near)];
        }),
      );
      row.sort((a, b) => (key.get(a) as number) - (key.get(b) as number));
    }
    const now = crossings(rows);
    if (now < fewest) [best, fewest] = [rows.map((row) => [...row]), now];
  }
  return best;
}

const spaceBetween = (a: Vertex, b: Vertex): number =>
  a.width / 2 + b.width / 2 + (a.item && b.item ? GAP : a.item || b.item ? (GAP + BEND) / 2 : BEND);

/** The places nearest to what is wanted, in the given order and apart: pool adjacent violators (weighted least squares). */
function settle(row: readonly Vertex[], wanted: readonly number[], weights: readonly number[]): void {
  const offsets = [0];
  for (let i = 1; i < row.length; i++)
    offsets.push((offsets[i - 1] as number) + spaceBetween(row[i - 1] as Vertex, row[i] as Vertex));
  const pools: { sum: number; weight: number; count: number }[] = [];
  row.forEach((_, i) => {
    const weight = weights[i] as number;
    pools.push({ sum: weight * ((wanted[i] as number) - (offsets[i] as number)), weight, count: 1 });
    for (;;) {
      const [a, b] = [pools[pools.length - 2], pools[pools.length - 1]];
      if (!a || !b || a.sum / a.weight <= b.sum / b.weight) break;
      pools.splice(-2, 2, { sum: a.sum + b.sum, weight: a.weight + b.weight, count: a.count + b.count });
    }
  });
  let i = 0;
  for (const { sum, weight, count } of pools)
    for (let k = 0; k < count; k++, i++) (row[i] as Vertex).x = sum / weight + (offsets[i] as number);
}

export function layOut(items: readonly Item[], links: readonly Link[]): Placement {
  const rank = ranksOf(items, links);
  const ranks = Math.max(0, ...rank.values()) + 1;
  // 1. Vertices: items, and a bend in every rank that a link passes.
  const rows: Vertex[][] = Array.from({ length: ranks }, () => []);
  const vertexOf = new Map<string, Vertex>();
  const put = (id: string, at: number, width: number, item: Item | undefined): Vertex => {
    const v: Vertex = { id, rank: at, width, item, above: [], below: [], x: 0 };
    (rows[at] as Vertex[]).push(v);
    return v;
  };
  for (const item of items) vertexOf.set(item.id, put(item.id, rank.get(item.id) as number, item.width, item));
  const chains = links.map(({ from, to }, i) => {
    const [start, end] = [vertexOf.get(from) as Vertex, vertexOf.get(to) as Vertex];
    const chain = [start];
    for (let r = start.rank + 1; r < end.rank; r++) chain.push(put(`${i}.${r}`, r, 6, undefined));
    chain.push(end);
    chain.slice(1).forEach((v, k) => {
      (chain[k] as Vertex).below.push(v);
      v.above.push(chain[k] as Vertex);
    });
    return chain;
  });
  // 2. Order, then places: from centred rows, each row moves to where its links pull it.
  const ordered = order(rows);
  for (const row of ordered)
    settle(
      row,
      row.map(() => 0),
      row.map(() => 1),
    );
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    for (let i = 0; i < ordered.length; i++) {
      const row = ordered[sweep % 2 === 0 ? i : ordered.length - 1 - i] as Vertex[];
      const pulls = row.map((v) => [...v.above, ...v.below].map((n) => ({ x: n.x, weight: straightness(v, n) })));
      const weights = pulls.map((p) => p.reduce((w, { weight }) => w + weight, 0));
      const wanted = pulls.map((p, k) =>
        p.length === 0
          ? (row[k] as Vertex).x
          : p.reduce((sum, { x, weight }) => sum + weight * x, 0) / (weights[k] as number),
      );
      settle(
        row,
        wanted,
        weights.map((w) => w || 1),
      );
    }
  }
  // 3. From the left edge on.
  const left = Math.min(...ordered.flat().map((v) => v.x - v.width / 2));
  const rightmost = Math.max(...ordered.flat().map((v) => v.x + v.width / 2));
  for (const v of ordered.flat()) v.x -= left;
  return {
    at: new Map([...vertexOf].map(([id, v]) => [id, { x: v.x, rank: v.rank }])),
    routes: chains.map((chain) => chain.map((v) => v.x)),
    ranks,
    width: rightmost - left,
  };
}
