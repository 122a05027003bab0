// The template tag for kernels: holes take typed pieces of WGSL only, never bare strings, and keep the indentation.

/** A piece of WGSL text. */
export interface Wgsl {
  readonly wgsl: string;
}

type Hole = Wgsl | readonly Wgsl[];

/** wgsl`let i = ${u32(3)};` Lines of a hole that stands alone on its line are indented as the hole is; an empty one vanishes. */
export function wgsl(strings: TemplateStringsArray, ...holes: readonly Hole[]): Wgsl {
  const parts: string[] = [];
  /** What stands on the last line so far: few holes ask for it. */
  const line = (): string => {
    let text = '';
    for (let i = parts.length - 1; i >= 0; i--) {
      const part = parts[i] as string;
      const end = part.lastIndexOf('\n');
      text = (end === -1 ? part : part.slice(end + 1)) + text;
      if (end !== -1) break;
    }
    return text;
  };
  strings.forEach((part, i) => {
    if (part !== '') parts.push(part);
    const hole = holes[i];
    if (hole === undefined) return;
    const piece = 'wgsl' in hole ? hole.wgsl : hole.map((h) => h.wgsl).join('\n');
    if (piece === '') {
      const before = (strings[i + 1] ?? '').startsWith('\n') ? line() : 'x';
      if (before.trim() !== '') return;
      cut(parts, before.length);
      parts.push('\0');
    } else parts.push(piece.includes('\n') ? piece.replaceAll('\n', `\n${/^\s*/.exec(line())?.[0] ?? ''}`) : piece);
  });
  const text = parts.join('');
  return { wgsl: text.includes('\0') ? text.replace(/\0\n?/g, '') : text };
}

/** Takes this many characters away at the end. */
function cut(parts: string[], count: number): void {
  let left = count;
  while (left > 0) {
    const last = parts.pop() as string;
    if (last.length > left) parts.push(last.slice(0, last.length - left));
    left -= last.length;
  }
}

