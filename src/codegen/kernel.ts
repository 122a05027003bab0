// What a kernel is before it has a place in a plan: its text, what it binds, and how many workgroups it takes.
import type { Access, StepField } from '../../runtime/plan.ts';
import { type Node, sizeOf } from '../ir/index.ts';
import { comment, ident, nothing, size, u32, type Wgsl, wgsl } from './wgsl.ts';

/** What a binding shows: the value of a node, or a block that the planner knows. */
export type Bound =
  | { readonly kind: 'node'; readonly node: Node }
  | {
      readonly kind: 'block';
      readonly block: 'parameters' | 'gradients' | 'slot';
      readonly update: number;
      readonly slot: number;
    }
  /** From the first to the last of values that lie close together. */
  | { readonly kind: 'span'; readonly nodes: readonly Node[] }
  | { readonly kind: 'buffer'; readonly buffer: 'pictures' | 'labels' | 'order' | 'metrics' | 'step' };

export interface Kernel {
  readonly name: string;
  readonly wgsl: string;
  readonly bindings: readonly { readonly bound: Bound; readonly access: Access }[];
  readonly groups: readonly [number, number, number];
}

export type Element = 'f32' | 'vec4f' | 'u32' | 'vec2u' | 'texture';

/** An element (or four) of a bound value as floats: halves are widened, which is exact. */
export const asFloats = (node: Node, value: Wgsl, width: 1 | 4): Wgsl =>
  node.type.dtype === 'f16' ? wgsl`${{ wgsl: width === 4 ? 'vec4f' : 'f32' }}(${value})` : value;

/** Floats as the elements of a bound value: the nearest halves where it holds halves. */
export const asStored = (node: Node, value: Wgsl, width: 1 | 4): Wgsl =>
  node.type.dtype === 'f16' ? wgsl`${{ wgsl: width === 4 ? 'vec4h' : 'f16' }}(${value})` : value;

/** How the elements of a binding are declared: values in half precision as halves. */
const declared = ({ bound, element }: { readonly bound: Bound; readonly element: Element }): string =>
  bound.kind !== 'node' || bound.node.type.dtype !== 'f16' ? element : element === 'vec4f' ? 'vec4h' : 'f16';

/** The bindings of one kernel while its text is written. */
export interface Bindings {
  /** Binds a value and returns its name; the second call for a value returns the first name. */
  use(node: Node, element: Element, access: 'read' | 'read_write'): Wgsl;
  /** Binds something else. `elements` 0 leaves the length to the runtime. */
  other(name: string, bound: Bound, element: Element, elements: number, access: 'read' | 'read_write'): Wgsl;
  /** Binds a value as a texture of fours; the plan copies it there before the kernel runs. */
  texture(name: string, node: Node): Wgsl;
  /** A number of the step: `step.lr`. */
  step(field: StepField): Wgsl;
  /** How the elements of a bound value are declared. */
  elementOf(node: Node): Element;
  /** The declarations, once the text is complete. */
  declare(): Wgsl;
  list(): Kernel['bindings'];
}

/**
 * `stepFields` is the layout of the step uniform, shared by all kernels of a plan. Of two values `inPlace` that lie at the same
 * place, one binding shows both: no bytes may be bound to be read and to be written at once.
 */
