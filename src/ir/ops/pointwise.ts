// What all elementwise operations share: shapes broadcast, and one function of numbers is the whole reference.
import type { OpAttrs, OpName } from '../attrs.ts';
import { broadcastIndex, broadcastShapes, repeatedAxes } from '../broadcast.ts';
import type { Builder } from '../builder.ts';
import { emit } from '../emit.ts';
import { f32, type OpDef } from '../op.ts';
import { type Node, sameShape, sizeOf } from '../types.ts';

interface Pointwise<K extends OpName, Of> {
  readonly name: K;
  readonly doc: string;
  readonly inputs: readonly string[];
  readonly of: Of;
  readonly vjp: OpDef<K>['vjp'];
}
type Numbers = (...values: number[]) => number;

/** Defines an elementwise operation. */
export const pointwise = <K extends OpName>(def: Pointwise<K, Numbers>): OpDef<K> =>
  pointwiseWith({ ...def, of: () => def.of });

/** Defines an elementwise operation whose function depends on its attributes. */
export function pointwiseWith<K extends OpName>(def: Pointwise<K, (attrs: OpAttrs[K]) => Numbers>): OpDef<K> {
  return {
    name: def.name,
    doc: def.doc,
    inputs: def.inputs,
    pointwise: true,
    infer: (inputs) => {
      const shape = broadcastShapes(inputs.map((t) => t.shape));
      return typeof shape === 'string' ? shape : f32(shape);
    },
    reference: (inputs, attrs, type) => {
      const of = def.of(attrs);
      const at = inputs.map((t) => broadcastIndex(t.shape, type.shape));
      const out = new Float64Array(sizeOf(type.shape));
      const values = new Array<number>(inputs.length);
      for (let i = 0; i < out.length; i++) {
        for (let k = 0; k < values.length; k++) values[k] = inputs[k]!.data[at[k]!(i)] as number;
        out[i] = of(...values);
      }
      return out;
    },
    vjp: def.vjp,
  };
}

/** Sums a gradient over the axes along which its operand was repeated. */
export function unbroadcast(b: Builder, gradient: Node, operand: Node, name: string): Node {
  const { shape } = operand.type;
  if (sameShape(gradient.type.shape, shape)) return gradient;
  const axes = repeatedAxes(shape, gradient.type.shape);
  const summed = axes.length === 0 ? gradient : emit(b, 'sum', [gradient], { axes }, name);
  return sameShape(summed.type.shape, shape) ? summed : emit(b, 'reshape', [summed], { shape }, `${name}.shape`);
}
