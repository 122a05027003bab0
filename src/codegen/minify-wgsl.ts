// WGSL made small for the web: no comments, no spaces that are not needed, short names. Works on tokens; what it does
// not know it leaves as it is.

/** A kernel made small. */
export interface Minified {
  readonly wgsl: string;
  /** For each binding, in order, whether the text uses it; the declarations of others are left out. */
  readonly used: readonly boolean[];
}

const tokenPattern = /\/\/[^\n]*|(\s+)|[A-Za-z_]\w*|(?:0[xX][\da-fA-F]+|\d*\.?\d+(?:[eE][-+]?\d+)?\.?)\w*|[^\s\w]/g;
const isName = (token: string | undefined): boolean => token !== undefined && /^[A-Za-z_]\w*$/.test(token);
const isWord = (token: string | undefined): boolean => token !== undefined && /^[\w.]/.test(token);
const operators = '+-*/%&|^<>=!';

interface Token {
  readonly text: string;
  /** Did anything but a token stand before it? */
  readonly spaced: boolean;
}

function tokensOf(text: string): Token[] {
  const out: Token[] = [];
  let spaced = false;
  for (const [token, space] of text.matchAll(tokenPattern)) {
    if (space !== undefined || token.startsWith('//')) spaced = true;
    else {
      out.push({ text: token, spaced });
      spaced = false;
    }
  }
  return out;
}

/** Index of the bracket that closes the one at `open`. */
function closing(tokens: readonly Token[], open: number): number {
  const [from, to] = ({ '(': '()', '<': '<>', '{': '{}' } as const)[tokens[open]?.text as '('] ?? '()';
  let depth = 0;
  for (let i = open; i < tokens.length; i++) {
    if (tokens[i]?.text === from) depth++;
    if (tokens[i]?.text === to && --depth === 0) return i;
  }
  return tokens.length - 1;
}

/** Places of names that keep their words: after dots and `@`, in attributes, and members of structures. */
function fixedPlaces(tokens: readonly Token[]): Set<number> {
  const fixed = new Set<number>();
  tokens.forEach(({ text }, i) => {
    if (text === '.') fixed.add(i + 1);
    if (text === '@') {
      fixed.add(i + 1);
      if (tokens[i + 1]?.text === 'builtin') for (let k = i + 2; k <= closing(tokens, i + 2); k++) fixed.add(k);
    }
    if (text === 'struct') {
      const end = closing(tokens, i + 2);
      for (let k = i + 3; k < end; k++) if (tokens[k + 1]?.text === ':') fixed.add(k);
    }
    if (text === 'main') fixed.add(i);
  });
  return fixed;
}

const letters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'];

/** a ... Z, then a0, b0 ... Z0, a1 ...: none of them is a word of WGSL. */
const shortName = (n: number): string =>
  n < letters.length ? (letters[n] as string) : `${letters[n % letters.length]}${Math.floor(n / letters.length) - 1}`;

/** Declarations of bindings from their first `@` to the semicolon, with their names. */
function bindingsOf(tokens: readonly Token[]): { start: number; end: number; name: number }[] {
  const out: { start: number; end: number; name: number }[] = [];
  tokens.forEach(({ text }, i) => {
    if (text !== '@' || tokens[i + 1]?.text !== 'group') return;
    let end = i;
    while (tokens[end]?.text !== ';') end++;
    let name = i;
    while (tokens[name]?.text !== 'var') name++;
    name = tokens[name + 1]?.text === '<' ? closing(tokens, name + 1) + 1 : name + 1;
    out.push({ start: i, end, name });
  });
  return out;
}

const callables = new Set(['fn', 'alias', 'struct']);
const variables = new Set(['let', 'var', 'const', 'override']);

/** Where the name stands that a word such as `var` declares. */
const nameAfter = (tokens: readonly Token[], i: number): number =>
  tokens[i + 1]?.text === '<' ? closing(tokens, i + 1) + 1 : i + 1;