export function bindings(
  stepFields: readonly StepField[],
  inPlace?: { readonly output: Node; readonly operand: Node },
): Bindings {
  const entries: { name: Wgsl; bound: Bound; element: Element; elements: number; access: Access }[] = [];
  const byNode = new Map<Node, (typeof entries)[number]>();
  const names = new Set<string>();
  let usesStep = false;
  const unique = (name: string): Wgsl => {
    let id = ident(name);
    for (let i = 2; names.has(id.wgsl); i++) id = ident(`${name}_${i}`);
    names.add(id.wgsl);
    return id;
  };
  const put = (
    name: string,
    bound: Bound,
    element: Element,
    elements: number,
    access: Access,
  ): (typeof entries)[number] => {
    const entry = { name: unique(name), bound, element, elements, access };
    entries.push(entry);
    return entry;
  };
  return {
    use(asked, element, wanted) {
      const shared = inPlace !== undefined && (asked === inPlace.operand || asked === inPlace.output);
      const [node, access] = shared ? [inPlace.output, 'read_write' as const] : [asked, wanted];
      const known = byNode.get(node);
      if (known) return known.name;
      const entry = put(
        node.id,
        { kind: 'node', node },
        element,
        sizeOf(node.type.shape) / (element === 'vec4f' ? 4 : 1),
        access,
      );
      byNode.set(node, entry);
      return entry.name;
    },
    other: (name, bound, element, elements, access) => put(name, bound, element, elements, access).name,
    texture: (name, node) =>
      put(name, { kind: 'node', node }, 'texture', 0, node.type.dtype === 'f16' ? 'texture16' : 'texture').name,
    step(field) {
      usesStep = true;
      return { wgsl: `step.${field.name}` };
    },
    elementOf: (node) => byNode.get(node === inPlace?.operand ? inPlace.output : node)?.element ?? 'f32',
    declare() {
      const storage = entries.map((e, i) =>
        e.element === 'texture'
          ? wgsl`@group(0) @binding(${size(i)}) var ${e.name}: texture_storage_2d<${{ wgsl: e.access === 'texture16' ? 'rgba16float' : 'rgba32float' }}, read>;`
          : wgsl`@group(0) @binding(${size(i)}) var<storage, ${{ wgsl: e.access }}> ${e.name}: array<${{ wgsl: declared(e) }}${e.elements === 0 ? nothing : wgsl`, ${size(e.elements)}`}>;`,
      );
      if (!usesStep) return { wgsl: storage.map((s) => s.wgsl).join('\n') };
      const fields = stepFields.map((f) => wgsl`  ${{ wgsl: f.name }}: ${{ wgsl: f.type }},`);
      return wgsl`${storage}
struct Step {
${fields}
}
@group(0) @binding(${size(entries.length)}) var<uniform> step: Step;`;
    },
    list() {
      const all: Kernel['bindings'][number][] = entries.map(({ bound, access }) => ({ bound, access }));
      return usesStep ? [...all, { bound: { kind: 'buffer', buffer: 'step' }, access: 'step' }] : all;
    },
  };
}

/** Workgroups for `count` of them, folded into y beyond the limit of one dimension (65535 on every adapter). */
export function spread(count: number): readonly [number, number, number] {
  const limit = 65535;
  if (count <= limit) return [Math.max(1, count), 1, 1];
  const rows = Math.ceil(count / limit);
  return [Math.ceil(count / rows), rows, 1];
}

/** The index of an invocation over `spread` workgroups of `width` invocations. */
export function flatIndex(groups: readonly [number, number, number], width: number): Wgsl {
  return groups[1] === 1 ? { wgsl: 'id.x' } : wgsl`id.x + id.y * ${u32(groups[0] * width)}`;
}

/** Lines of main: `t`, which of `count` workgroups this one is, spread over `groups`; those beyond the last return. */
export function workgroupNumber(groups: readonly [number, number, number], count: number): Wgsl {
  const line = wgsl`let t = i32(${groups[1] === 1 ? wgsl`tile.x` : wgsl`tile.x + tile.y * ${u32(groups[0])}`});`;
  return groups[0] * groups[1] === count ? line : wgsl`${line}\nif (t >= ${size(count)}) { return; }`;
}

/** The comment above a kernel: what it computes, and the line of the model it comes from. */
export function heading(what: string, nodes: readonly Node[]): Wgsl {
  const layer = nodes.find((n) => n.layer)?.layer;
  if (!layer) return comment(what);
  const text = layer.span.source.text;
  const line = text.slice(0, layer.span.start).split('\n').length;
  const source = text.slice(layer.span.start, layer.span.end);
  return { wgsl: `${comment(what).wgsl}\n${comment(`line ${line}: ${source}`).wgsl}` };
}
