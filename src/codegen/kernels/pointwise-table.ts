// How each elementwise operation is written in WGSL. T is f32 or vec4f: the text is the same for both.
import type { ActivationOp } from '../../ir/attrs.ts';
import { type Node, type OpName, sizeOf } from '../../ir/index.ts';
import { asPictures, chanceLimit } from '../../ir/ops/augment.ts';
import { alphaDropout, channelsOf, dropoutThreshold } from '../../ir/ops/dropout.ts';
import { f32, i32, nothing, u32, type Wgsl, wgsl } from '../wgsl.ts';
import { activationTable } from './activation-table.ts';
import type { FunctionName } from './functions.ts';

type Arithmetic =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'sqrt'
  | 'neg'
  | 'abs'
  | 'sign'
  | 'floor'
  | 'ceil'
  | 'round'
  | 'erf'
  | 'max'
  | 'min'
  | 'pow'
  | 'exp'
  | 'log'
  | 'greater'
  | 'half'
  | 'choose'
  | 'standardize'
  | 'standardize_dx'
  | 'broadcast';
type Loss = 'sigmoid_cross_entropy' | 'one_hot' | 'counted';
type Prelu = 'prelu' | 'prelu_dx' | 'prelu_dalpha';
type Random = 'dropout' | 'alpha_dropout' | 'gaussian' | 'vary' | 'cutout';
export type PointwiseOp = Arithmetic | Loss | Prelu | Random | ActivationOp | `${ActivationOp}_dx`;

/** Where the element (or the first of four) stands; see Place in epilogue.ts. */
interface Lane {
  readonly column: Wgsl;
  readonly width: 1 | 4;
}

/** The numbers of `width` neighbours from the index of the first, which is counted in `width`s. */
const numbers = (first: Wgsl, width: 1 | 4): Wgsl =>
  width === 1 ? first : wgsl`((${first}) * 4u + vec4u(0u, 1u, 2u, 3u))`;

export interface Written {
  /** The expression of the operands, each of type T (or u32 for step numbers); `element` is the flat index, in Ts. */
  readonly of: (args: readonly Wgsl[], node: Node, element: Wgsl, lane: Lane) => Wgsl;
  /** Functions that the expression calls, written above `main`. */
  readonly functions?: (node: Node) => readonly FunctionName[];
}

const a = (args: readonly Wgsl[], i: number): Wgsl => args[i] as Wgsl;

/** The stream of one layer in one step: of (seed, step). */
const stream = (args: readonly Wgsl[], stream: number): Wgsl =>
  wgsl`${a(args, 1)}, (${a(args, 2)} * ${u32(0x9e3779b9)}) ^ ${u32(stream)}`;

/** 1 where the element is kept, else 0. */
const mask = (args: readonly Wgsl[], of: { rate: number; stream: number }, element: Wgsl): Wgsl =>
  wgsl`dropout_mask(${stream(args, of.stream)}, ${element}, ${u32(dropoutThreshold(of.rate))})`;

/** The same for the element's channel. */
function channelMask(args: readonly Wgsl[], { attrs, type }: Node<'dropout'>, element: Wgsl): Wgsl {
  const { picture, channels } = channelsOf(type.shape);
  return wgsl`channel_mask(${stream(args, attrs.stream)}, ${element}, ${u32(dropoutThreshold(attrs.rate))}, ${u32(picture)}, ${u32(channels)})`;
}

const epsilon = (node: Node): Wgsl => f32((node as Node<'standardize'>).attrs.epsilon);

/** The value where its picture counts, else 0: elements behind those of the first `count` pictures do not. */
function counted(value: Wgsl, node: Node, element: Wgsl, width: 1 | 4, count: Wgsl): Wgsl {
  const perPicture = sizeOf(node.type.shape.slice(1));
  const end = perPicture === 1 ? count : wgsl`${count} * ${u32(perPicture)}`;
  return wgsl`select(T(0.0), ${value}, ${numbers(element, width)} < ${width === 1 ? end : wgsl`vec4u(${end})`})`;
}