/** A whole kernel: removes the common indentation of the template and the space around it. */
export function kernelText(piece: Wgsl): string {
  const lines = piece.wgsl
    .replace(/\n(\s*\n){2,}/g, '\n\n')
    .replace(/\{\n\s*\n/g, '{\n')
    .replace(/^\n+|\s+$/g, '')
    .split('\n')
    .map((l) => l.trimEnd());
  const indent = Math.min(...lines.filter((l) => l !== '').map((l) => l.length - l.trimStart().length));
  return `${lines.map((l) => l.slice(indent)).join('\n')}\n`;
}

/** A whole number: `3u`. */
export function u32(n: number): Wgsl {
  if (!Number.isInteger(n) || n < 0 || n > 0xffffffff) throw new Error(`${n} is not a u32`);
  return { wgsl: `${n}u` };
}

/** A whole number without a suffix, for sizes of types and attributes. */
export function size(n: number): Wgsl {
  if (!Number.isInteger(n) || n < 0) throw new Error(`${n} is not a size`);
  return { wgsl: String(n) };
}

/** A signed number: `-2`. */
export function i32(n: number): Wgsl {
  if (!Number.isInteger(n)) throw new Error(`${n} is not an i32`);
  return { wgsl: String(n) };
}

const LARGEST = 3.4028234663852886e38;

/** A float, as the nearest f32: `0.1`, `1e-8`, `2.0`. Infinities become the largest f32. */
export function f32(x: number): Wgsl {
  if (Number.isNaN(x)) throw new Error('NaN has no literal');
  const value = Math.max(-LARGEST, Math.min(LARGEST, x));
  const text = String(value);
  return { wgsl: /[.e]/.test(text) ? text : `${text}.0` };
}

/** A name made of a node's id: letters, digits and underscores, never a word of WGSL. */
export function ident(name: string): Wgsl {
  const safe = name
    .replace(/[^A-Za-z0-9_]/g, '_')
    .replace(/__+/g, '_')
    .replace(/_$/, '');
  return { wgsl: reserved.has(safe) || local.test(safe) ? `${safe}_` : /^[A-Za-z]/.test(safe) ? safe : `n_${safe}` };
}

/** `of(0)` to `of(count - 1)`. */
export const list = <T>(count: number, of: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => of(i));

/** Joins pieces with text between, such as ' + '. */
export const join = (pieces: readonly Wgsl[], between: ' + ' | ', ' | ' && ' | ' || ' | ' * ' | '\n' | ' '): Wgsl => ({
  wgsl: pieces.map((p) => p.wgsl).join(between),
});

/** A comment line; the text is cleaned of line ends. */
export const comment = (text: string): Wgsl => ({ wgsl: `// ${text.replace(/\s+/g, ' ')}` });

export const nothing: Wgsl = { wgsl: '' };

/** Numbered names of the kernels: acc0, c3_1, p7 ... */
const local = /^(acc|held|left|right|total|bias|column|a|b|c|d|n|o|p|q|r|s|t|v|w|x|y)\d+(_\d+){0,2}$/;

/** Keywords, reserved words, and the names that the kernels themselves use. */
const reserved = new Set(
  (
    'alias break case const const_assert continue continuing default diagnostic discard else enable false fn for if let loop override requires return struct switch true var while ' +
    'NULL Self abstract active alignas alignof as asm asm_fragment async attribute auto await become cast catch class co_await co_return co_yield coherent column_major common compile compile_fragment concept const_cast consteval constexpr constinit crate debugger decltype delete demote demote_to_helper do dynamic_cast enum explicit export extends extern external fallthrough filter final finally friend from fxgroup get goto groupshared highp impl implements import inline instanceof interface layout lowp macro macro_rules match mediump meta mod module move mut mutable namespace new nil noexcept noinline nointerpolation non_coherent noncoherent noperspective null nullptr of operator package packoffset partial pass patch pixelfragment precise precision premerge priv protected pub public readonly ref regardless register reinterpret_cast require resource restrict self set shared sizeof smooth snorm static static_assert static_cast std subroutine super target template this thread_local throw trait try type typedef typeid typename typeof union unless unorm unsafe unsized use using varying virtual volatile wgsl where with writeonly yield ' +
    'H W C CG KH KW OH OW F FG SY SX TOP LEFT DY DX M N K PH PW WH WW T U at base best bias bias_total c channel chosen column columns d e end f first g gradients hash32 sa sb finish a_at b_at k0 k_ part weight_of weight_y mirrored place_x place_y unpooled low_x low_y high_x high_y part_x part_y above below better dropout_mask i image in_window inside ix iy j k ky kx lane line load_a load_b m metrics mine n o one order ox oy p parameters part parts picture pictures pixel q r result row seed source start t tile tx ty total v value w Step class_weights other channel_mask channel_index gaussian_one gaussian_of erf_of gelu_dx_of gelu_tanh_u gelu_tanh_dx_of sigmoid_of silu_dx_of softplus_of mish_t mish_dx_of element half own place sums picture_draw in_cutout pixel_at key draw angle factor top in_group in_subgroup wide first_lane share b_four put_a put_b scratch busy block first_row first_column held of_block row_of column_of four_of Left Right Result TH TW TILES load_texel ' +
    'array atomic bool f16 f32 i32 u32 vec2 vec3 vec4 vec2f vec3f vec4f vec2u vec3u vec4u vec2i vec3i vec4i mat2x2 mat3x3 mat4x4 ptr sampler main step id lane group abs all any clamp cos dot exp floor fma log max min mix pow round select sign sin sqrt tanh cosh ceil cross distance length normalize reflect refract saturate sinh tan trunc fract modf exp2 log2 degrees radians inverseSqrt ldexp frexp determinant transpose countOneBits reverseBits'
  ).split(' '),
);
