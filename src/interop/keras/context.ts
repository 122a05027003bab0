// What the importer of one Keras layer is given.
import { type Line, newLine, numberText, type Origin } from '../network/line.ts';
import { isList, isObject, type Json, type JsonObject, listOf } from './read.ts';

export interface Importing {
  readonly kind: string;
  readonly config: JsonObject;
  readonly origin: Origin;
  readonly inputs: readonly Line[];
  readonly x: Line;
  /** Of Keras: 1, 2 or 3. */
  readonly version: number;
  number(key: string, otherwise: number): number;
  flag(key: string, otherwise: boolean): boolean;
  text(key: string, otherwise: string): string;
  /** Whole numbers, one an axis; a single number is for all. */
  sizes(key: string, axes: number): readonly number[] | undefined;
  /** Something of the file that is told, as it changes nothing that is computed. */
  remark(text: string): void;
  refuse(reason: string): never;
}

export type Importer = (c: Importing) => Line;

/** Reads the settings of a layer. */
export const readerOf = (
  config: JsonObject,
  refuse: (reason: string) => never,
): Pick<Importing, 'number' | 'flag' | 'text' | 'sizes'> => ({
  number: (key, otherwise) => {
    const v = config[key];
    if (v === undefined || v === null) return otherwise;
    return typeof v === 'number' ? v : refuse(`"${key}" is ${JSON.stringify(v)}, not a number`);
  },
  flag: (key, otherwise) => {
    const v = config[key];
    return typeof v === 'boolean' ? v : otherwise;
  },
  text: (key, otherwise) => {
    const v = config[key];
    return typeof v === 'string' ? v : otherwise;
  },
  sizes: (key, axes) => {
    const v = config[key];
    const list = typeof v === 'number' ? new Array<Json>(axes).fill(v) : listOf(v);
    if (list === undefined || list.length === 0) return undefined;
    const numbers = list.map((n) =>
      typeof n === 'number' && Number.isInteger(n) ? n : refuse(`"${key}" is ${JSON.stringify(v)}`),
    );
    return numbers.length === axes ? numbers : refuse(`"${key}" has ${numbers.length} numbers, not ${axes}`);
  },
});

export const lineOf = (c: Importing, op: string, shape: readonly number[], words: readonly string[] = []): Line =>
  newLine(op, [c.x], shape, c.origin, words);

/** The class and settings of an object: `{class_name, config}`, or its name alone. */
export function objectOf(v: Json | undefined): { readonly name: string; readonly config: JsonObject } | undefined {
  if (typeof v === 'string') return { name: v, config: {} };
  if (!isObject(v)) return undefined;
  // A function: {class_name: "function", config: "relu"}.
  if (typeof v.config === 'string') return { name: v.config, config: {} };
  return typeof v.class_name === 'string'
    ? { name: v.class_name, config: isObject(v.config) ? v.config : {} }
    : undefined;
}

const n = (v: Json | undefined, otherwise: number): number => (typeof v === 'number' ? v : otherwise);

/** `l1 0.01`, `l2 0.001` of the kernel; penalties on other things are told. */
export function penalties(c: Importing, key = 'kernel_regularizer'): string[] {
  for (const other of ['bias_regularizer', 'activity_regularizer', 'gamma_regularizer', 'beta_regularizer'])
    if (c.config[other]) c.remark(`the ${other} of "${c.origin.name}" is left out`);
  for (const other of [
    'kernel_constraint',
    'bias_constraint',
    'gamma_constraint',
    'beta_constraint',
    'depthwise_constraint',
    'pointwise_constraint',
  ])
    if (c.config[other]) c.remark(`the ${other} of "${c.origin.name}" is left out`);
  const found = objectOf(c.config[key]);
  if (!found) return [];
  const name = found.name.toLowerCase();
  const { l1, l2 } = found.config;
  const usual = name === 'l1' || name === 'l2' || name === 'l1l2' || name === 'l1_l2';
  if (!usual) {
    c.remark(`the regularizer ${found.name} of "${c.origin.name}" is left out`);
    return [];
  }
  const [a, b] = [n(l1, name === 'l1' ? 0.01 : 0), n(l2, name === 'l2' ? 0.01 : 0)];
  return [...(a > 0 ? [`l1 ${numberText(a)}`] : []), ...(b > 0 ? [`l2 ${numberText(b)}`] : [])];
}

