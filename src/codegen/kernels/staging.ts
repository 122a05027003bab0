// What a workgroup stages of the operands of a contraction: where their elements lie at each step of k, and the loads.
import { comment, i32, join, list, nothing, size, type Wgsl, wgsl } from '../wgsl.ts';
import { grouped, type IndexMap, startOfA, startOfB, stepsOf } from './index-map.ts';

/**
 * How an operand is staged. `k`: fours along k, one for each row (or column); `m`: fours of rows (or columns) at each k.
 * `vector`: a four is one load; otherwise it is put together from four numbers.
 */
export interface Staging {
  readonly along: 'k' | 'm';
  readonly vector: boolean;
}

export function stagingOf(map: IndexMap): { readonly a: Staging; readonly b: Staging } {
  const last = map.a.type.shape[map.a.type.shape.length - 1] as number;
  const fours = map.inner.size % 4 === 0;
  const a: Staging =
    map.aStep === 1
      ? { along: 'k', vector: fours && last % 4 === 0 }
      : { along: 'm', vector: map.rowRun % 4 === 0 && map.m % 4 === 0 && map.aStep % 4 === 0 };
  const alongK = map.bStep === 1 && map.bColumn !== 1 && a.along === 'k';
  const b: Staging = alongK
    ? { along: 'k', vector: fours && map.bColumn % 4 === 0 }
    : { along: 'm', vector: map.bColumn === 1 && map.n % 4 === 0 };
  return { a, b };
}

/** What of a tile is loaded: rows (or columns) and steps of k. */
type RowsOf = { readonly rows: number; readonly depth: number };
type ColumnsOf = { readonly columns: number; readonly depth: number };

/** Where loads go: which lane of those that load this is, and what becomes of the four that lies at `at` of the tile. */
export interface Into {
  /** `lane` unless given. */
  readonly lane?: Wgsl;
  /** Of the four at `at`, the one of round `round`; unless given it goes to workgroup memory, `sa` or `sb`. */
  readonly put?: (at: Wgsl, value: Wgsl, round: number) => Wgsl;
}

export const plus = (x: Wgsl, n: number): Wgsl => (n === 0 ? x : wgsl`${x} + ${i32(n)}`);

/** Names of the loops, outermost first, computed from k. */
function unfolded(map: IndexMap): { readonly lines: readonly Wgsl[]; readonly inner: Wgsl } {
  const axes = [...map.outer, map.inner];
  const lines: Wgsl[] = [];
  let below = 1;
  for (let i = axes.length - 1; i >= 0; i--) {
    const axis = axes[i] as (typeof axes)[number];
    const over = below === 1 ? wgsl`k` : wgsl`k / ${i32(below)}`;
    const value = axis.size === 1 ? i32(0) : i === 0 ? over : wgsl`${over} % ${i32(axis.size)}`;
    // The loop variable `one` of a single step would only be multiplied by 0.
    lines.unshift(wgsl`let ${{ wgsl: axis.name === 'k' ? 'k_' : axis.name }} = ${value};`);
    below *= axis.size;
  }
  return { lines, inner: { wgsl: map.inner.name === 'k' ? 'k_' : map.inner.name } };
}

const parameters = (map: IndexMap, ...more: readonly Wgsl[]): Wgsl =>
  join([...more, wgsl`k: i32`, ...(grouped(map) ? [wgsl`group: i32`] : [])], ', ');

/** `a_at(r, k)`: the element of a of row r at step k, or -1 for padding. */
export function offsetOfA(map: IndexMap): Wgsl {
  const { lines, inner } = unfolded(map);
  const step = map.aStep === 1 ? inner : wgsl`${inner} * ${i32(map.aStep)}`;
  return wgsl`
${comment(`The element of a at step k of row r${map.guarded ? '; -1 where it is padding' : ''}.`)}
fn a_at(${parameters(map, wgsl`r: vec3i`)}) -> i32 {
  ${lines}
  let p = ${startOfA(map, wgsl`r`)};
  return ${map.guarded ? wgsl`select(p + ${step}, -1, p < 0)` : wgsl`p + ${step}`};
}`;
}

/** `b_at(k)`: the element of b at step k, column 0. */
export function offsetOfB(map: IndexMap): Wgsl {
  const { lines, inner } = unfolded(map);
  return wgsl`
${comment('The element of b at step k, column 0.')}
fn b_at(${parameters(map)}) -> i32 {
  ${lines}
  return ${startOfB(map)} + ${inner} * ${i32(map.bStep)};
}`;
}