/** WGSL's pow is defined for x > 0 alone: whole exponents take the size of x, and odd ones its sign. */
function power(x: Wgsl, exponent: number): Wgsl {
  if (exponent === 1) return x;
  if (!Number.isInteger(exponent)) return wgsl`pow(${x}, T(${f32(exponent)}))`;
  const size = wgsl`pow(abs(${x}), T(${f32(exponent)}))`;
  return exponent % 2 === 0 ? size : wgsl`select(-${size}, ${size}, ${x} >= T(0.0))`;
}

export const pointwiseTable: { readonly [K in PointwiseOp]: Written } = {
  add: { of: (x) => wgsl`${a(x, 0)} + ${a(x, 1)}` },
  sub: { of: (x) => wgsl`${a(x, 0)} - ${a(x, 1)}` },
  mul: { of: (x) => wgsl`${a(x, 0)} * ${a(x, 1)}` },
  div: { of: (x) => wgsl`${a(x, 0)} / ${a(x, 1)}` },
  sqrt: { of: (x) => wgsl`sqrt(${a(x, 0)})` },
  neg: { of: (x) => wgsl`-${a(x, 0)}` },
  exp: { of: (x) => wgsl`exp(${a(x, 0)})` },
  log: { of: (x) => wgsl`log(${a(x, 0)})` },
  abs: { of: (x) => wgsl`abs(${a(x, 0)})` },
  sign: { of: (x) => wgsl`sign(${a(x, 0)})` },
  floor: { of: (x) => wgsl`floor(${a(x, 0)})` },
  ceil: { of: (x) => wgsl`ceil(${a(x, 0)})` },
  // WGSL's round takes the even one of two as near.
  round: { of: (x) => wgsl`round(${a(x, 0)})` },
  erf: { of: (x) => wgsl`erf_of(${a(x, 0)})`, functions: () => ['erf_of'] },
  max: { of: (x) => wgsl`max(${a(x, 0)}, ${a(x, 1)})` },
  min: { of: (x) => wgsl`min(${a(x, 0)}, ${a(x, 1)})` },
  greater: { of: (x) => wgsl`select(T(0.0), T(1.0), ${a(x, 0)} > ${a(x, 1)})` },
  half: { of: (x, _node, _element, { width }) => wgsl`T(${{ wgsl: width === 4 ? 'vec4h' : 'f16' }}(${a(x, 0)}))` },
  choose: { of: (x) => wgsl`select(${a(x, 1)}, ${a(x, 2)}, ${a(x, 0)} > T(0.0))` },
  sigmoid_cross_entropy: {
    of: (x) => wgsl`max(${a(x, 0)}, T(0.0)) - ${a(x, 0)} * ${a(x, 1)} + log(T(1.0) + exp(-abs(${a(x, 0)})))`,
  },
  one_hot: {
    of: (x, node, _element, { column, width }) => {
      const { classes, first } = (node as Node<'one_hot'>).attrs;
      const columns = classes === 1 ? wgsl`T(0.0)` : wgsl`T(${numbers(column, width)})`;
      return wgsl`select(T(0.0), T(1.0), ${a(x, 0)} == ${columns}${first === 0 ? nothing : wgsl` + T(${f32(first)})`})`;
    },
  },
  counted: { of: (x, node, element, { width }) => counted(a(x, 0), node, element, width, a(x, 1)) },
  pow: { of: (x, node) => power(a(x, 0), (node as Node<'pow'>).attrs.exponent) },
  broadcast: { of: (x) => a(x, 0) },
  ...activationTable,
  prelu: { of: (x) => wgsl`select(${a(x, 1)} * ${a(x, 0)}, ${a(x, 0)}, ${a(x, 0)} > T(0.0))` },
  prelu_dx: { of: (x) => wgsl`${a(x, 2)} * select(${a(x, 1)}, T(1.0), ${a(x, 0)} > T(0.0))` },
  prelu_dalpha: { of: (x) => wgsl`${a(x, 1)} * min(${a(x, 0)}, T(0.0))` },
  dropout: {
    of: (x, node, element) => {
      const drop = node as Node<'dropout'>;
      const kept = drop.attrs.whole === 'channel' ? channelMask(x, drop, element) : mask(x, drop.attrs, element);
      return wgsl`${a(x, 0)} * ${kept} * ${f32(1 / (1 - drop.attrs.rate))}`;
    },
    functions: (node) => [(node as Node<'dropout'>).attrs.whole === 'channel' ? 'channel_mask' : 'dropout_mask'],
  },
  alpha_dropout: {
    of: (x, node, element) => {
      const { attrs } = node as Node<'alpha_dropout'>;
      const { dropped, a: slope, b } = alphaDropout(attrs.rate);
      return wgsl`mix(T(${f32(slope * dropped + b)}), ${f32(slope)} * ${a(x, 0)} + ${f32(b)}, ${mask(x, attrs, element)})`;
    },
    functions: () => ['dropout_mask'],
  },
  gaussian: {
    of: (x, node, element) => {
      const { deviation, stream: own, way } = (node as Node<'gaussian'>).attrs;
      const n = wgsl`${f32(deviation)} * gaussian_of(${stream(x, own)}, ${element})`;
      return way === 'add' ? wgsl`${a(x, 0)} + ${n}` : wgsl`${a(x, 0)} * (1.0 + ${n})`;
    },
    functions: () => ['gaussian_of'],
  },
  vary: {
    of: (x, node, element, { width }) => {
      const { attrs, type } = node as Node<'vary'>;
      const picture = wgsl`(${element}) / ${u32(sizeOf(type.shape.slice(1)) / width)}`;
      const d = wgsl`${f32(attrs.by)} * picture_draw(${stream(x, attrs.stream)}, ${picture}, ${u32(chanceLimit(attrs.chance))})`;
      if (attrs.way === 'add') return wgsl`${a(x, 0)} + ${d}`;
      return wgsl`${f32(attrs.about)} + (${a(x, 0)} - ${f32(attrs.about)}) * (1.0 + ${d})`;
    },
    functions: () => ['picture_draw'],
  },
  cutout: {
    of: (x, node, element, { width }) => {
      const { attrs, type } = node as Node<'cutout'>;
      const [, h, w, c] = asPictures(type.shape);
      const pixel = c === width ? element : wgsl`(${element}) / ${u32(c / width)}`;
      const box = wgsl`vec2i(${i32(attrs.size[0])}, ${i32(attrs.size[1])})`;
      const cut = wgsl`in_cutout(${stream(x, attrs.stream)}, ${pixel}, ${u32(chanceLimit(attrs.chance))}, ${u32(h)}, ${u32(w)}, ${box})`;
      return wgsl`select(${a(x, 0)}, T(${f32(attrs.value)}), ${cut})`;
    },
    functions: () => ['in_cutout'],
  },
  standardize: {
    of: (x, node) => wgsl`(${a(x, 0)} - ${a(x, 1)}) / sqrt(${a(x, 2)} + ${epsilon(node)})`,
  },
  standardize_dx: {
    of: (x, node, element, { width }) => {
      const through = wgsl`${a(x, 2)} + ${a(x, 1)} * ${a(x, 3)}`;
      const batch = (node as Node<'standardize_dx'>).attrs.axes.includes(0);
      const part = batch ? counted(through, node, element, width, a(x, 5)) : wgsl`(${through})`;
      return wgsl`(${a(x, 0)} - ${part}) / sqrt(${a(x, 4)} + ${epsilon(node)})`;
    },
  },
};

export const isPointwise = (op: OpName): op is PointwiseOp => Object.hasOwn(pointwiseTable, op);
