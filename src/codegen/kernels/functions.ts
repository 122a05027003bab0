// Functions that elementwise expressions call, written above `main`. T is f32 or vec4f: the text is the same for both.
import { comment, f32, u32, type Wgsl, wgsl } from '../wgsl.ts';

export type FunctionName = keyof typeof functions;

interface FunctionText {
  /** Functions that this one calls. */
  readonly calls?: readonly string[];
  readonly text: (width: 1 | 4) => Wgsl;
}

/** An expression of one element for each of the elements of T; `element` is the flat index in elements of T. */
const perElement = (width: 1 | 4, of: (index: Wgsl) => Wgsl): Wgsl =>
  width === 1
    ? wgsl`return ${of(wgsl`element`)};`
    : wgsl`return vec4f(
    ${[0, 1, 2, 3].map((i) => wgsl`${of(i === 0 ? wgsl`element * 4u` : wgsl`element * 4u + ${u32(i)}`)}${i === 3 ? wgsl`);` : wgsl`,`}`)}`;

/** A polynomial from the highest power down: ((c0) * v + c1) * v + c2. */
const horner = (v: 'q' | 't', coefficients: readonly number[]): Wgsl =>
  coefficients
    .slice(1)
    .reduce<Wgsl>((sum, c) => wgsl`(${sum}) * ${{ wgsl: v }} + ${f32(c)}`, f32(coefficients[0] as number));

/**
 * erf near 0 as x + x p(x^2), and beyond as 1 - exp(t r(t) - t) with t = |x|: minimax polynomials of N. Juffa (2018),
 * which stay within 1e-7 in single precision without fused multiply-adds.
 */
const ERF = {
  near: [-5.96761703e-4, 4.99119423e-3, -2.67681349e-2, 1.12819925e-1, -3.76125336e-1, 1.28379166e-1],
  far: [-1.7285347e-5, 3.83197126e-4, -3.88396438e-3, 2.42546219e-2, -1.06777877e-1, -6.34846687e-1, -1.28717512e-1],
  border: 0.927734375,
} as const;

