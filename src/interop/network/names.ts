// Names: those of the file where they are names in cnnc too, readable ones where they are not, each once.
import type { Statement } from './arrange.ts';
import type { Line } from './line.ts';

const reserved = new Set(['if', 'else', 'as', 'and', 'or', 'not']);

/** May a layer be called so? As the grammar has it: letters, digits, `_`; `-` before such, `.` before a letter. */
export const isName = (text: string): boolean =>
  /^[A-Za-z_](?:\w|-\w|\.[A-Za-z])*$/.test(text) && !/^(?:if|else|as)(?![\w.-])/.test(text);

/** The name nearest to a text, or undefined where nothing of it can stay. */
export function nameFrom(text: string): string | undefined {
  if (isName(text)) return text;
  const words = text
    .replace(/[:;].*$/, '')
    .replace(/\/+/g, '.')
    .replace(/[^\w.]+/g, '_')
    .replace(/\.(?=\d)/g, '_')
    .replace(/\.+(?=[^A-Za-z]|$)/g, '_')
    .replace(/\.{2,}/g, '.')
    .replace(/^[._]+|[._]+$/g, '');
  if (words === '') return undefined;
  const name = /^[A-Za-z]/.test(words) ? words : `_${words}`;
  return isName(name) ? name : undefined;
}

/** A word for `as`. */
const identFrom = (name: string): string => {
  const word = name.replace(/[^\w]+/g, '_').replace(/^(?=\d)/, '_');
  return reserved.has(word) ? `${word}_` : word;
};

/** Lines in the order of the text. */
export function textOrder(statements: readonly Statement[]): Line[] {
  return statements.flatMap((s) => {
    if (s.kind === 'from') return [];
    // A group has its name before those of its branches.
    if (s.kind === 'group') return [s.line, ...s.branches.flatMap(textOrder)];
    return [s.line];
  });
}

export interface Names {
  /** Of each layer. */
  readonly layers: ReadonlyMap<Line, string>;
  /** Layers whose name the text must give; the others get it from their kind and number. */
  readonly given: ReadonlySet<Line>;
  /** Words for `as`. */
  readonly values: ReadonlyMap<Line, string>;
}

/** Names for all lines: `lines` in the order of the text, `named` those that need a word for `as`. */
export function nameLines(lines: readonly Line[], named: ReadonlySet<Line>, words: ReadonlySet<string>): Names {
  const layers = new Map<Line, string>();
  const given = new Set<Line>();
  const taken = new Set(['input']);
  const free = (wanted: string): string => {
    let name = wanted;
    for (let i = 2; taken.has(name); i++) name = `${wanted}_${i}`;
    return name;
  };
  // 1. Names that are asked for.
  for (const line of lines) {
    if (line.name === undefined || line.op === 'input') continue;
    const name = free(line.name);
    layers.set(line, name);
    taken.add(name);
  }
  // 2. Kinds and numbers, as the compiler counts them: a name that says the same needs not be written.
  const counts = new Map<string, number>();
  for (const line of lines) {
    if (line.op === 'input') {
      layers.set(line, 'input');
      continue;
    }
    const number = (counts.get(line.op) ?? 0) + 1;
    const usual = `${line.op}${number}`;
    const own = layers.get(line);
    if (own === undefined && taken.has(usual)) {
      const name = free(usual);
      layers.set(line, name);
      taken.add(name);
      given.add(line);
      continue;
    }
    if (own !== undefined && own !== usual) {
      given.add(line);
      continue;
    }
    counts.set(line.op, number);
    layers.set(line, usual);
    taken.add(usual);
  }
  // 3. Words for values.
  const values = new Map<Line, string>();
  const used = new Set<string>();
  for (const line of lines) {
    if (!named.has(line)) continue;
    const base = identFrom(layers.get(line) as string);
    const wanted = words.has(base) ? `${base}_value` : base;
    let word = wanted;
    for (let i = 2; used.has(word) || words.has(word); i++) word = `${wanted}_${i}`;
    used.add(word);
    values.set(line, word);
  }
  return { layers, given, values };
}
