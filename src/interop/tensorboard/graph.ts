// The layers of a network as a GraphDef, so that TensorBoard's graph tab shows them with their shapes.
import { create, toBinary } from '@bufbuild/protobuf';
import { nearestOutputs } from '../../graphics/index.ts';
import { isOp, type Node } from '../../ir/index.ts';
import type { LayerInfo } from '../../passes/lower-ast.ts';
import { type AttrValue, AttrValueSchema } from './schema/attr_value_pb.js';
import { GraphDefSchema } from './schema/graph_pb.js';
import { type NodeDef, NodeDefSchema } from './schema/node_def_pb.js';
import { type TensorShapeProto, TensorShapeProtoSchema } from './schema/tensor_shape_pb.js';
import { DataType } from './schema/types_pb.js';

/** Scopes are parted by slashes in TensorBoard: `residual1.conv1` stands in the box `residual1`. */
export const scoped = (name: string): string => name.replaceAll('.', '/');

const dim = (size: number) => ({
  $typeName: 'tensorboard.TensorShapeProto.Dim' as const,
  size: BigInt(size),
  name: '',
});

const shapeProto = (shape: readonly number[]): TensorShapeProto =>
  create(TensorShapeProtoSchema, { dim: shape.map(dim) });

/** Attributes that TensorBoard reads: type, and the shapes that stand at the edges. */
function attributes(shape: readonly number[]): Record<string, AttrValue> {
  const list = { $typeName: 'tensorboard.AttrValue.ListValue' as const, shape: [shapeProto(shape)] };
  return {
    dtype: create(AttrValueSchema, { value: { case: 'type', value: DataType.DT_FLOAT } }),
    _output_shapes: create(AttrValueSchema, {
      value: { case: 'list', value: { ...list, s: [], i: [], f: [], b: [], type: [], tensor: [], func: [] } },
    }),
  };
}

const node = (name: string, op: string, input: readonly string[], shape: readonly number[], more = {}): NodeDef =>
  create(NodeDefSchema, { name: scoped(name), op, input: input.map(scoped), attr: { ...attributes(shape), ...more } });

/** What the line of a layer says, so that its numbers are seen in the box's attributes. */
const said = ({ span: { source, start, end } }: LayerInfo): Record<string, AttrValue> => {
  const words = new TextEncoder().encode(source.text.slice(start, end).trim());
  return { line: create(AttrValueSchema, { value: { case: 's', value: words } }) };
};

/**
 * A node for each layer (its op is the word of the language), and one for each of its parameters. Shapes are of one picture:
 * the batch is -1, as TensorFlow writes what is not known.
 */
export function graphDef(layers: readonly LayerInfo[]): Uint8Array<ArrayBuffer> {
  const outputs = new Map<Node, string>();
  for (const { output, name } of layers) if (!outputs.has(output)) outputs.set(output, name);
  const nodes = layers.flatMap((layer) => {
    const { output, name, op } = layer;
    const own = outputs.get(output) === name;
    const before = own ? nearestOutputs(output, outputs) : [outputs.get(output) as string];
    const parameters = layer.parameters.filter((p) => isOp(p, 'parameter'));
    const shape = [-1, ...output.type.shape.slice(1)];
    const inputs = [...(op === 'input' ? [] : before), ...parameters.map((p) => p.id)];
    return [
      ...parameters.map((p) => node(p.id, 'parameter', [], p.type.shape)),
      node(name, op, inputs, shape, op === 'input' ? {} : said(layer)),
    ];
  });
  return toBinary(GraphDefSchema, create(GraphDefSchema, { node: nodes, versions: { producer: 22 } }));
}
