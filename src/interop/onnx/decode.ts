// ONNX files as plain data: nodes with attributes, tensors as numbers. The schema is the published one (schema/).
import { fromBinary } from '@bufbuild/protobuf';
import * as say from '../../diagnostics/catalog/onnx.ts';
import { refuse } from '../../diagnostics/index.ts';
import {
  type AttributeProto,
  AttributeProto_AttributeType as AttributeType,
  TensorProto_DataType as DataType,
  type GraphProto,
  ModelProtoSchema,
  type TensorProto,
  TensorProto_DataLocation,
  TensorProtoSchema,
  type ValueInfoProto,
} from './schema/onnx_pb.js';

/** A tensor of a file. Whole numbers are exact up to 2^53. */
export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  /** As ONNX names it, in lower case: float, int64, bool ... */
  readonly type: string;
  readonly values: ArrayLike<number>;
}

export type OnnxAttribute =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'numbers'; readonly value: readonly number[] }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'texts'; readonly value: readonly string[] }
  | { readonly kind: 'tensor'; readonly value: OnnxTensor }
  | { readonly kind: 'other'; readonly value: string };

export interface OnnxNode {
  readonly name: string;
  readonly op: string;
  /** Empty for the operators of ONNX itself. */
  readonly domain: string;
  /** Empty texts stand for optional inputs that are left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, OnnxAttribute>;
}

export interface OnnxPort {
  readonly name: string;
  readonly type: string;
  /** Sizes; texts are symbolic. Undefined when the file does not say. */
  readonly dims: readonly (number | string)[] | undefined;
}

export interface OnnxModel {
  readonly name: string;
  readonly producer: string;
  /** Versions of the operator sets by domain; '' is ONNX itself. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  /** Graph inputs that no initializer gives. */
  readonly inputs: readonly OnnxPort[];
  readonly outputs: readonly OnnxPort[];
}

const typeName = (type: number): string => (DataType[type] ?? 'undefined').toLowerCase();

/** How the raw bytes of each type are read: bytes of an element, and the reader. */
const raw: Readonly<Record<string, readonly [number, (v: DataView, at: number) => number]>> = {
  float: [4, (v, i) => v.getFloat32(i, true)],
  double: [8, (v, i) => v.getFloat64(i, true)],
  int8: [1, (v, i) => v.getInt8(i)],
  uint8: [1, (v, i) => v.getUint8(i)],
  bool: [1, (v, i) => v.getUint8(i)],
  int16: [2, (v, i) => v.getInt16(i, true)],
  uint16: [2, (v, i) => v.getUint16(i, true)],
  int32: [4, (v, i) => v.getInt32(i, true)],
  uint32: [4, (v, i) => v.getUint32(i, true)],
  int64: [8, (v, i) => Number(v.getBigInt64(i, true))],
  uint64: [8, (v, i) => Number(v.getBigUint64(i, true))],
};

function tensorOf(t: TensorProto, file: string): OnnxTensor {
  const dims = t.dims.map(Number);
  const type = typeName(t.dataType);
  const count = dims.reduce((a, b) => a * b, 1);
  const name = t.name;
  if (t.dataLocation === TensorProto_DataLocation.EXTERNAL) refuse(say.externalData(file, name));
  const reader = raw[type];
  if (!reader) return refuse(say.tensorType(file, name, type));
  const typed: ArrayLike<number> =
    t.floatData.length > 0
      ? t.floatData
      : t.int32Data.length > 0
        ? t.int32Data
        : t.doubleData.length > 0
          ? t.doubleData
          : [...t.int64Data, ...t.uint64Data].map(Number);
  if (t.rawData.length === 0) {
    if (typed.length !== count) refuse(say.tensorLength(file, name, dims, typed.length));
    return { name, dims, type, values: typed };
  }
  const [bytes, read] = reader;
  if (t.rawData.length !== count * bytes) refuse(say.tensorLength(file, name, dims, t.rawData.length / bytes));
  const view = new DataView(t.rawData.buffer, t.rawData.byteOffset, t.rawData.byteLength);
  const values = type === 'float' ? new Float32Array(count) : new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = read(view, i * bytes);
  return { name, dims, type, values };
}

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

