// The rules of the grammar as they are matched. The build reads grammar/cnn.ohm with Ohm and writes its rules as data; at run
// time nothing of Ohm is needed. What the words mean: https://ohmjs.org/docs/syntax-reference.

/** An expression as Ohm's bundles write it, without places in the source: `['app', 'ListOf', [...]]`. */
export interface Recipe extends ReadonlyArray<string | number | Recipe | readonly Recipe[]> {
  readonly 0: string;
}

/** Rules by name: whether the rule has a description, how many parameters it has, its body. */
export type Recipes = Readonly<Record<string, readonly [described: boolean, parameters: number, body: Recipe]>>;

export interface Rule {
  readonly name: string;
  /** In rules with a capital first letter, spaces are skipped before each part. */
  readonly syntactic: boolean;
  /** A described rule fails as one: what failed inside is not looked at. */
  readonly described: boolean;
  readonly body: Expression;
  /** One character decides; what each is, once it was met: 0 does not match, 1 matches, 2 matches and an alternative failed. */
  readonly characters: Map<number, 0 | 1 | 2> | undefined;
}

export type Expression =
  | { readonly kind: 'terminal'; readonly text: string }
  | { readonly kind: 'range'; readonly from: number; readonly to: number }
  | { readonly kind: 'any' | 'end' }
  | { readonly kind: 'unicode'; readonly pattern: RegExp }
  /** `trailing`: spaces are skipped behind it too. */
  | { readonly kind: 'apply'; readonly rule: Rule; readonly trailing: boolean }
  | { readonly kind: 'alt' | 'seq'; readonly parts: readonly Expression[] }
  | {
      readonly kind: 'iter';
      readonly part: Expression;
      readonly least: number;
      readonly most: number;
      readonly arity: number;
    }
  | { readonly kind: 'not' | 'lookahead' | 'lex'; readonly part: Expression };

/** What Ohm has built in besides the rules that the build writes. */
const primitive = {
  any: (): Expression => ({ kind: 'any' }),
  end: (): Expression => ({ kind: 'end' }),
  lower: (): Expression => ({ kind: 'unicode', pattern: /\p{Ll}/u }),
  upper: (): Expression => ({ kind: 'unicode', pattern: /\p{Lu}/u }),
  unicodeLtmo: (): Expression => ({ kind: 'unicode', pattern: /\p{Lt}|\p{Lm}|\p{Lo}/u }),
} satisfies Record<string, () => Expression>;
const isPrimitive = (name: string): name is keyof typeof primitive => Object.hasOwn(primitive, name);

/** Values that an expression leaves. */
function arityOf(expression: Expression): number {
  switch (expression.kind) {
    case 'alt':
      return expression.parts[0] ? arityOf(expression.parts[0]) : 0;
    case 'seq':
      return expression.parts.reduce((n, part) => n + arityOf(part), 0);
    case 'iter':
      return expression.arity;
    case 'not':
      return 0;
    case 'lookahead':
    case 'lex':
      return arityOf(expression.part);
    default:
      return 1;
  }
}

/** Whether one character decides. */
function isOfOne(expression: Expression): boolean {
  switch (expression.kind) {
    case 'terminal':
      return expression.text.length === 1;
    case 'range':
    case 'any':
    case 'unicode':
      return true;
    case 'apply':
      return expression.rule.characters !== undefined;
    case 'alt':
      return expression.parts.every(isOfOne);
    default:
      return false;
  }
}

/** The rules of a grammar by name, each made when it is first asked for. */
export function grammarOf(recipes: Recipes): (name: string) => Rule {
  const made = new Map<string, Rule>();

  const expressionOf = ([kind, ...parts]: Recipe, actual: readonly Recipe[]): Expression => {
    const all = (): Expression[] => (parts as Recipe[]).map((part) => expressionOf(part, actual));
    const only = (): Expression => expressionOf(parts[0] as Recipe, actual);
    const iter = (least: number, most: number): Expression => {
      const part = only();
      return { kind: 'iter', part, least, most, arity: arityOf(part) };
    };
    switch (kind) {
      case 'terminal':
        return { kind, text: parts[0] as string };
      case 'range':
        return { kind, from: (parts[0] as string).charCodeAt(0), to: (parts[1] as string).charCodeAt(0) };
      case 'param':
        return expressionOf(actual[parts[0] as number] as Recipe, []);
      case 'alt':
      case 'seq':
        return { kind, parts: all() };
      case 'star':
        return iter(0, Number.POSITIVE_INFINITY);
      case 'plus':
        return iter(1, Number.POSITIVE_INFINITY);
      case 'opt':
        return iter(0, 1);
      case 'not':
      case 'lookahead':
      case 'lex':
        return { kind, part: only() };
      case 'app': {
        const given = (parts[1] as readonly Recipe[]).map((part) => substitute(part, actual));
        const rule = ruleOf(parts[0] as string, given);
        return { kind: 'apply', rule, trailing: false };
      }
      default:
        throw new Error(`the grammar has a "${kind}", which src/parser/peg does not know`);
    }
  };

  /** A rule applied to arguments is a rule of its own. */
  const ruleOf = (name: string, actual: readonly Recipe[]): Rule => {
    const key = actual.length === 0 ? name : `${name}${JSON.stringify(actual)}`;
    const known = made.get(key);
    if (known) return known;
    const syntactic = /^\p{Lu}/u.test(name);
    // Rules mention each other: the body comes after the rule is known.
    const rule = { name, syntactic } as { -readonly [K in keyof Rule]: Rule[K] };
    made.set(key, rule);
    if (isPrimitive(name)) Object.assign(rule, { described: true, body: primitive[name]() });
    else {
      const [described, , body] = recipes[name] ?? unknownRule(name);
      const expression = expressionOf(body, actual);
      const apart = name === 'applySyntactic' && expression.kind === 'apply';
      Object.assign(rule, { described, body: apart ? { ...expression, trailing: true } : expression });
    }
    // A rule that is being made further up is no rule of one character: it mentions itself.
    rule.characters = isOfOne(rule.body) ? new Map() : undefined;
    return rule;
  };
  return (name) => ruleOf(name, []);
}

function unknownRule(name: string): never {
  throw new Error(`the grammar has no rule ${name}`);
}

/** Arguments in place of parameters. */
function substitute([kind, ...parts]: Recipe, actual: readonly Recipe[]): Recipe {
  if (kind === 'param') return actual[parts[0] as number] as Recipe;
  const replaced = parts.map((part) => {
    if (!Array.isArray(part)) return part as string | number;
    if (typeof part[0] === 'string') return substitute(part as unknown as Recipe, actual);
    return (part as readonly Recipe[]).map((inner) => substitute(inner, actual));
  });
  return [kind, ...replaced];
}
