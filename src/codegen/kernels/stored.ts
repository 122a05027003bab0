// Weights that are stored in fewer bits: a function that makes floats of them as a kernel loads them. WGSL that every device
// has: neither the feature shader-f16 nor the language extension of packed integers is needed.
import { isOp, type Node, sizeOf, storageOf } from '../../ir/index.ts';
import { asFloats, type Bindings } from '../kernel.ts';
import { comment, nothing, type Wgsl, wgsl } from '../wgsl.ts';
import { accessOf } from './index-map.ts';

/**
 * `fn NAME(i: i32)`, which returns element i (width 1) or the i-th four of elements (width 4) as floats. Undefined for what is
 * stored as floats. Whole numbers of 8 bits lie four to a word, the first in the lowest bits; halves two to a word.
 */
export function storedLoad(b: Bindings, name: Wgsl, node: Node, width: 1 | 4): Wgsl | undefined {
  const stored = isOp(node, 'parameter') ? node.attrs.stored : undefined;
  if (stored === undefined) return undefined;
  const count = sizeOf(node.type.shape);
  const bound = { kind: 'node', node } as const;
  if (stored === 'f16') {
    if (width === 1) {
      const words = b.other(node.id, bound, 'u32', Math.ceil(count / 2), 'read');
      return wgsl`
${comment('Element i, from halves.')}
fn ${name}(i: i32) -> f32 { return unpack2x16float(${words}[i / 2])[i % 2]; }`;
    }
    const pairs = b.other(node.id, bound, 'vec2u', count / 4, 'read');
    return wgsl`
${comment('Elements 4i to 4i + 3, from halves.')}
fn ${name}(i: i32) -> vec4f { let w = ${pairs}[i]; return vec4f(unpack2x16float(w.x), unpack2x16float(w.y)); }`;
  }
  const words = b.other(node.id, bound, 'u32', Math.ceil(count / 4), 'read');
  return width === 1
    ? wgsl`
${comment('Element i, from whole numbers of 8 bits.')}
fn ${name}(i: i32) -> f32 { return f32(extractBits(bitcast<i32>(${words}[i / 4]), u32(i % 4) * 8, 8)); }`
    : wgsl`
${comment('Elements 4i to 4i + 3, from whole numbers of 8 bits.')}
fn ${name}(i: i32) -> vec4f { return vec4f(bitcast<vec4i>(vec4u(${words}[i]) << vec4u(24, 16, 8, 0)) >> vec4u(24)); }`;
}

/** How elements of an operand, or fours of them, are read, and the functions for it: from a buffer of floats, or by `load_b`. */
export function readWeights(
  b: Bindings,
  node: Node,
  width: 1 | 4,
): { readonly functions: Wgsl; readonly at: (index: Wgsl) => Wgsl } {
  const storage = storageOf(node);
  const functions = storedLoad(b, wgsl`load_b`, storage, width);
  if (functions) return { functions: wgsl`\n${functions}`, at: (index) => wgsl`load_b(${index})` };
  const name = b.use(storage, width === 4 ? 'vec4f' : 'f32', accessOf(storage));
  return { functions: nothing, at: (index) => asFloats(storage, wgsl`${name}[${index}]`, width) };
}
