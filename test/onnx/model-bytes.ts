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

/** The bytes of a model of one node (or several); its first inputs come from outside, those with `file` lie in it. */
export function bytes(one: Case): Uint8Array {
  const names = one.inputs.map((v, i) => (v === null ? '' : `x${i}`));
  const outputs = one.expected.map((_, i) => `y${i}`);
  const nodes = one.nodes ?? [{ op: one.op, inputs: names, outputs, attributes: one.attributes }];
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: 8n,
      opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(one.opset) })],
      graph: create(GraphProtoSchema, {
        name: 'test',
        node: nodes.map((n) =>
          create(NodeProtoSchema, {
            opType: n.op,
            input: [...n.inputs],
            output: [...n.outputs],
            attribute: Object.entries(n.attributes ?? {}).map(([name, value]) => attribute(name, value)),
          }),
        ),
        initializer: one.inputs.flatMap((v, i) => (v?.file ? [tensor(`x${i}`, v)] : [])),
        input: one.inputs.flatMap((v, i) => (v && !v.file ? [create(ValueInfoProtoSchema, { name: `x${i}` })] : [])),
        output: outputs.map((name) => create(ValueInfoProtoSchema, { name })),
      }),
    }),
  );
}

/** The bytes of a file with one tensor. */
export const tensorBytes = (name: string, given: Given): Uint8Array => toBinary(TensorProtoSchema, tensor(name, given));
