// Matches a text with a rule as Ohm does: ordered choice, every result kept by rule and place, left recursion grown from a
// seed (Warth, Douglass & Millstein 2008). Trees and the place of the last failure are Ohm's; its tests compare them.
import type { Expression, Rule } from './rules.ts';

/** A part of the text. `_terminal` and `_iter` are names of parts that are no rule's; rules of one character have no children. */
export interface Tree {
  readonly name: string;
  readonly start: number;
  readonly end: number;
  readonly children: readonly Tree[];
}

export type Match =
  | { readonly ok: true; readonly tree: Tree }
  /** `at`: the rightmost place where something else was expected. */
  | { readonly ok: false; readonly at: number };

/** What a rule gave at a place. */
interface Result {
  tree: Tree | undefined;
  /** Behind the match. */
  end: number;
  /** The rightmost failure inside. */
  failed: number;
  /** Of a left recursion: the rules between its two ends. */
  involved?: Rule[];
}

/** What is known of a place. */
interface Place {
  readonly active: Rule[];
  readonly results: Map<Rule, Result>;
  /** Left recursions that are being grown, the innermost last, with their rules. */
  readonly growing: { readonly head: Rule; readonly result: Result }[];
}

const none: readonly Tree[] = [];

export function matchRule(text: string, spaces: Rule, start: Rule): Match {
  const places: (Place | undefined)[] = [];
  /** Where the spaces from a place end. */
  const spaceEnds: number[] = [];
  const found: Tree[] = [];
  let pos = 0;
  let failure = -1;

  const fail = (at: number): false => {
    if (at > failure) failure = at;
    return false;
  };
  const leave = (name: string, from: number, children: readonly Tree[] = none): true => {
    found.push({ name, start: from, end: pos, children });
    return true;
  };

  function skipSpaces(): void {
    const known = spaceEnds[pos];
    if (known !== undefined) {
      pos = known;
      return;
    }
    const from = pos;
    const before = failure;
    apply(spaces);
    found.pop();
    failure = before;
    spaceEnds[from] = pos;
  }

  /** On failure place and trees are as before. */
  function evaluate(expression: Expression, syntactic: boolean): boolean {
    const from = pos;
    const count = found.length;
    if (syntactic) {
      const { kind } = expression;
      if (
        kind === 'apply' ||
        kind === 'terminal' ||
        kind === 'any' ||
        kind === 'end' ||
        kind === 'range' ||
        kind === 'unicode'
      )
        skipSpaces();
    }
    const ok = attempt(expression, syntactic);
    if (!ok) {
      pos = from;
      found.length = count;
    }
    if (expression.kind === 'apply' && expression.trailing) skipSpaces();
    return ok;
  }

  function attempt(expression: Expression, syntactic: boolean): boolean {
    const from = pos;
    switch (expression.kind) {
      case 'apply':
        return apply(expression.rule);
      case 'terminal':
        if (!text.startsWith(expression.text, pos)) return fail(from);
        pos += expression.text.length;
        return leave('_terminal', from);
      case 'seq':
        for (const part of expression.parts) if (!evaluate(part, syntactic)) return false;
        return true;
      case 'alt':
        for (const part of expression.parts) if (evaluate(part, syntactic)) return true;
        return false;
      case 'iter':
        return repeat(expression, syntactic);
      case 'not': {
        const before = failure;
        const ok = evaluate(expression.part, syntactic);
        failure = before;
        if (ok) return fail(from);
        pos = from;
        return true;
      }
      case 'lookahead':
        if (!evaluate(expression.part, syntactic)) return false;
        pos = from;
        return true;
      case 'lex':
        return evaluate(expression.part, false);
      case 'end':
        return pos >= text.length ? leave('_terminal', from) : fail(from);
      default: {
        const code = text.codePointAt(pos);
        if (code === undefined || !isIn(expression, code)) return fail(from);
        pos += code > 0xffff ? 2 : 1;
        return leave('_terminal', from);
      }
    }
  }

  function repeat({ part, least, most, arity }: Extract<Expression, { kind: 'iter' }>, syntactic: boolean): boolean {
    const from = pos;
    const base = found.length;
    let times = 0;
    while (times < most && evaluate(part, syntactic)) times++;
    if (times < least) return false;
    const rows = found.splice(base);
    const start = rows[0]?.start ?? from;
    const end = rows.at(-1)?.end ?? start;
    for (let column = 0; column < arity; column++) {
      const children = arity === 1 ? rows : rows.filter((_, i) => i % arity === column);
      found.push({ name: '_iter', start, end, children });
    }
    return true;
  }

  function placeAt(at: number): Place {
    const known = places[at];
    if (known) return known;
    const place: Place = { active: [], results: new Map(), growing: [] };
    places[at] = place;
    return place;
  }

  function use({ tree, end, failed }: Result): boolean {
    fail(failed);
    if (!tree) return false;
    pos = end;
    found.push(tree);
    return true;
  }

  function apply(rule: Rule): boolean {
    if (rule.characters) return applyCharacter(rule, rule.characters);
    const place = placeAt(pos);
    const known = place.results.get(rule);
    if (place.active.includes(rule)) return recur(rule, place, known);
    if (known && !(known.involved && place.active.some((r) => known.involved?.includes(r)))) return use(known);
    return evaluateRule(rule, place);
  }

  /** What a rule of one character gives depends on the character alone. */
  function applyCharacter(rule: Rule, characters: Map<number, 0 | 1 | 2>): boolean {
    const from = pos;
    const code = text.codePointAt(from) ?? -1;
    let known = characters.get(code);
    if (known === undefined) {
      const before = failure;
      const count = found.length;
      failure = -1;
      known = evaluate(rule.body, false) ? (failure >= 0 && !rule.described ? 2 : 1) : 0;
      characters.set(code, known);
      failure = before;
      pos = from;
      found.length = count;
    }
    if (known !== 1) fail(from);
    if (known === 0) return false;
    pos = from + (code > 0xffff ? 2 : 1);
    return leave(rule.name, from);
  }

  /** The rule is under way at this very place: what it gave so far, at first a failure. */
  function recur(rule: Rule, place: Place, known: Result | undefined): boolean {
    const head = place.growing.at(-1);
    const inner = place.active.slice(place.active.indexOf(rule) + 1);
    if (known && head?.head === rule) {
      for (const r of inner) if (!known.involved?.includes(r)) known.involved?.push(r);
      return use(known);
    }
    if (known) return use(known);
    const result: Result = { tree: undefined, end: pos, failed: pos - 1, involved: inner };
    place.results.set(rule, result);
    place.growing.push({ head: rule, result });
    return use(result);
  }

  function once(rule: Rule, from: number): Tree | undefined {
    const base = found.length;
    if (!evaluate(rule.body, rule.syntactic)) return undefined;
    return { name: rule.name, start: from, end: pos, children: found.splice(base) };
  }

  function evaluateRule(rule: Rule, place: Place): boolean {
    const from = pos;
    const before = failure;
    failure = -1;
    place.active.push(rule);
    let tree = once(rule, from);
    const growing = place.growing.at(-1);
    let result: Result | undefined;
    if (growing?.head === rule) {
      result = growing.result;
      tree = grow(rule, from, result, tree);
      place.growing.pop();
    } else if (!growing?.result.involved?.includes(rule)) {
      result = { tree, end: pos, failed: -1 };
      place.results.set(rule, result);
    }
    if (rule.described) failure = tree ? -1 : from;
    // Ohm keeps the place as an offset, and takes -1, no failure, for one too.
    if (result) result.failed = failure >= 0 ? failure : from - 1;
    place.active.pop();
    if (before > failure) failure = before;
    if (!tree) return false;
    found.push(tree);
    return true;
  }

  /** Longer and longer matches, each with the one before it in the place of the recursion. */
  function grow(rule: Rule, from: number, result: Result, seed: Tree | undefined): Tree | undefined {
    let next = seed;
    if (!next) return undefined;
    do {
      result.tree = next;
      result.end = pos;
      pos = from;
      next = once(rule, from);
    } while (pos > result.end && next);
    pos = result.end;
    return result.tree;
  }

  const ok = evaluate({ kind: 'apply', rule: start, trailing: false }, start.syntactic);
  const all = ok && evaluate({ kind: 'end' }, start.syntactic);
  return all ? { ok, tree: found[0] as Tree } : { ok: false, at: failure };
}

function isIn(expression: Extract<Expression, { kind: 'any' | 'end' | 'range' | 'unicode' }>, code: number): boolean {
  if (expression.kind === 'range') return expression.from <= code && code <= expression.to;
  return (
    expression.kind === 'any' || (expression.kind === 'unicode' && expression.pattern.test(String.fromCodePoint(code)))
  );
}