/** Files before IR version 4 may leave the attribute's type out: then the field that is filled tells it. */
function attributeOf(a: AttributeProto, file: string): OnnxAttribute {
  const guess =
    a.floats.length > 0
      ? AttributeType.FLOATS
      : a.ints.length > 0
        ? AttributeType.INTS
        : a.strings.length > 0
          ? AttributeType.STRINGS
          : a.t
            ? AttributeType.TENSOR
            : a.s.length > 0
              ? AttributeType.STRING
              : a.f !== 0
                ? AttributeType.FLOAT
                : AttributeType.INT;
  switch (a.type === AttributeType.UNDEFINED ? guess : a.type) {
    case AttributeType.FLOAT:
      return { kind: 'number', value: a.f };
    case AttributeType.INT:
      return { kind: 'number', value: Number(a.i) };
    case AttributeType.FLOATS:
      return { kind: 'numbers', value: a.floats };
    case AttributeType.INTS:
      return { kind: 'numbers', value: a.ints.map(Number) };
    case AttributeType.STRING:
      return { kind: 'text', value: text(a.s) };
    case AttributeType.STRINGS:
      return { kind: 'texts', value: a.strings.map(text) };
    case AttributeType.TENSOR:
      return { kind: 'tensor', value: tensorOf(a.t as TensorProto, file) };
    default:
      return { kind: 'other', value: AttributeType[a.type] ?? 'unknown' };
  }
}

function portOf({ name, type }: ValueInfoProto): OnnxPort {
  const tensor = type?.value.case === 'tensorType' ? type.value.value : undefined;
  const dims = tensor?.shape?.dim.map((d) =>
    d.value.case === 'dimValue' ? Number(d.value.value) : ((d.value.value as string | undefined) ?? '?'),
  );
  return { name, type: tensor ? typeName(tensor.elemType) : (type?.value.case ?? 'undefined'), dims };
}

const nodesOf = (graph: GraphProto, file: string): OnnxNode[] =>
  graph.node.map((n) => ({
    name: n.name,
    op: n.opType,
    domain: n.domain === 'ai.onnx' ? '' : n.domain,
    inputs: n.input,
    outputs: n.output,
    attributes: new Map(n.attribute.map((a) => [a.name, attributeOf(a, file)])),
  }));

/** A model file; `file` is what messages call it. Refuses what is no ONNX model, or holds its weights elsewhere. */
export function decodeModel(bytes: Uint8Array, file: string): OnnxModel {
  const model = parsed(file, 'a model', () => fromBinary(ModelProtoSchema, bytes));
  const { graph } = model;
  if (!graph || model.opsetImport.length === 0) return refuse(say.notOnnx(file, 'a model', 'it holds no graph'));
  const initializers = new Map(graph.initializer.map((t) => [t.name, tensorOf(t, file)]));
  return {
    name: graph.name,
    producer: `${model.producerName} ${model.producerVersion}`.trim(),
    opsets: new Map(model.opsetImport.map((o) => [o.domain === 'ai.onnx' ? '' : o.domain, Number(o.version)])),
    nodes: nodesOf(graph, file),
    initializers,
    inputs: graph.input.filter((p) => !initializers.has(p.name)).map(portOf),
    outputs: graph.output.map(portOf),
  };
}

/** A single tensor, such as the inputs and outputs of test cases (`input_0.pb`). */
export const decodeTensor = (bytes: Uint8Array, file: string): OnnxTensor =>
  tensorOf(
    parsed(file, 'a tensor', () => fromBinary(TensorProtoSchema, bytes)),
    file,
  );

function parsed<T>(file: string, what: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    return refuse(say.notOnnx(file, what, error instanceof Error ? error.message : String(error)));
  }
}
