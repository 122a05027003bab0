// The bytes of an ONNX file, by the published schema: nodes, initializers and ports as plain data become messages.
import { create, toBinary } from '@bufbuild/protobuf';
import {
  AttributeProtoSchema,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  GraphProtoSchema,
  ModelProtoSchema,
  NodeProtoSchema,
  OperatorSetIdProtoSchema,
  StringStringEntryProtoSchema,
  TensorProtoSchema,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
} from '../schema/onnx_pb.js';

/** Whole numbers, lists of them and texts as they are; other numbers say that they are. */
export type Attribute = number | readonly number[] | string | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute>>;

/** Sizes; a text is symbolic. */
export type Dims = readonly (number | string)[];

export interface FileNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes: Attributes;
  readonly doc: string;
}

/** Whole numbers are int64, others float. */
export interface FileTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

export interface FilePort {
  readonly name: string;
  readonly dims: Dims;
  readonly doc?: string;
}

export interface FileModel {
  readonly name: string;
  readonly doc: string;
  readonly opset: number;
  readonly producerVersion: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly nodes: readonly FileNode[];
  readonly tensors: readonly FileTensor[];
  readonly inputs: readonly FilePort[];
  readonly outputs: readonly FilePort[];
  /** Values between the nodes, for viewers that show sizes. */
  readonly values: readonly FilePort[];
}

/** The version of the file format that came with an operator set (Versioning.md of ONNX). */
const irVersion = (opset: number): bigint => (opset >= 21 ? 10n : opset >= 19 ? 9n : 8n);

function attributeProto(name: string, value: Attribute) {
  if (typeof value === 'string')
    return create(AttributeProtoSchema, { name, type: AttributeType.STRING, s: new TextEncoder().encode(value) });
  if (typeof value === 'number')
    return create(AttributeProtoSchema, { name, type: AttributeType.INT, i: BigInt(value) });
  if ('float' in value) return create(AttributeProtoSchema, { name, type: AttributeType.FLOAT, f: value.float });
  return create(AttributeProtoSchema, { name, type: AttributeType.INTS, ints: value.map(BigInt) });
}

/** The numbers lie in the file as little-endian bytes, as in memory on every platform that Node runs on. */
const tensorProto = ({ name, dims, values }: FileTensor) =>
  create(TensorProtoSchema, {
    name,
    dims: dims.map(BigInt),
    dataType: values instanceof Float32Array ? DataType.FLOAT : DataType.INT64,
    rawData: new Uint8Array(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength),
  });

function portProto({ name, dims, doc = '' }: FilePort) {
  const dim = dims.map((d) =>
    create(TensorShapeProto_DimensionSchema, {
      value: typeof d === 'string' ? { case: 'dimParam', value: d } : { case: 'dimValue', value: BigInt(d) },
    }),
  );
  const tensor = create(TypeProto_TensorSchema, {
    elemType: DataType.FLOAT,
    shape: create(TensorShapeProtoSchema, { dim }),
  });
  const type = create(TypeProtoSchema, { value: { case: 'tensorType', value: tensor } });
  return create(ValueInfoProtoSchema, { name, type, docString: doc });
}

/** Equal models give equal bytes. */
export function modelBytes(model: FileModel): Uint8Array {
  const graph = create(GraphProtoSchema, {
    name: model.name,
    docString: model.doc,
    node: model.nodes.map((n) =>
      create(NodeProtoSchema, {
        name: n.name,
        opType: n.op,
        input: [...n.inputs],
        output: [n.output],
        attribute: Object.entries(n.attributes).map(([name, value]) => attributeProto(name, value)),
        docString: n.doc,
      }),
    ),
    initializer: model.tensors.map(tensorProto),
    input: model.inputs.map(portProto),
    output: model.outputs.map(portProto),
    valueInfo: model.values.map(portProto),
  });
  const proto = create(ModelProtoSchema, {
    irVersion: irVersion(model.opset),
    producerName: 'cnnc',
    producerVersion: model.producerVersion,
    docString: model.doc,
    opsetImport: [create(OperatorSetIdProtoSchema, { domain: '', version: BigInt(model.opset) })],
    metadataProps: Object.entries(model.metadata).map(([key, value]) =>
      create(StringStringEntryProtoSchema, { key, value }),
    ),
    graph,
  });
  return toBinary(ModelProtoSchema, proto);
}
