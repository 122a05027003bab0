// Builds graphs: runs the shape rule of each node, names it, and keeps the order of creation.
import type { OpAttrs, OpName } from './attrs.ts';
import type { OpDef } from './op.ts';
import { ops } from './ops/index.ts';
import type { StepField } from './plan-types.ts';
import type { Effect, Graph, LayerRef, Node } from './types.ts';
import { isOp, showShape } from './types.ts';

export interface Builder {
  /** Adds a node named after `name`; a second use of a name gets a suffix that says what it is. */
  emit<K extends OpName>(op: K, inputs: readonly Node[], attrs: OpAttrs[K], name: string): Node<K>;
  /** A scalar constant. */
  scalar(value: number): Node;
  /** A number of the step; the same node for the same name. */
  step(field: StepField): Node;
  effect(effect: Effect): void;
  /** Nodes emitted from here on come from this layer. */
  at(layer: LayerRef | undefined): void;
  finish(name: string): Graph;
}

/** The definition of an operation, with its attributes' type. */
export const opDef = <K extends OpName>(op: K): OpDef<K> => ops[op] as unknown as OpDef<K>;

/** A builder; `from` continues a graph (its nodes and effects are kept). */
export function builder(from?: Graph): Builder {
  const nodes: Node[] = from ? [...from.nodes] : [];
  const effects: Effect[] = from ? [...from.effects] : [];
  const names = new Set(nodes.map((n) => n.id));
  const scalars = new Map<number, Node>();
  const steps = new Map<string, Node>();
  const noteStep = (node: Node): void => {
    if (isOp(node, 'step') && !steps.has(node.attrs.field.name))
      steps.set(node.attrs.field.name, node as unknown as Node);
  };
  nodes.forEach(noteStep);
  /** By name: the smallest suffix that may be free. */
  const suffixes = new Map<string, number>();
  let layer: LayerRef | undefined;

  const unique = (name: string): string => {
    let id = name;
    let i = suffixes.get(name) ?? 2;
    for (; names.has(id); i++) id = `${name}.${i}`;
    if (id !== name) suffixes.set(name, i);
    names.add(id);
    return id;
  };
  const self: Builder = {
    emit<K extends OpName>(op: K, inputs: readonly Node[], attrs: OpAttrs[K], name: string): Node<K> {
      const def = opDef(op);
      if (def.inputs !== 'many' && inputs.length !== def.inputs.length)
        throw new Error(`${op} takes ${def.inputs.length} inputs, not ${inputs.length}`);
      const type = def.infer(
        inputs.map((n) => n.type),
        attrs,
      );
      if (typeof type === 'string') {
        throw new Error(`ill-typed ${op}(${inputs.map((n) => showShape(n.type.shape)).join(', ')}): ${type}`);
      }
      const node: Node<K> = { id: unique(name), op, inputs, attrs, type, ...(layer ? { layer } : {}) };
      nodes.push(node as unknown as Node);
      noteStep(node as unknown as Node);
      return node;
    },
    scalar(value: number): Node {
      const known = scalars.get(value);
      if (known) return known;
      const saved = layer;
      layer = undefined;
      const node = self.emit('constant', [], { shape: [], values: [value] }, `c${value}`) as unknown as Node;
      layer = saved;
      scalars.set(value, node);
      return node;
    },
    step(field: StepField): Node {
      const known = steps.get(field.name);
      if (known) return known;
      const saved = layer;
      layer = undefined;
      const node = self.emit('step', [], { field }, field.name) as unknown as Node;
      layer = saved;
      return node;
    },
    effect: (effect) => void effects.push(effect),
    at: (ref) => {
      layer = ref;
    },
    finish: (name) => ({ name, nodes, effects }),
  };
  return self;
}
