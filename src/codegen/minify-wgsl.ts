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
  const bound = new Map(bindingsOf(tokens).map(({ name }, i) => [name, shortName(26 + i)]));
  const taken = new Set(bound.values());
  const fresh = (): string => {
    const name = shortName(top().next++);
    return taken.has(name) ? fresh() : name;
  };
  // 1. The module's names, which may be used before they are declared: bindings from A on, others from Z down, so that what
  // a kernel binds changes no other name.
  const spare = letters.filter((letter) => !taken.has(letter));
  let beyond = letters.length;
  let depth = 0;
  tokens.forEach(({ text }, i) => {
    if (text === '{') depth++;
    if (text === '}') depth--;
    if (depth > 0 || !(callables.has(text) || variables.has(text))) return;
    const at = nameAfter(tokens, i);
    if (!free(at)) return;
    const name = bound.get(at) ?? spare.pop() ?? shortName(beyond++);
    taken.add(name);
    top().names.set(tokens[at]?.text as string, name);
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

/** Places of names that something in a function declares: variables and parameters. */
function declaredInside(tokens: readonly Token[]): ReadonlySet<string> {
  const out = new Set<string>();
  let depth = 0;
  tokens.forEach(({ text }, i) => {
    if (text === '{') depth++;
    if (text === '}') depth--;
    if (variables.has(text) && depth > 0) out.add(tokens[nameAfter(tokens, i)]?.text as string);
    if (isName(text) && tokens[i + 1]?.text === ':') out.add(text);
  });
  return out;
}

const isNumber = (token: string | undefined): boolean => token !== undefined && /^\.?\d/.test(token);

/** The module's constants that are short numbers, written where they are used. */
function inlineConstants(tokens: readonly Token[]): Token[] {
  const local = declaredInside(tokens);
  const values = new Map<string, readonly Token[]>();
  const gone = new Set<number>();
  let depth = 0;
  tokens.forEach(({ text }, i) => {
    if (text === '{') depth++;
    if (text === '}') depth--;
    if (text !== 'const' || depth > 0 || tokens[i + 2]?.text !== '=') return;
    const name = tokens[i + 1]?.text as string;
    const sign = tokens[i + 3]?.text === '-' ? 1 : 0;
    const number = tokens[i + 3 + sign] as Token;
    if (!isNumber(number.text) || tokens[i + 4 + sign]?.text !== ';' || local.has(name) || number.text.length > 5)
      return;
    const plain = { text: number.text, spaced: false };
    const token = (text: string): Token => ({ text, spaced: false });
    values.set(name, sign ? [token('('), token('-'), plain, token(')')] : [plain]);
    for (let k = i; k <= i + 4 + sign; k++) gone.add(k);
  });
  return tokens.flatMap((token, i) => {
    if (gone.has(i)) return [];
    const value = tokens[i - 1]?.text === '.' ? undefined : values.get(token.text);
    return value ? value.map((t, k) => (k === 0 ? { ...t, spaced: token.spaced } : t)) : [token];
  });
}

const one = /^1[iu]?$/;
const zero = /^0[iu]?$/;
const endsOperand = (token: string | undefined): boolean =>
  (isWord(token) && token !== 'return') || token === ')' || token === ']';
/** What may stand behind `+ 0`: nothing that binds its zero. */
const looser = new Set([')', ']', ';', ',', '+', '-', '<', '>', '=', '&', '|', '{']);

/** Without `* 1`, `/ 1`, `+ 0` and `- 0` of whole numbers behind an operand. */
function withoutIdentities(tokens: readonly Token[]): Token[] {
  const out: Token[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const [token, next, after] = [tokens[i] as Token, tokens[i + 1]?.text ?? '', tokens[i + 2]?.text ?? ''];
    const times = '*/'.includes(token.text) && one.test(next);
    const plus = '+-'.includes(token.text) && zero.test(next) && looser.has(after);
    if ((times || plus) && endsOperand(out[out.length - 1]?.text) && after !== '.') i++;
    else out.push(token);
  }
  return out;
}

/** `array<f32>` for `array<f32, 100>` in the declarations of bindings: they end where what is bound ends. */
function withoutLengths(tokens: readonly Token[]): Token[] {
  const gone = new Set<number>();
  for (const { start, end } of bindingsOf(tokens))
    for (let i = start; i < end; i++)
      if (tokens[i]?.text === 'array' && tokens[i + 3]?.text === ',') for (const k of [i + 3, i + 4]) gone.add(k);
  return tokens.filter((_, i) => !gone.has(i));
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
  // 2. Arrays of buffers without their lengths, which the bindings have.
  tokens = withoutLengths(tokens);
  // 3. Sizes where they are used, and what they make of the arithmetic.
  tokens = withoutIdentities(inlineConstants(tokens));
  // 4. Short names, and spaces only where two tokens would become one.
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
