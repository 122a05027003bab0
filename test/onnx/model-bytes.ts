// Bytes of small ONNX models, made with the published schema.
import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  TensorProtoSchema,
  ValueInfoProtoSchema,
} from '../../src/interop/onnx/schema/onnx_pb.js';
import type { Case, Given } from './operator-cases.ts';

type Attribute = Case['attributes'][string];

function attribute(name: string, value: Attribute) {
  if (typeof value === 'string')
    return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) });
  if (typeof value === 'number')
    return Number.isInteger(value)
      ? create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) })
      : create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value });
  if ('floats' in value)
    return create(AttributeProtoSchema, { name, type: AttributeType.FLOATS, floats: value.floats });
  if ('float' in value) return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float });
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.ints.map(BigInt) });
}

export const tensor = (name: string, { dims, whole, values }: Given) =>
  create(TensorProtoSchema, {
    name,
    dims: dims.map(BigInt),
    dataType: whole ? DataType.INT64 : DataType.FLOAT,
    ...(whole ? { int64Data: values.map(BigInt) } : { floatData: values as number[] }),
  });

/** A graph: its inputs with sizes (texts are symbolic), numbers of the file, nodes and outputs. */
export interface GraphGiven {
  readonly opset: number;
  readonly nodes: readonly {
    readonly op: string;
    readonly name?: string;
    readonly inputs: readonly string[];
    readonly outputs: readonly string[];
    readonly attributes?: Case['attributes'] | undefined;
  }[];
  readonly inputs: readonly { readonly name: string; readonly dims?: readonly (number | string)[] }[];
  readonly weights: Readonly<Record<string, Given>>;
  readonly outputs: readonly string[];
}

const dimension = (d: number | string) => ({
  value:
    typeof d === 'number' ? { case: 'dimValue' as const, value: BigInt(d) } : { case: 'dimParam' as const, value: d },
});

/** The bytes of a model. */
export const modelBytes = ({ opset, nodes, inputs, weights, outputs }: GraphGiven): Uint8Array =>
  toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(opset) })],
      graph: create(GraphProtoSchema, {
        name: 'test',
        node: nodes.map((n) =>
          create(NodeProtoSchema, {
            opType: n.op,
            name: n.name ?? '',
            input: [...n.inputs],
            output: [...n.outputs],
            attribute: Object.entries(n.attributes ?? {}).map(([name, value]) => attribute(name, value)),
          }),
        ),
        initializer: Object.entries(weights).map(([name, v]) => tensor(name, v)),
        input: inputs.map(({ name, dims }) =>
          create(ValueInfoProtoSchema, {
            name,
            ...(dims
              ? {
                  type: {
                    value: {
                      case: 'tensorType',
                      value: { elemType: DataType.FLOAT, shape: { dim: dims.map(dimension) } },
                    },
                  },
                }
              : {}),
          }),
        ),
        output: outputs.map((name) => create(ValueInfoProtoSchema, { name })),
      }),
    }),
  );

/** The bytes of a model of one node (or several); its first inputs come from outside, those with `file` lie in it. */
export function bytes(one: Case): Uint8Array {
  const names = one.inputs.map((v, i) => (v === null ? '' : `x${i}`));
  const outputs = one.expected.map((_, i) => `y${i}`);
  return modelBytes({
    opset: one.opset,
    nodes: one.nodes ?? [{ op: one.op, inputs: names, outputs, attributes: one.attributes }],
    inputs: one.inputs.flatMap((v, i) => (v && !v.file ? [{ name: `x${i}` }] : [])),
    weights: Object.fromEntries(one.inputs.flatMap((v, i) => (v?.file ? [[`x${i}`, v] as const] : []))),
    outputs,
  });
}

/** The bytes of a file with one tensor. */
export const tensorBytes = (name: string, given: Given): Uint8Array => toBinary(TensorProtoSchema, tensor(name, given));