const functions = {
  hash32: {
    text: () => wgsl`
${comment('32 random bits of (seed, stream, index): pcg3d (Jarzynski & Olano 2020), as runtime/random.ts.')}
fn hash32(seed: u32, stream: u32, index: u32) -> u32 {
  var v = vec3u(seed, stream, index) * 1664525u + 1013904223u;
  v.x += v.y * v.z; v.y += v.z * v.x; v.z += v.x * v.y;
  v ^= v >> vec3u(16u);
  v.x += v.y * v.z; v.y += v.z * v.x; v.z += v.x * v.y;
  return v.z ^ (v.z >> 16u);
}`,
  },
  dropout_mask: {
    calls: ['hash32'],
    text: (width) => wgsl`
fn dropout_mask(seed: u32, stream: u32, element: u32, threshold: u32) -> T {
  ${perElement(width, (i) => wgsl`select(0.0, 1.0, hash32(seed, stream, ${i}) >= threshold)`)}
}`,
  },
  channel_mask: {
    calls: ['hash32'],
    text: (width) => wgsl`
${comment('The mask of whole channels: an element has the index of its picture and channel among all of them.')}
fn channel_index(i: u32, picture: u32, channels: u32) -> u32 { return i / picture * channels + i % channels; }
fn channel_mask(seed: u32, stream: u32, element: u32, threshold: u32, picture: u32, channels: u32) -> T {
  ${perElement(width, (i) => wgsl`select(0.0, 1.0, hash32(seed, stream, channel_index(${i}, picture, channels)) >= threshold)`)}
}`,
  },
  gaussian_one: {
    calls: ['hash32'],
    text: () => wgsl`
${comment('Normal with mean 0 and deviation 1 (Box & Muller 1958), from 23 bits each.')}
fn gaussian_one(seed: u32, stream: u32, index: u32) -> f32 {
  let u = (f32(hash32(seed, stream, 2u * index) >> 9u) + 0.5) / 8388608.0;
  let turn = f32(hash32(seed, stream, 2u * index + 1u) >> 9u) / 8388608.0 - 0.5;
  return sqrt(-2.0 * log(u)) * cos(6.283185307179586 * turn);
}`,
  },
  gaussian_of: {
    calls: ['gaussian_one'],
    text: (width) => wgsl`
fn gaussian_of(seed: u32, stream: u32, element: u32) -> T {
  ${perElement(width, (i) => wgsl`gaussian_one(seed, stream, ${i})`)}
}`,
  },
  picture_draw: {
    calls: ['hash32'],
    text: () => wgsl`
${comment('Uniform in [-1, 1) for a picture; 0 where its first hash is above the limit.')}
fn picture_draw(seed: u32, stream: u32, index: u32, limit: u32) -> f32 {
  if (hash32(seed, stream, 2u * index) > limit) { return 0.0; }
  return f32(hash32(seed, stream, 2u * index + 1u) >> 8u) / 8388608.0 - 1.0;
}`,
  },
  in_cutout: {
    calls: ['hash32'],
    text: () => wgsl`
${comment('Does the pixel lie in the box of its picture? Not where the first hash of the picture is above the limit.')}
fn in_cutout(seed: u32, stream: u32, at: u32, limit: u32, height: u32, width: u32, box: vec2i) -> bool {
  let index = 3u * (at / (height * width));
  let top = i32(((hash32(seed, stream, index + 1u) >> 16u) * height) >> 16u) - box.x / 2;
  let left = i32(((hash32(seed, stream, index + 2u) >> 16u) * width) >> 16u) - box.y / 2;
  let d = vec2i(i32(at / width % height) - top, i32(at % width) - left);
  return hash32(seed, stream, index) <= limit && all(d >= vec2i(0)) && all(d < box);
}`,
  },
  erf_of: {
    text: () => wgsl`
${comment('The error function, to 1e-7 (polynomials by N. Juffa, 2018).')}
fn erf_of(x: T) -> T {
  let t = min(abs(x), T(4.0));
  let q = t * t;
  let near = t + t * (${horner('q', ERF.near)});
  let far = 1.0 - exp(t * (${horner('t', ERF.far)}) - t);
  return sign(x) * select(far, near, t < T(${f32(ERF.border)}));
}`,
  },
  gelu_dx_of: {
    calls: ['erf_of'],
    text: () => wgsl`
fn gelu_dx_of(x: T) -> T {
  // The density is 0 beyond 13, where x^2 may overflow.
  let c = clamp(x, T(-13.0), T(13.0));
  return 0.5 + 0.5 * erf_of(x * ${f32(Math.SQRT1_2)}) + c * exp(-0.5 * c * c) * ${f32(1 / Math.sqrt(2 * Math.PI))};
}`,
  },
  gelu_tanh_u: {
    text: () => wgsl`
fn gelu_tanh_u(x: T) -> T {
  // tanh is 1 from 9 on, and x^3 may overflow.
  let c = clamp(x, T(-9.0), T(9.0));
  return tanh(clamp(${f32(Math.sqrt(2 / Math.PI))} * c * (1.0 + 0.044715 * c * c), T(-15.0), T(15.0)));
}`,
  },
  gelu_tanh_dx_of: {
    calls: ['gelu_tanh_u'],
    text: () => wgsl`
fn gelu_tanh_dx_of(x: T) -> T {
  let c = clamp(x, T(-9.0), T(9.0));
  let u = gelu_tanh_u(x);
  return 0.5 * (1.0 + u + c * (1.0 - u * u) * ${f32(Math.sqrt(2 / Math.PI))} * (1.0 + 0.134145 * c * c));
}`,
  },
  sigmoid_of: {
    text: () => wgsl`
fn sigmoid_of(x: T) -> T {
  let u = exp(-abs(x));
  return select(u, T(1.0), x >= T(0.0)) / (1.0 + u);
}`,
  },
  silu_dx_of: {
    calls: ['sigmoid_of'],
    text: () => wgsl`
fn silu_dx_of(x: T) -> T {
  return sigmoid_of(x) * (1.0 + x * sigmoid_of(-x));
}`,
  },
  softplus_of: {
    text: () => wgsl`
${comment('max(x, 0) + log(1 + u): log(1 + u) = 2 artanh(u / (2 + u)), whose series is exact where 1 + u would round.')}
fn softplus_of(x: T) -> T {
  let u = exp(-abs(x));
  let s = u / (2.0 + u);
  let q = s * s;
  return max(x, T(0.0)) + 2.0 * s * (${horner(
    'q',
    [15, 13, 11, 9, 7, 5, 3, 1].map((n) => 1 / n),
  )});
}`,
  },
  mish_t: {
    text: () => wgsl`
${comment('tanh(log(1 + exp(x))) = n / (n + k), with n and k multiplied by exp(-2x) where x > 0; and k / (n + k).')}
fn mish_t(x: T) -> T {
  let u = exp(-abs(x));
  let n = select(u * (u + 2.0), 1.0 + 2.0 * u, x >= T(0.0));
  return n / (n + select(T(2.0), 2.0 * u * u, x >= T(0.0)));
}`,
  },
  mish_dx_of: {
    calls: ['sigmoid_of'],
    text: () => wgsl`
fn mish_dx_of(x: T) -> T {
  let u = exp(-abs(x));
  let n = select(u * (u + 2.0), 1.0 + 2.0 * u, x >= T(0.0));
  let k = select(T(2.0), 2.0 * u * u, x >= T(0.0));
  let t = n / (n + k);
  // 1 - t^2 = (1 - t) (1 + t), without the rounding of 1 - t.
  return t + x * (k / (n + k)) * (1.0 + t) * sigmoid_of(x);
}`,
  },
} as const satisfies Readonly<Record<string, FunctionText>>;

/** The texts of some functions and of those they call, each once, in the order of the table. */
export function functionTexts(names: Iterable<FunctionName>, width: 1 | 4): readonly Wgsl[] {
  const needed = new Set<string>();
  const visit = (name: string): void => {
    needed.add(name);
    const { calls = [] } = functions[name as FunctionName] as FunctionText;
    calls.forEach(visit);
  };
  for (const name of names) visit(name);
  return (Object.keys(functions) as FunctionName[])
    .filter((name) => needed.has(name))
    .map((name) => (functions[name] as FunctionText).text(width));
}

/** Names that no value in a kernel may have. */
export const functionNames: readonly string[] = [...Object.keys(functions), 'channel_index'];