/** How many fours of an operand tile an invocation loads, and whether the last round is for some of them only. */
const rounds = (fours: number, invocations: number): { readonly count: number; readonly partial: boolean } => ({
  count: Math.ceil(fours / invocations),
  partial: fours % invocations !== 0,
});

/** The four of the tile that an invocation loads in round i. */
const place = (i: number, invocations: number, lane: Wgsl): Wgsl => plus(lane, i * invocations);
/** The same, as a factor. */
const item = (i: number, invocations: number, lane: Wgsl): Wgsl =>
  i === 0 ? lane : wgsl`(${place(i, invocations, lane)})`;

/**
 * What the rows that an invocation loads need to find their elements: the same in all steps. `whole`: no row lies beyond the
 * last.
 */
export function rowStarts(
  map: IndexMap,
  staging: Staging,
  { rows, depth }: RowsOf,
  invocations: number,
  whole: boolean = map.m % rows === 0,
  { lane = wgsl`lane` }: Into = {},
): Wgsl[] {
  const { count } = rounds((rows * depth) / 4, invocations);
  const clamped = (m: Wgsl, most: number): Wgsl => (whole ? m : wgsl`min(${m}, ${i32(most)})`);
  return list(count, (i) => {
    const at = item(i, invocations, lane);
    if (staging.along === 'k')
      return [wgsl`let r${size(i)} = row(${clamped(wgsl`m + ${at} / ${i32(depth / 4)}`, map.m - 1)});`];
    const first = wgsl`m + ${at} % ${i32(rows / 4)} * 4`;
    if (staging.vector) return [wgsl`let r${size(i)} = row(${clamped(first, map.m - 4)});`];
    return list(4, (j) => wgsl`let r${size(i)}_${size(j)} = row(${clamped(wgsl`${first} + ${i32(j)}`, map.m - 1)});`);
  }).flat();
}

const call = (map: IndexMap, name: 'a_at' | 'b_at', ...args: readonly Wgsl[]): Wgsl =>
  wgsl`${{ wgsl: name }}(${join([...args, ...(grouped(map) ? [wgsl`group`] : [])], ', ')})`;

/** A four at `at` in the part at hand, or a number; zero where a guard does not hold. `part`: nothing, or how far in the part begins. */
function guardedLoad(load: (index: Wgsl) => Wgsl, at: Wgsl, part: Wgsl, guards: readonly Wgsl[], four: boolean): Wgsl {
  const all = join(guards, ' && ');
  const safe = guards.length === 0 ? at : wgsl`select(0, ${at}, ${all})`;
  const loaded = load(four ? wgsl`${part === nothing ? safe : wgsl`(${safe}${part})`} / 4` : wgsl`${safe}${part}`);
  return guards.length === 0 ? loaded : wgsl`select(${four ? wgsl`vec4f()` : wgsl`0.0`}, ${loaded}, ${all})`;
}

export function stageA(
  map: IndexMap,
  staging: Staging,
  { rows, depth }: RowsOf,
  invocations: number,
  a: (index: Wgsl) => Wgsl,
  { lane = wgsl`lane`, put = (at, value) => wgsl`sa[${at}] = ${value};` }: Into = {},
): Wgsl[] {
  const steps = stepsOf(map);
  const { count, partial } = rounds((rows * depth) / 4, invocations);
  const part = map.parts ? wgsl` + part * ${i32(map.parts.a)}` : nothing;
  /** A four at p, or a number: zero in padding and beyond the last step. */
  const value = (p: Wgsl, k: Wgsl, four: boolean): Wgsl => {
    const guards = [
      ...(steps % depth === 0 ? [] : [wgsl`${k} < ${i32(steps)}`]),
      ...(map.guarded ? [wgsl`${p} >= 0`] : []),
    ];
    return guardedLoad(a, p, part, guards, four);
  };
  return list(count, (i) => {
    const at = item(i, invocations, lane);
    const store = (four: Wgsl): Wgsl => put(place(i, invocations, lane), four, i);
    const r = (j?: number): Wgsl => (j === undefined ? wgsl`r${size(i)}` : wgsl`r${size(i)}_${size(j)}`);
    const along = staging.along === 'k';
    const k = along ? wgsl`k0 + ${at} % ${i32(depth / 4)} * 4` : wgsl`k0 + ${at} / ${i32(rows / 4)}`;
    const lines = staging.vector
      ? [wgsl`let p = ${call(map, 'a_at', r(), wgsl`k`)};`, store(value(wgsl`p`, wgsl`k`, true))]
      : [
          ...list(4, (j) =>
            along
              ? wgsl`let p${size(j)} = ${call(map, 'a_at', r(), wgsl`k + ${i32(j)}`)};`
              : wgsl`let p${size(j)} = ${call(map, 'a_at', r(j), wgsl`k`)};`,
          ),
          store(
            wgsl`vec4f(${join(
              list(4, (j) => value(wgsl`p${size(j)}`, along ? wgsl`k + ${i32(j)}` : wgsl`k`, false)),
              ', ',
            )})`,
          ),
        ];
    return wgsl`${partial && i === count - 1 ? wgsl`if (${at} < ${i32((rows * depth) / 4)}) ` : nothing}{
  let k = ${k};
  ${lines}
}`;
  });
}