interface Scope {
  readonly names: Map<string, string>;
  /** Names that are taken here and around it. */
  next: number;
  /** Of a function or loop whose body has not begun. */
  head?: 'fn' | 'for' | undefined;
}

/**
 * New names by place. Names are given by scope, in the order in which they are declared, so that equal blocks with other
 * names become equal texts, and kernels of one family look alike to a compressor.
 */
function shortNames(tokens: readonly Token[]): Map<number, string> {
  const fixed = fixedPlaces(tokens);
  const defined = new Set(
    tokens.flatMap(({ text }, i) => (callables.has(text) ? [tokens[i + 1]?.text as string] : [])),
  );
  // What is called and not defined here is built in: a variable of that name keeps it.
  const builtIn = new Set(
    tokens.flatMap(({ text }, i) => (tokens[i + 1]?.text === '(' && !defined.has(text) ? [text] : [])),
  );
  const out = new Map<number, string>();
  const scopes: Scope[] = [{ names: new Map(), next: 0 }];
  const top = (): Scope => scopes[scopes.length - 1] as Scope;
  const push = (head?: 'fn' | 'for'): number => scopes.push({ names: new Map(), next: top().next, head });
  const free = (at: number): boolean => !fixed.has(at) && !builtIn.has(tokens[at]?.text as string);
  const fresh = (): string => shortName(top().next++);
  // 1. The module's names, which may be used before they are declared.
  let depth = 0;
  tokens.forEach(({ text }, i) => {
    if (text === '{') depth++;
    if (text === '}') depth--;
    if (depth > 0 || !(callables.has(text) || variables.has(text))) return;
    const at = nameAfter(tokens, i);
    if (free(at)) top().names.set(tokens[at]?.text as string, fresh());
  });
  // 2. All places. A variable is known after its statement: `let x = x + 1` reads another x.
  let waiting: [string, string] | undefined;
  tokens.forEach(({ text }, i) => {
    if (text === 'fn' || text === 'for') push(text);
    else if (text === '{') {
      if (top().head) top().head = undefined;
      else push();
    } else if (text === '}') scopes.pop();
    else if (text === ';' && waiting) {
      top().names.set(...waiting);
      waiting = undefined;
    } else if (variables.has(text) && scopes.length > 1) {
      const at = nameAfter(tokens, i);
      // A name that stays hides one of the module that does not.
      const name = tokens[at]?.text as string;
      waiting = [name, free(at) ? fresh() : name];
      out.set(at, waiting[1]);
    } else if (top().head === 'fn' && isName(text) && tokens[i + 1]?.text === ':' && free(i))
      top().names.set(text, fresh());
    if (!isName(text) || fixed.has(i) || out.has(i)) return;
    const scope = scopes.findLast(({ names }) => names.has(text));
    if (scope) out.set(i, scope.names.get(text) as string);
  });
  return out;
}

/** A shader that computes the same. The entry point stays `main`, and bindings keep their numbers. */
export function minifyWgsl(text: string): Minified {
  // 1. Without bindings that nothing reads: a layout made from the shader would not have them.
  let tokens = tokensOf(text);
  const found = bindingsOf(tokens);
  const count = (name: string): number =>
    tokens.filter((t, i) => t.text === name && tokens[i - 1]?.text !== '.').length;
  const used = found.map(({ name }) => count(tokens[name]?.text as string) > 1);
  tokens = tokens.filter((_, i) => !found.some(({ start, end }, b) => !used[b] && i >= start && i <= end));
  // 2. Short names, and spaces only where two tokens would become one.
  const names = shortNames(tokens);
  let out = '';
  tokens.forEach(({ text: t, spaced }, i) => {
    const before = tokens[i - 1]?.text;
    const words = isWord(before) && isWord(t);
    const joined = before !== undefined && operators.includes(before) && operators.includes(t);
    if (spaced && (words || joined)) out += ' ';
    out += names.get(i) ?? t;
  });
  return { wgsl: out, used };
}
