// The order in which a network is written: chains of lines, branches where ways part and meet, and names for the rest.
import { type Line, linesOf } from './line.ts';

export type Statement =
  | { readonly kind: 'line'; readonly line: Line }
  /** `from NAME` */
  | { readonly kind: 'from'; readonly of: Line }
  /** `add NAME ...` */
  | { readonly kind: 'merge'; readonly line: Line; readonly named: readonly Line[] }
  /** `add { branch { ... } ... }` */
  | { readonly kind: 'group'; readonly line: Line; readonly branches: readonly (readonly Statement[])[] };

/** What a group of branches may hold before names read better. */
const most = { inBranch: 14, inGroup: 40, nesting: 2 };

/** The nearest line that every way to a line passes, for all but the first. */
export function dominators(order: readonly Line[]): ReadonlyMap<Line, Line> {
  const depth = new Map<Line, number>();
  const above = new Map<Line, Line>();
  for (const line of order) {
    const nearest = line.inputs.reduce<Line | undefined>((a, b) => {
      let [p, q]: [Line | undefined, Line | undefined] = [a ?? b, b];
      while (p && q && p !== q) {
        if ((depth.get(p) as number) >= (depth.get(q) as number)) p = above.get(p);
        else q = above.get(q);
      }
      return p;
    }, undefined);
    depth.set(line, nearest ? (depth.get(nearest) as number) + 1 : 0);
    if (nearest) above.set(line, nearest);
  }
  return above;
}

/** Lines between `start` and `end`, both left out. */
function between(start: Line, end: Line): Set<Line> {
  const found = new Set<Line>();
  const open = [end];
  for (let line = open.pop(); line; line = open.pop())
    for (const input of line.inputs)
      if (input !== start && !found.has(input)) {
        found.add(input);
        open.push(input);
      }
  return found;
}

/** Is it a line that joins values, and not the input? */
export const joins = (line: Line): boolean => line.inputs.length > 1;

/** The statements of a network; `named` are the lines that some of them call by name. */
export function arrange(output: Line): { statements: readonly Statement[]; named: ReadonlySet<Line> } {
  const order = linesOf(output);
  const above = dominators(order);
  const written = new Set<Line>();
  const named = new Set<Line>();
  let current: Line | undefined;
  let nesting = 0;

  /** The parts of a merge as branches, one an operand; undefined where they share lines, or are long. */
  const branchesOf = (merge: Line): ReadonlySet<Line>[] | undefined => {
    const start = above.get(merge);
    if (!start || nesting >= most.nesting || new Set(merge.inputs).size < merge.inputs.length) return undefined;
    const parts = merge.inputs.map((operand) =>
      operand === start ? new Set<Line>() : between(start, operand).add(operand),
    );
    const all = parts.flatMap((part) => [...part]);
    const shared = new Set(all).size < all.length;
    const long = parts.some((part) => part.size > most.inBranch) || all.length > most.inGroup;
    return shared || long || all.some((line) => written.has(line)) ? undefined : parts;
  };

  const goTo = (line: Line, out: Statement[]): void => {
    if (current !== line) {
      named.add(line);
      out.push({ kind: 'from', of: line });
    }
    current = line;
  };

  const writeGroup = (merge: Line, out: Statement[]): void => {
    const start = above.get(merge) as Line;
    write(start, out);
    nesting++;
    const branches = merge.inputs.map((operand) => {
      const body: Statement[] = [];
      current = start;
      write(operand, body);
      return body;
    });
    nesting--;
    out.push({ kind: 'group', line: merge, branches });
  };

  const writeMerge = (merge: Line, out: Statement[]): void => {
    // The first operand is the value before the line. A sum takes whichever is written last.
    const [first, ...rest] = merge.inputs as [Line, ...Line[]];
    const fixed = merge.op === 'concat';
    const operands = fixed ? [...rest, first] : merge.inputs;
    for (const operand of operands) if (!written.has(operand)) write(operand, out);
    const here = fixed || !current || !merge.inputs.includes(current) ? first : current;
    goTo(here, out);
    const others = [...merge.inputs];
    others.splice(others.indexOf(here), 1);
    for (const other of others) named.add(other);
    out.push({ kind: 'merge', line: merge, named: others });
  };

  /** Writes what a line needs and the line; or goes to it, where it is written already. */
  function write(line: Line, out: Statement[]): void {
    const chain: Line[] = [];
    let at = line;
    while (!written.has(at) && !joins(at) && at.inputs[0]) {
      chain.push(at);
      at = at.inputs[0];
    }
    if (written.has(at)) goTo(at, out);
    else if (joins(at)) {
      if (branchesOf(at)) writeGroup(at, out);
      else writeMerge(at, out);
    } else out.push({ kind: 'line', line: at });
    written.add(at);
    current = at;
    for (const next of chain.reverse()) {
      out.push({ kind: 'line', line: next });
      written.add(next);
      current = next;
    }
  }

  const statements: Statement[] = [];
  write(output, statements);
  return { statements, named };
}