const snake = (name: string): string => name.replace(/([a-z\d])([A-Z])/g, '$1_$2').toLowerCase();

/** `init he_normal`; nothing for the usual one. */
export function initial(c: Importing, key = 'kernel_initializer'): string[] {
  const found = objectOf(c.config[key]);
  if (!found) return [];
  const { config } = found;
  const name = snake(found.name);
  const plain = new Set(['glorot_normal', 'he_uniform', 'he_normal', 'lecun_uniform', 'lecun_normal', 'zeros', 'ones']);
  if (name === 'glorot_uniform') return [];
  if (plain.has(name)) return [`init ${name}`];
  const scaled = `${n(config.scale, 1)} ${String(config.mode ?? 'fan_in')} ${String(config.distribution ?? 'normal').replace('truncated_', '')}`;
  const scaling: Readonly<Record<string, string>> = {
    '1 fan_avg normal': 'glorot_normal',
    '2 fan_in uniform': 'he_uniform',
    '2 fan_in normal': 'he_normal',
    '1 fan_in uniform': 'lecun_uniform',
    '1 fan_in normal': 'lecun_normal',
  };
  if (name === 'variance_scaling' && scaled === '1 fan_avg uniform') return [];
  if (name === 'variance_scaling' && scaling[scaled]) return [`init ${scaling[scaled]}`];
  const centred = n(config.mean, 0) === 0;
  if (name === 'random_normal' && centred) return [`init normal ${numberText(n(config.stddev, 0.05))}`];
  if (name === 'truncated_normal' && centred) return [`init truncated_normal ${numberText(n(config.stddev, 0.05))}`];
  const [low, high] = [n(config.minval, -0.05), n(config.maxval, 0.05)];
  if (name === 'random_uniform' && low === -high) return [`init uniform ${numberText(high)}`];
  if (name === 'constant') return [`init constant ${numberText(n(config.value, 0))}`];
  if (name === 'orthogonal') return [`init orthogonal ${numberText(n(config.gain, 1))}`];
  c.remark(`the initializer ${found.name} of "${c.origin.name}" is left out: weights start as glorot_uniform`);
  return [];
}

/** What behind the name of an activation is cnnc's word for it; '' for none. */
export function activationWord(c: Importing, v: Json | undefined): string {
  const found = objectOf(v);
  if (!found) return '';
  const name = snake(found.name);
  const same = new Set([
    ...[
      'relu',
      'relu6',
      'leaky_relu',
      'elu',
      'selu',
      'gelu',
      'silu',
      'swish',
      'mish',
      'softplus',
      'softsign',
      'sigmoid',
      'tanh',
    ],
    ...['softmax', 'log_softmax'],
  ]);
  if (name === 'linear') return '';
  if (same.has(name)) return name;
  if (name === 'hard_silu' || name === 'hard_swish') return 'hard_swish';
  if (name === 'hard_sigmoid')
    return c.version >= 3
      ? 'hard_sigmoid'
      : c.refuse('hard_sigmoid of Keras 2 is min(max(0.2 x + 0.5, 0), 1), and cnnc has that of Keras 3');
  return c.refuse(`the activation "${found.name}"`);
}

/** Puts the activation of the settings at the end of a line. */
export function withActivation(c: Importing, line: Line): Line {
  const word = activationWord(c, c.config.activation);
  if (word !== '') line.activation = word;
  return line;
}

export const isNone = (v: Json | undefined): boolean => v === undefined || v === null || (isList(v) && v.length === 0);