export function stageB(
  map: IndexMap,
  staging: Staging,
  { columns, depth }: ColumnsOf,
  invocations: number,
  b: (index: Wgsl) => Wgsl,
  { lane = wgsl`lane`, put }: Into = {},
): Wgsl[] {
  const steps = stepsOf(map);
  const { count, partial } = rounds((columns * depth) / 4, invocations);
  const part = map.parts ? wgsl` + part * ${i32(map.parts.b)}` : nothing;
  const inside = (k: Wgsl, c: Wgsl): Wgsl[] => [
    ...(steps % depth === 0 ? [] : [wgsl`${k} < ${i32(steps)}`]),
    ...(map.n % columns === 0 ? [] : [wgsl`${c} < ${i32(map.n)}`]),
  ];
  const value = (q: Wgsl, guards: readonly Wgsl[], four: boolean): Wgsl => guardedLoad(b, q, part, guards, four);
  return list(count, (i) => {
    const at = item(i, invocations, lane);
    /** `own`: its place in `sb`. */
    const store = (own: Wgsl, four: Wgsl): Wgsl =>
      put?.(place(i, invocations, lane), four, i) ?? wgsl`sb[${own}] = ${four};`;
    let lines: Wgsl[];
    if (staging.along === 'k') {
      // Column 4 n + s of the tile goes to place n of the s-th row of columns, so that neighbours read neighbours.
      const to = wgsl`(${at} % ${i32(depth / 4)} * 4 + ${at} / ${i32(depth / 4)} % 4) * ${i32(columns / 4)} + ${at} / ${i32(depth)}`;
      const start = [wgsl`let k = k0 + ${at} % ${i32(depth / 4)} * 4;`, wgsl`let c = n + ${at} / ${i32(depth / 4)};`];
      const column = wgsl`c * ${i32(map.bColumn)}`;
      lines = staging.vector
        ? [
            ...start,
            wgsl`let q = ${call(map, 'b_at', wgsl`k`)} + ${column};`,
            store(to, value(wgsl`q`, inside(wgsl`k`, wgsl`c`), true)),
          ]
        : [
            ...start,
            ...list(4, (j) => wgsl`let q${size(j)} = ${call(map, 'b_at', wgsl`k + ${i32(j)}`)} + ${column};`),
            store(
              to,
              wgsl`vec4f(${join(
                list(4, (j) => value(wgsl`q${size(j)}`, inside(wgsl`k + ${i32(j)}`, wgsl`c`), false)),
                ', ',
              )})`,
            ),
          ];
    } else {
      const start = [
        wgsl`let k = k0 + ${at} / ${i32(columns / 4)};`,
        wgsl`let c = n + ${at} % ${i32(columns / 4)} * 4;`,
        wgsl`let q = ${call(map, 'b_at', wgsl`k`)} + ${map.bColumn === 1 ? wgsl`c` : wgsl`c * ${i32(map.bColumn)}`};`,
      ];
      lines = staging.vector
        ? [...start, store(place(i, invocations, lane), value(wgsl`q`, inside(wgsl`k`, wgsl`c`), true))]
        : [
            ...start,
            store(
              place(i, invocations, lane),
              wgsl`vec4f(${join(
                list(4, (j) => value(wgsl`q + ${i32(j * map.bColumn)}`, inside(wgsl`k`, wgsl`c + ${i32(j)}`), false)),
                ', ',
              )})`,
            ),
          ];
    }
    return wgsl`${partial && i === count - 1 ? wgsl`if (${at} < ${i32((columns * depth) / 4)}) ` : nothing}{
  ${lines}
}`;
  });
}
